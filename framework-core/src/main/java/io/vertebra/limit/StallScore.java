package io.vertebra.limit;

/**
 * How badly a contract has behaved lately: each stall adds a point for 10 ms, one leaks away each
 * second. At 10 points something is done about it, until there has been no stall for 10 s, or for 10
 * minutes if its handler was moved. Knows no clock.
 */
final class StallScore {
  private static final double PER_NANO = 1e-7;
  private static final double LEAK_PER_NANO = 1e-9;
  private static final double ENOUGH = 10;
  private static final long GOOD = 10_000_000_000L;
  private static final long GOOD_ELSEWHERE = 600_000_000_000L;

  private double points;
  private long at;
  private Measure measure = Measure.NONE;

  /** What is done about it. */
  enum Measure {
    /** Nothing. */
    NONE,
    /** It runs one call at a time. */
    RESTRICTED,
    /** It runs off its event loop. */
    RELOCATED
  }

  /** It has stalled for that long; whether that is enough to do something. */
  boolean stalled(long nanos, long now) {
    points = Math.max(0, points - (now - at) * LEAK_PER_NANO) + nanos * PER_NANO;
    at = now;
    return points >= ENOUGH;
  }

  /** It would have stalled then if it had not been moved. */
  void stalledElsewhere(long then) {
    at = then - at > 0 ? then : at;
  }

  Measure measure() {
    return measure;
  }

  /** That is done about it from now on. */
  void takes(Measure taken) {
    measure = taken;
  }

  /** What is done about it and is not needed any more; {@link Measure#NONE} if there is no such thing. */
  Measure forgive(long now) {
    Measure taken = measure;
    if (now - at < (taken == Measure.RELOCATED ? GOOD_ELSEWHERE : GOOD)) {
      return Measure.NONE;
    }
    measure = Measure.NONE;
    points = 0;
    return taken;
  }

  /** Whether it has behaved for so long that nothing of it needs to be known any more. */
  boolean isForgotten(long now) {
    return measure == Measure.NONE && now - at >= GOOD;
  }
}
