package io.vertebra.test;

import io.vertebra.idempotency.DedupStore;
import io.vertebra.idempotency.IdempotencyOptions;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

class MemoryDedupStoreTest extends DedupStoreContract {
  private final AtomicLong nanos = new AtomicLong(-5);

  @Override
  protected DedupStore create() {
    return DedupStore.inMemory(IdempotencyOptions.defaults(), nanos::get);
  }

  @Override
  protected Duration window() {
    return IdempotencyOptions.defaults().window();
  }

  @Override
  protected void advance(Duration time) {
    nanos.addAndGet(time.toNanos());
  }
}
