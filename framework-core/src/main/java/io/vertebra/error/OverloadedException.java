package io.vertebra.error;

import java.time.Duration;

/** The serving side had no capacity and did not run the message. Try again after {@link #retryAfter()}. */
public final class OverloadedException extends VertebraException {
  private static final long serialVersionUID = 1L;

  private final Duration retryAfter;

  private OverloadedException(String text, Duration retryAfter) {
    super(ErrorCode.OVERLOADED, text, false);
    this.retryAfter = retryAfter;
  }

  /** All permits of a contract are taken and its queue is full. */
  public static OverloadedException queueFull(
      String contract, int inFlight, int queued, Duration retryAfter) {
    return new OverloadedException(
        "'" + contract + "' has " + inFlight + " calls in flight and " + queued
            + " waiting, which is its limit. Retry after " + retryAfter.toMillis()
            + " ms, or raise the limit if the service has room.",
        retryAfter);
  }

  /** The message waited longer than the queue allows. */
  public static OverloadedException waitedTooLong(
      String contract, Duration waited, Duration retryAfter) {
    return new OverloadedException(
        "A call to '" + contract + "' waited " + waited.toMillis()
            + " ms for a permit, longer than its queue allows. Retry after " + retryAfter.toMillis()
            + " ms.",
        retryAfter);
  }

  /** Rebuilds a failure that arrived from another node. */
  public static OverloadedException received(String message, Duration retryAfter) {
    return new OverloadedException(
        CallException.withoutCode(ErrorCode.OVERLOADED, message), retryAfter);
  }

  /** How long to wait before the next attempt. */
  public Duration retryAfter() {
    return retryAfter;
  }
}
