package io.vertebra.dispatch;

/** What the calls of one contract that may be made more than once share. */
record Repeats(RetryBudget budget, HedgeTimes times) {
  Repeats(long now) {
    this(new RetryBudget(now), new HedgeTimes(now));
  }
}
