package io.vertebra.dispatch;

/**
 * Whether a queue only absorbs bursts or stands: it is overloaded if during a whole interval there was
 * never a moment when its oldest message had waited less than the target. The idea is that of CoDel
 * (Nichols and Jacobson 2012) in the form of Facebook's folly; it looks at the oldest message instead
 * of the one that leaves, because while overloaded the newest leave first.
 *
 * <p>The target is a tenth of the time that callers allow, at least 5 ms and at least five times what
 * a call takes: a queue is too long when waiting in it takes a good part of the callers' patience.
 *
 * <p>Not safe for use by more than one thread; knows no clock.
 */
final class QueueTime {
  static final long LEAST_TARGET = 5_000_000L;
  private static final long LEAST_INTERVAL = 100_000_000L;
  private static final int CALLS_PER_TARGET = 5;
  private static final int PATIENCE_PER_TARGET = 10;
  private static final int TARGETS_PER_INTERVAL = 4;
  private static final int WEIGHT = 16;

  private final long longestTarget;
  private long patience;
  private long target;
  private long intervalEnd;
  private long leastAge;
  private boolean started;
  private boolean overloaded;

  /** For a queue in which a message may wait for {@code maxWaitNanos}. */
  QueueTime(long maxWaitNanos) {
    this.longestTarget = Math.max(1, maxWaitNanos / 2);
    this.target = longestTarget;
  }

  /** A message has come whose caller waits for {@code patienceNanos} more, to be handled in about {@code serviceNanos}. */
  void arrived(long patienceNanos, long serviceNanos) {
    patience = patience == 0 ? patienceNanos : patience + (patienceNanos - patience) / WEIGHT;
    long wanted = Math.max(
        LEAST_TARGET, Math.max(patience / PATIENCE_PER_TARGET, serviceNanos * CALLS_PER_TARGET));
    target = Math.min(longestTarget, wanted);
  }

  /** The oldest message has waited for {@code ageNanos}; 0 if none waits. Answers whether the queue is overloaded. */
  boolean observe(long now, long ageNanos) {
    long interval = Math.max(LEAST_INTERVAL, target * TARGETS_PER_INTERVAL);
    if (!started || now - intervalEnd > interval) {
      started = true;
      overloaded = false;
      intervalEnd = now + interval;
      leastAge = ageNanos;
    } else if (now - intervalEnd >= 0) {
      overloaded = Math.min(leastAge, ageNanos) > target;
      intervalEnd = now + interval;
      leastAge = ageNanos;
    } else {
      leastAge = Math.min(leastAge, ageNanos);
    }
    return overloaded;
  }

  boolean isOverloaded() {
    return overloaded;
  }

  /** How long a message may wait while the queue is overloaded. */
  long patienceInOverload() {
    return 2 * target;
  }

  /** How long the queue was looked at to find it overloaded. */
  long interval() {
    return Math.max(LEAST_INTERVAL, target * TARGETS_PER_INTERVAL);
  }
}
