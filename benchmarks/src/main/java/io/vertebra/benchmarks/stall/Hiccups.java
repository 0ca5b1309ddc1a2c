package io.vertebra.benchmarks.stall;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Looks each millisecond, and remembers when it came late: then nobody else could look in time either. */
final class Hiccups implements AutoCloseable {
  private static final long TICK = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long LATE = TimeUnit.MILLISECONDS.toNanos(1);

  private final Queue<Late> late = new ConcurrentLinkedQueue<>();
  private volatile boolean closed;

  /** Nobody looked from one instant to another. */
  private record Late(long from, long to) {}

  Hiccups() {
    Thread thread = new Thread(this::look, "hiccups");
    thread.setDaemon(true);
    thread.start();
  }

  private void look() {
    long before = System.nanoTime();
    while (!closed) {
      LockSupport.parkNanos(this, TICK);
      long now = System.nanoTime();
      if (now - before > TICK + LATE) {
        late.add(new Late(before, now));
      }
      before = now;
    }
  }

  /** Whether no look between these two was more than 1 ms late. */
  boolean isOnTime(long from, long to) {
    return late.stream().noneMatch(each -> each.to - from > 0 && each.from - to < 0);
  }

  /** The longest time without a look, of those between these two, in ms. */
  double longestMillis(long from, long to) {
    return late.stream()
        .filter(each -> each.to - from > 0 && each.from - to < 0)
        .mapToDouble(each -> (each.to - each.from) / 1e6)
        .max()
        .orElse(0);
  }

  /** Forgets what was. */
  void clear() {
    late.clear();
  }

  @Override
  public void close() {
    closed = true;
  }
}
