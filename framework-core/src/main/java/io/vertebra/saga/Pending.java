package io.vertebra.saga;

import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;

/**
 * A command of the current stage, or the wait for an event.
 *
 * @param body what is sent; of a wait, its end in milliseconds after the deadline, as text
 * @param mayHaveRun whether an earlier attempt may have reached its handler
 * @param retryAt when the next attempt is due, 0 while one is in flight; of a wait, its end
 * @param answer the reply, the declared failure or the event; null while there is none
 * @param stored the same as the log keeps it, as long as it is needed
 */
record Pending(
    int step,
    String messageId,
    Buffer body,
    int attempt,
    boolean mayHaveRun,
    long retryAt,
    @Nullable Object answer,
    SagaLog.@Nullable Answer stored) {

  static Pending first(int step, String messageId, Buffer body) {
    return new Pending(step, messageId, body, 1, false, 0, null, null);
  }

  /** A wait until {@code end}; the log knows that relative to the deadline, the only time it keeps. */
  static Pending waiting(int step, String id, long end, long deadlineAt) {
    Buffer body = Buffer.buffer(Long.toString(end - deadlineAt));
    return new Pending(step, id, body, 1, true, end, null, null);
  }

  /** A wait as it is read again. */
  static Pending readWaiting(SagaLog.Command stored, long deadlineAt) {
    long end = Math.max(1, deadlineAt + Long.parseLong(stored.body().toString()));
    return new Pending(stored.step(), stored.messageId(), stored.body(), 1, true, end, null, null);
  }

  /** A command as it is read again: it may have been sent. */
  static Pending read(SagaLog.Command stored) {
    return new Pending(
        stored.step(), stored.messageId(), stored.body(), stored.attempt(), true, 0, null, null);
  }

  Pending answered(@Nullable Object newAnswer, SagaLog.@Nullable Answer newStored) {
    return new Pending(step, messageId, body, attempt, true, 0, newAnswer, newStored);
  }

  Pending failed(boolean hasRun) {
    return new Pending(step, messageId, body, attempt, mayHaveRun || hasRun, 0, null, null);
  }

  Pending retryAt(long when) {
    return new Pending(step, messageId, body, attempt + 1, mayHaveRun, when, null, null);
  }

  Pending sentAgain() {
    return new Pending(step, messageId, body, attempt, mayHaveRun, 0, null, null);
  }

  /** As an operator has it sent: with all its attempts before it. */
  Pending anew(String newId, Buffer newBody) {
    return new Pending(step, newId, newBody, 1, mayHaveRun, 0, null, null);
  }

  SagaLog.Command toRow() {
    return new SagaLog.Command(step, messageId, body, attempt, stored);
  }
}
