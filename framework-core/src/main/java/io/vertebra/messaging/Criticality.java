package io.vertebra.messaging;

/**
 * How much it matters that a call succeeds, most important first. Under overload the less important
 * go first. The calls that a handler makes are at most as important as the call it serves.
 *
 * <p>The four classes are those of Google's services (Site Reliability Engineering, chapter 21).
 */
public enum Criticality {
  /** Its failure is an outage: keep some spare capacity for these. */
  CRITICAL_PLUS(0),
  /** Users notice when it fails. The default. */
  CRITICAL(1),
  /** May fail for minutes, and is tried again by whoever wants it. */
  SHEDDABLE_PLUS(2),
  /** May fail most of the time. */
  SHEDDABLE(3);

  private final int rank;

  Criticality(int rank) {
    this.rank = rank;
  }

  /** 0 for the most important class, 3 for the least; the number on the wire. */
  public int rank() {
    return rank;
  }
}
