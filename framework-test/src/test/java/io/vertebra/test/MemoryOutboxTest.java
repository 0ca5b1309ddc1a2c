package io.vertebra.test;

import io.vertebra.outbox.Outbox;
import java.time.Duration;

class MemoryOutboxTest extends OutboxContract {
  private long nanos;

  @Override
  protected Outbox create() {
    return Outbox.inMemory(() -> nanos);
  }

  @Override
  protected void advance(Duration time) {
    nanos += time.toNanos();
  }
}
