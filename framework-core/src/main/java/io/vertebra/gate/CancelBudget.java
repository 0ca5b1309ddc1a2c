package io.vertebra.gate;

/**
 * How many cancels of calls that are not known here one other node may send: 1,000 a second, as many
 * at once. Each has to be remembered for a while, since its request may still come. Belongs to one
 * thread; knows no clock.
 */
final class CancelBudget {
  static final int MOST_AT_ONCE = 1_000;
  private static final long EACH_NANOS = 1_000_000L;
  private static final long ALL_NANOS = MOST_AT_ONCE * EACH_NANOS;

  /** Up to when the budget is spent; each cancel spends a millisecond. */
  private long spentUntil;

  CancelBudget(long now) {
    this.spentUntil = now - ALL_NANOS;
  }

  /** Whether one more is within the budget, which it then spends. */
  boolean take(long now) {
    long from = now - spentUntil > ALL_NANOS ? now - ALL_NANOS : spentUntil;
    if (now - from < EACH_NANOS) {
      return false;
    }
    spentUntil = from + EACH_NANOS;
    return true;
  }
}
