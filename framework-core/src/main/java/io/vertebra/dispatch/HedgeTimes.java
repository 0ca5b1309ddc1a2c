package io.vertebra.dispatch;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How long calls of a contract took lately, and how many of them may be hedged. Times are counted in
 * buckets of an eighth of a power of two; the delay is found out anew every 3 s. Safe for use by any
 * thread; knows no clock.
 */
final class HedgeTimes {
  static final long PERIOD = 3_000_000_000L;
  static final long PAUSE_AFTER_REFUSAL = 1_000_000_000L;
  /** A call is not worth hedging if the slow ones take less than this many times as long as the common ones. */
  private static final int WORTH = 2;

  private static final int SUB_BITS = 3;
  private static final int BUCKETS = 64 << SUB_BITS;
  private static final int ENOUGH = 100;
  private static final int ENOUGH_HEDGES = 10;
  private static final long TOKEN = 1_000_000;
  private static final long MOST = 10 * TOKEN;
  private static final double SLOW = 0.95;

  private final AtomicIntegerArray counts = new AtomicIntegerArray(BUCKETS);
  private final AtomicInteger hedged = new AtomicInteger();
  private final AtomicInteger won = new AtomicInteger();
  private final AtomicLong periodEnd;
  private final AtomicLong tokens = new AtomicLong();
  private final AtomicLong pausedUntil;
  private volatile long delay = -1;

  HedgeTimes(long now) {
    this.periodEnd = new AtomicLong(now + PERIOD);
    this.pausedUntil = new AtomicLong(now);
  }

  /** A call is made; {@code budget} of it may be made again. */
  void called(double budget) {
    long more = (long) (budget * TOKEN);
    while (true) {
      long before = tokens.get();
      long after = Math.min(MOST, before + more);
      if (after == before || tokens.compareAndSet(before, after)) {
        return;
      }
    }
  }

  /** A call was answered after that time. */
  void took(long nanos, long now, double budget) {
    counts.incrementAndGet(bucket(nanos));
    long end = periodEnd.get();
    if (now - end >= 0 && periodEnd.compareAndSet(end, now + PERIOD)) {
      refresh(budget);
    }
  }

  /** The second call was answered first; the first one took at least that time, and nobody will know how long. */
  void tookAtLeast(long nanos, long now, double budget) {
    won.incrementAndGet();
    took(nanos, now, budget);
  }

  private void refresh(double budget) {
    int made = hedged.getAndSet(0);
    int useful = won.getAndSet(0);
    int[] taken = new int[BUCKETS];
    long sum = 0;
    for (int i = 0; i < BUCKETS; i++) {
      taken[i] = counts.getAndSet(i, 0);
      sum += taken[i];
    }
    if (sum < ENOUGH) {
      delay = -1;
      return;
    }
    // Once calls are hedged, nobody sees how long the slow ones take. But a first call that would
    // have ended soon mostly wins against a second one that begins late.
    boolean worthIt = made >= ENOUGH_HEDGES ? 2 * useful >= made : hasSlowOnes(taken, sum, budget);
    delay = worthIt ? quantile(taken, sum * (1 - budget)) : -1;
  }

  private static boolean hasSlowOnes(int[] taken, long sum, double budget) {
    long slow = WORTH * quantile(taken, sum * 0.5);
    return quantile(taken, sum * SLOW) >= slow || quantile(taken, sum * (1 - budget / 4)) >= slow;
  }

  private static long quantile(int[] taken, double rank) {
    long sum = 0;
    for (int i = 0; i < BUCKETS; i++) {
      sum += taken[i];
      if (sum >= rank) {
        return upperEnd(i);
      }
    }
    return Long.MAX_VALUE;
  }

  /** After how many nanoseconds a call is worth hedging, or -1 for never. */
  long delay(long now) {
    return now - pausedUntil.get() < 0 ? -1 : delay;
  }

  /** Whether a call may be made again now, which is then counted. */
  boolean tryHedge(long now) {
    if (now - pausedUntil.get() < 0) {
      return false;
    }
    while (true) {
      long left = tokens.get();
      if (left < TOKEN) {
        return false;
      }
      if (tokens.compareAndSet(left, left - TOKEN)) {
        hedged.incrementAndGet();
        return true;
      }
    }
  }

  /** The service has refused a call: more of them would not help. */
  void refused(long now) {
    pausedUntil.set(now + PAUSE_AFTER_REFUSAL);
  }

  static int bucket(long nanos) {
    long value = Math.max(nanos, 1L << SUB_BITS);
    int exponent = 63 - Long.numberOfLeadingZeros(value);
    int sub = (int) (value >>> (exponent - SUB_BITS)) & ((1 << SUB_BITS) - 1);
    return (exponent << SUB_BITS) | sub;
  }

  static long upperEnd(int bucket) {
    int exponent = bucket >>> SUB_BITS;
    long sub = bucket & ((1 << SUB_BITS) - 1);
    return exponent < SUB_BITS
        ? 1L << SUB_BITS
        : ((1L << SUB_BITS) + sub + 1) << (exponent - SUB_BITS);
  }
}
