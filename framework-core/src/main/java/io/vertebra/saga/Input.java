package io.vertebra.saga;

/** What can happen to an instance. */
sealed interface Input {
  /** A command was answered. */
  record Replied(String messageId, Object reply) implements Input {}

  /** A command was answered with a declared failure. */
  record Refused(String messageId, Record failure) implements Input {}

  /**
   * An attempt ended without an answer.
   *
   * @param again whether another attempt can help
   * @param mayHaveRun whether the handler may have run
   */
  record Failed(String messageId, int attempt, String detail, boolean again, boolean mayHaveRun)
      implements Input {}

  /** The log was read: these are the instance's signals, some of which may be new. */
  record Signalled(SagaLog.Signals signals) implements Input {}

  /** Time has passed: an attempt may be due, or the deadline over. */
  record Woken() implements Input {}
}
