package io.vertebra.limit;

import io.vertebra.dispatch.Admission;
import java.util.concurrent.atomic.AtomicInteger;

/** A counter of permits: one compare-and-set to take one, one decrement to give it back. */
final class FixedLimiter implements Admission {
  private final AtomicInteger inFlight = new AtomicInteger();
  private final int limit;
  private final int queue;
  private final long maxWaitNanos;

  FixedLimiter(Limit limit) {
    this.limit = limit.inFlight();
    this.queue = limit.queue();
    this.maxWaitNanos = limit.maxWait().toNanos();
  }

  @Override
  public boolean tryAcquire() {
    while (true) {
      int taken = inFlight.get();
      if (taken >= limit) {
        return false;
      }
      if (inFlight.compareAndSet(taken, taken + 1)) {
        return true;
      }
    }
  }

  @Override
  public void release() {
    inFlight.decrementAndGet();
  }

  @Override
  public int inFlight() {
    return inFlight.get();
  }

  @Override
  public int limit() {
    return limit;
  }

  @Override
  public int maxWaiting() {
    return queue;
  }

  @Override
  public long maxWaitNanos() {
    return maxWaitNanos;
  }
}
