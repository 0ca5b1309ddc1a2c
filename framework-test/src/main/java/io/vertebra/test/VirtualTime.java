package io.vertebra.test;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A clock that moves only when it is told to, with timers. It begins at 2000-01-01T00:00:00Z. Timers
 * fire in the order of their times, those of one time in the order in which they were set, and each
 * sees the clock at its own time.
 *
 * <pre>{@code
 * VirtualTime time = new VirtualTime();
 * SagaLog log = SagaLog.inMemory(time::nanos);
 * time.after(Duration.ofSeconds(5), () -> System.out.println(time.instant()));
 * time.advance(Duration.ofMinutes(1));
 * }</pre>
 *
 * <p>Timers may be set and taken back by any thread; one thread at a time moves the clock, and the
 * actions run on it.
 */
public final class VirtualTime implements InstantSource {
  private static final Instant BEGIN = Instant.parse("2000-01-01T00:00:00Z");

  private final PriorityBlockingQueue<Timer> timers = new PriorityBlockingQueue<>();
  private final AtomicLong sequence = new AtomicLong();
  private volatile Duration passed = Duration.ZERO;

  /** A clock at its beginning, without timers. */
  public VirtualTime() {}

  @Override
  public Instant instant() {
    return BEGIN.plus(passed);
  }

  /** The time that has passed since the beginning. */
  public Duration passed() {
    return passed;
  }

  /** The same in nanoseconds, for what wants a {@code System::nanoTime}. */
  public long nanos() {
    return passed.toNanos();
  }

  /** Has {@code action} run when {@code delay} has passed; what is not positive runs at the next move. */
  public Timer after(Duration delay, Runnable action) {
    Duration at = passed.plus(delay.isNegative() ? Duration.ZERO : delay);
    Timer timer = new Timer(this, at, sequence.getAndIncrement(), action);
    timers.add(timer);
    return timer;
  }

  /** When the next timer fires; empty if none is set. */
  public Optional<Instant> next() {
    return Optional.ofNullable(timers.peek()).map(timer -> BEGIN.plus(timer.at));
  }

  /**
   * Moves the clock on, and has the timers fire whose time comes, also those that others set on the way.
   *
   * @param time not negative; zero fires what is due now
   */
  public void advance(Duration time) {
    if (time.isNegative()) {
      throw new IllegalArgumentException("time does not go back: " + time);
    }
    Duration end = passed.plus(time);
    for (Timer timer = timers.peek();
        timer != null && timer.at.compareTo(end) <= 0;
        timer = timers.peek()) {
      if (timers.remove(timer)) {
        passed = timer.at.compareTo(passed) > 0 ? timer.at : passed;
        timer.action.run();
      }
    }
    passed = end;
  }

  /** A timer that is set. */
  public static final class Timer implements Comparable<Timer> {
    private final VirtualTime time;
    private final Duration at;
    private final long order;
    private final Runnable action;

    private Timer(VirtualTime time, Duration at, long order, Runnable action) {
      this.time = time;
      this.at = at;
      this.order = order;
      this.action = action;
    }

    /** Takes the timer back; does nothing if it has fired. */
    public void cancel() {
      time.timers.remove(this);
    }

    @Override
    public int compareTo(Timer other) {
      int byTime = at.compareTo(other.at);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }

    @Override
    public boolean equals(Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(this);
    }
  }
}
