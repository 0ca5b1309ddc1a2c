package io.vertebra.outbox;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one key that a relay holds, in the order in which they are sent, one at a time.
 *
 * <p>If the key is stopped, its rows are aside. They are read page by page when its time has come;
 * meanwhile rows that turn up are set aside too, until a page is the last: then the line has caught up
 * with the key, and goes on like any other.
 */
final class Line {
  final Outbox.Lane lane;
  final String key;
  final ArrayDeque<Outbox.Row> rows = new ArrayDeque<>(1);

  /** The row that is on its way. */
  Outbox.@Nullable Row sending;

  /** Since when it is on its way. */
  long sendingSince;

  /** Whether the outbox has yet to confirm that a row is given up: until then it may come back, before all others. */
  boolean givingUp;

  /** How many changes of it the outbox has not confirmed. */
  int unsettled;

  /** Whether the outbox has a stop for the key, or is about to. */
  boolean stopped;

  /** Whether all rows that are aside are here. */
  boolean caughtUp;

  /** Whether a page of rows that are aside is being read. */
  boolean reading;

  /** Whether a row was set aside while a page was read. */
  boolean missed;

  /** Whether the stop is about to be taken away. */
  boolean resuming;

  /** The row that could not be sent, and how often it was tried. */
  long stopRow;

  int attempts;
  long due;

  Line(Outbox.Lane lane, String key) {
    this.lane = lane;
    this.key = key;
  }

  /** Whether new rows have to be set aside. */
  boolean isAside() {
    return stopped && !caughtUp;
  }

  /** Counts the attempt at a row that is about to be made, or was. */
  int attemptAt(Outbox.Row row) {
    return stopped && stopRow == row.id() ? attempts + 1 : 1;
  }

  /** Whether this reading of a row is on its way; one that was read again is another. */
  @SuppressWarnings("ReferenceEquality")
  boolean isSending(Outbox.Row row) {
    return sending == row;
  }

  boolean maySend() {
    return sending == null && !givingUp && !rows.isEmpty();
  }

  boolean isIdle() {
    return rows.isEmpty() && sending == null && unsettled == 0;
  }

  /** Stops the key. */
  void stop(Outbox.Stop stop, long now) {
    stopped = true;
    caughtUp = false;
    resuming = false;
    stopRow = stop.row();
    attempts = stop.attempts();
    due = now + Math.max(0, stop.due().toMillis());
  }

  /** The key goes on. */
  void resume() {
    stopped = false;
    caughtUp = false;
    resuming = false;
  }
}
