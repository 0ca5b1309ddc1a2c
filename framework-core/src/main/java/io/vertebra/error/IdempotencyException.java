package io.vertebra.error;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * An idempotent consumer has no answer. {@link #code()} is {@code CONFLICT}, {@code STILL_RUNNING},
 * {@code STORE_UNAVAILABLE} or {@code STEP_COMPENSATED}, and the message was not run; or {@code
 * OUTCOME_UNKNOWN}, and it may have been.
 */
public final class IdempotencyException extends VertebraException {
  private static final long serialVersionUID = 1L;

  private IdempotencyException(ErrorCode code, String text) {
    super(code, text, code.mayHaveRun());
  }

  private IdempotencyException(ErrorCode code, String text, @Nullable Throwable cause) {
    super(code, text, cause);
  }

  /** The key was used before with another message. */
  public static IdempotencyException conflict(String consumer) {
    return new IdempotencyException(
        ErrorCode.CONFLICT,
        "'" + consumer
            + "' has already handled another message under this idempotency key. Use a new key for a new intent.");
  }

  /** The first delivery of the key still runs. */
  public static IdempotencyException stillRunning(String consumer, Duration retryAfter) {
    return new IdempotencyException(
        ErrorCode.STILL_RUNNING,
        "'" + consumer + "' still runs the first message of this idempotency key. Retry after "
            + retryAfter.toMillis() + " ms.");
  }

  /** The store cannot be reached; nothing was run. */
  public static IdempotencyException storeUnavailable(String consumer, Throwable cause) {
    return new IdempotencyException(
        ErrorCode.STORE_UNAVAILABLE,
        "The dedup store of '" + consumer + "' failed with " + cause.getClass().getName()
            + "; the message was not run.",
        cause);
  }

  /** The store may forget nothing and has no room. */
  public static IdempotencyException storeFull(String consumer, int maxEntries) {
    return new IdempotencyException(
        ErrorCode.STORE_UNAVAILABLE,
        "The dedup store of '" + consumer + "' holds its limit of " + maxEntries
            + " entries and is strict; the message was not run. Raise maxEntries or shorten the window.");
  }

  /** The step's compensation came first. */
  public static IdempotencyException stepCompensated(String consumer, String messageId) {
    return new IdempotencyException(
        ErrorCode.STEP_COMPENSATED,
        "'" + consumer + "' has already handled the compensation of command " + messageId
            + ", so that the command must not run any more. Nothing is to be done.");
  }

  /** Nobody knows whether the transaction was committed. */
  public static IdempotencyException outcomeUnknown(String consumer, Throwable cause) {
    return new IdempotencyException(
        ErrorCode.OUTCOME_UNKNOWN,
        "The database did not say whether it committed the work of '" + consumer + "': "
            + cause.getClass().getName()
            + ". Repeat the call with the same key: it runs only if it has not.",
        cause);
  }

  /** Rebuilds a failure that arrived from another node. */
  public static IdempotencyException received(ErrorCode code, String message) {
    return new IdempotencyException(code, CallException.withoutCode(code, message));
  }
}
