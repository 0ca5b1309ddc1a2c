package io.vertebra.test;

import io.vertebra.saga.SagaLog;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

class MemorySagaLogTest extends SagaLogContract {
  private final AtomicLong nanos = new AtomicLong(-5);

  @Override
  protected SagaLog create() {
    return SagaLog.inMemory(nanos::get);
  }

  @Override
  protected void advance(Duration time) {
    nanos.addAndGet(time.toNanos());
  }
}
