package io.vertebra.saga;

/** Where a saga instance is. */
public enum SagaStatus {
  /** Its steps are being run. */
  RUNNING,
  /** What its steps did is being undone. */
  COMPENSATING,
  /** All steps are done. */
  COMPLETED,
  /** All that was done is undone. */
  COMPENSATED,
  /** A pivot, a step after it or a compensation used up its retries; an operator has to decide. */
  NEEDS_OPERATOR,
  /** No node at hand has the definition it began with. Never stored: another node may have it. */
  STALLED;

  /** Whether an engine has work to do on it. */
  public boolean isActive() {
    return this == RUNNING || this == COMPENSATING;
  }

  /** Whether it has ended for good. {@link #NEEDS_OPERATOR} is neither active nor final. */
  public boolean isFinal() {
    return this == COMPLETED || this == COMPENSATED;
  }
}
