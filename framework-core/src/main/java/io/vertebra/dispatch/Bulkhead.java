package io.vertebra.dispatch;

import java.util.concurrent.atomic.AtomicInteger;

/** How many calls of one contract this node may wait for at once. Any thread. */
final class Bulkhead {
  private final AtomicInteger waitedFor = new AtomicInteger();
  private final int limit;

  Bulkhead(int limit) {
    this.limit = limit;
  }

  boolean tryEnter() {
    while (true) {
      int now = waitedFor.get();
      if (now >= limit) {
        return false;
      }
      if (waitedFor.compareAndSet(now, now + 1)) {
        return true;
      }
    }
  }

  void leave() {
    waitedFor.decrementAndGet();
  }

  int limit() {
    return limit;
  }
}
