package io.vertebra.outbox;

import org.jspecify.annotations.Nullable;

/**
 * The way to whoever takes a contract's messages. When nobody can be reached it is closed for a while;
 * then one row tries, and if that arrives, the way is open again.
 */
final class Way {
  private final Backoff backoff;
  private int failures;
  private long closedUntil;
  private Outbox.@Nullable Row probe;

  Way(Backoff backoff) {
    this.backoff = backoff;
  }

  boolean isOpen() {
    return failures == 0;
  }

  /** Whether a closed way waits for a row that tries it. */
  boolean wantsProbe(long now) {
    return failures > 0 && probe == null && now >= closedUntil;
  }

  /** Whether this row may be sent now; if the way is closed, it is the one that tries it. */
  boolean admits(Outbox.Row row, long now) {
    if (wantsProbe(now)) {
      probe = row;
      return true;
    }
    return failures == 0;
  }

  /** A row has come through, whatever became of it there. */
  void arrived() {
    failures = 0;
    probe = null;
  }

  /** A row could not get through. Answers whether that closed the way. */
  boolean failed(Outbox.Row row, long now, double random) {
    boolean counts = failures == 0 || isProbe(row);
    if (counts) {
      failures++;
      closedUntil = now + backoff.after(failures, random);
      probe = null;
    }
    return counts;
  }

  @SuppressWarnings("ReferenceEquality")
  private boolean isProbe(Outbox.Row row) {
    return probe == row;
  }

  /** Nobody will say what became of a row. */
  void forget(Outbox.Row row) {
    if (isProbe(row)) {
      probe = null;
    }
  }

  /** When a row may try; {@link Long#MAX_VALUE} if the way is open or one is trying. */
  long opensAt() {
    return failures == 0 || probe != null ? Long.MAX_VALUE : closedUntil;
  }
}
