package io.vertebra.limit;

/**
 * How badly a contract has behaved lately: each stall adds a point for 10 ms, one leaks away each
 * second. At 10 points something is done about it, until there has been no stall for 10 s. Knows no clock.
 */
final class StallScore {
  private static final double PER_NANO = 1e-7;
  private static final double LEAK_PER_NANO = 1e-9;
  private static final double ENOUGH = 10;
  private static final long GOOD = 10_000_000_000L;

  private double points;
  private long at;
  private boolean acted;

  /** It has stalled for that long; whether something is to be done now. */
  boolean stalled(long nanos, long now) {
    points = Math.max(0, points - (now - at) * LEAK_PER_NANO) + nanos * PER_NANO;
    at = now;
    boolean act = points >= ENOUGH && !acted;
    acted |= act;
    return act;
  }

  /** Whether it has behaved for so long that nothing of it needs to be known any more. */
  boolean isForgotten(long now) {
    return !acted && now - at >= GOOD;
  }

  /** Whether what was done is to be taken back. */
  boolean isGoodAgain(long now) {
    boolean good = acted && now - at >= GOOD;
    if (good) {
      acted = false;
      points = 0;
    }
    return good;
  }
}
