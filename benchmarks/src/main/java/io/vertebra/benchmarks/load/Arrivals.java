package io.vertebra.benchmarks.load;

import io.vertx.core.Context;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * Says on a context when the next call is due, at a fixed rate whatever happens. A thread of its own
 * keeps the time, since an event loop knows nothing shorter than a millisecond: it is exact to a few
 * microseconds for up to 1,000 a second, and says what is due each millisecond if there are more.
 */
public final class Arrivals {
  private static final long SHORTEST_STEP = TimeUnit.MILLISECONDS.toNanos(1);
  // Linux wakes a thread up to 50 µs late, on purpose.
  private static final long SPIN = TimeUnit.MICROSECONDS.toNanos(70);

  private final Context context;
  private final Arrival arrival;
  private final double periodNanos;
  private final Thread clock = new Thread(this::keepTime, "arrivals");
  private final AtomicBoolean told = new AtomicBoolean();
  private volatile boolean stopped;
  private long startedAt;
  private long calls;

  /** What happens each time. */
  @FunctionalInterface
  public interface Arrival {
    /** Call number {@code number}, from 1, was due at {@code dueAt}, as {@link System#nanoTime()} counts. */
    void due(long number, long dueAt);
  }

  /** Not yet started. */
  public Arrivals(Context context, double perSecond, Arrival arrival) {
    this.context = context;
    this.periodNanos = TimeUnit.SECONDS.toNanos(1) / perSecond;
    this.arrival = arrival;
    clock.setDaemon(true);
  }

  /** Begins now. */
  public void start() {
    startedAt = System.nanoTime();
    clock.start();
  }

  /** Nothing is due any more. */
  public void stop() {
    stopped = true;
  }

  private void keepTime() {
    long next = startedAt;
    long step = Math.max(SHORTEST_STEP, (long) periodNanos);
    while (!stopped) {
      if (told.compareAndSet(false, true)) {
        context.runOnContext(v -> sayWhatIsDue());
      }
      next += step;
      await(next);
    }
  }

  private void await(long instant) {
    long left = instant - System.nanoTime();
    while (left > 0 && !stopped) {
      if (left > SPIN) {
        LockSupport.parkNanos(this, left - SPIN);
      } else {
        Thread.onSpinWait();
      }
      left = instant - System.nanoTime();
    }
  }

  private void sayWhatIsDue() {
    told.set(false);
    // Not what becomes due meanwhile: a caller that cannot keep up still has to hear its answers.
    long now = System.nanoTime();
    long dueAt = startedAt + (long) (calls * periodNanos);
    while (!stopped && dueAt - now <= 0) {
      calls++;
      arrival.due(calls, dueAt);
      dueAt = startedAt + (long) (calls * periodNanos);
    }
  }
}
