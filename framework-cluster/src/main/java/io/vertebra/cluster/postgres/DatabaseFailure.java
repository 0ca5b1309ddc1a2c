package io.vertebra.cluster.postgres;

import io.vertebra.error.IdempotencyException;
import io.vertx.pgclient.PgException;
import java.time.Duration;
import java.util.Set;

/** What a failed statement of a transaction means for whoever waits for an answer. */
final class DatabaseFailure {
  /** lock_not_available, query_canceled, deadlock_detected. */
  private static final Set<String> LOCKED = Set.of("55P03", "57014", "40P01");

  private DatabaseFailure() {}

  /** The message was not run, because the transaction could not begin or another one has its key. */
  static IdempotencyException notRun(String consumer, Throwable cause, Duration retryAfter) {
    return isLocked(cause)
        ? IdempotencyException.stillRunning(consumer, retryAfter)
        : IdempotencyException.storeUnavailable(consumer, cause);
  }

  /** Whether another transaction was in the way for too long. */
  static boolean isLocked(Throwable cause) {
    return cause instanceof PgException answer && LOCKED.contains(answer.getSqlState());
  }

  /** Whether the database has said that the transaction failed and has kept the session. */
  static boolean isRolledBack(Throwable cause) {
    return cause instanceof PgException answer && "ERROR".equals(answer.getSeverity());
  }
}
