package io.vertebra.limit;

/**
 * How many stacks may be taken: ten a second in all. A stack costs the thread that it is taken of, and
 * where everything stalls one more says little. Belongs to one thread; knows no clock.
 */
final class SampleBudget {
  static final int MOST = 10;
  private static final long EACH = 100_000_000L;

  private long spentUntil;

  SampleBudget(long now) {
    this.spentUntil = now - MOST * EACH;
  }

  /** Whether one more may be taken, which then is. */
  boolean take(long now) {
    long from = now - spentUntil > MOST * EACH ? now - MOST * EACH : spentUntil;
    if (now - from < EACH) {
      return false;
    }
    spentUntil = from + EACH;
    return true;
  }
}
