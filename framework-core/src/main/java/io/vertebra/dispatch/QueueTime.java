package io.vertebra.dispatch;

/**
 * Whether a queue only absorbs bursts or stands: it does if for a whole interval there was never a
 * moment when its oldest message had waited less than the target. If it has stood within the last second,
 * the target is as long as an interval needs to be. The idea is that of CoDel (Nichols and
 * Jacobson 2012); it looks at the oldest message instead of the one that leaves, because while the queue
 * stands the newest leave first.
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
  private static final long REMEMBERED = 1_000_000_000L;

  private final long longestTarget;
  private long patience;
  private long target;
  private long aboveSince;
  private long observedAt;
  private long stoodAt;
  private boolean above;
  private boolean stands;
  private boolean lately;

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

  /** The oldest message has waited for {@code ageNanos}; 0 if none waits. Answers whether the queue stands. */
  boolean observe(long now, long ageNanos) {
    boolean isNewsOld = above && now - observedAt > interval();
    observedAt = now;
    lately &= now - stoodAt <= REMEMBERED;
    if (ageNanos <= target) {
      above = false;
      stands = false;
    } else if (!above || isNewsOld) {
      above = true;
      aboveSince = now;
      stands = false;
    } else {
      stands |= now - aboveSince >= (lately ? target : interval());
    }
    if (stands) {
      lately = true;
      stoodAt = now;
    }
    return stands;
  }

  /** Whether its oldest message has waited longer than the target. */
  boolean isLong() {
    return above;
  }

  /** Whether it has stood within the last second, as far as it was looked at. */
  boolean stoodLately() {
    return lately;
  }

  /** How long a message may wait while the queue stands. */
  long patience() {
    return 2 * target;
  }

  /** How long the queue is looked at to find that it stands. */
  long interval() {
    return Math.max(LEAST_INTERVAL, target * TARGETS_PER_INTERVAL);
  }
}
