package io.vertebra.dispatch;

import io.vertebra.error.OverloadedException;
import java.time.Duration;

/** Why a call that waited for a permit, or was to wait, is turned away. */
enum Shed {
  /** There is no room to wait, and nobody less important waits. */
  QUEUE_FULL("queue-full"),
  /** It has waited as long as the queue allows. */
  WAITED_TOO_LONG("waited-too-long"),
  /** The queue has not emptied for a while, and this call has waited long in it. */
  STANDING_QUEUE("standing-queue"),
  /** The service is overloaded, and takes only more important calls. */
  UNIMPORTANT("unimportant");

  private final String reason;

  Shed(String reason) {
    this.reason = reason;
  }

  /**
   * What a caller hears about the state of the service.
   *
   * @param inFlight calls that hold a permit
   * @param queued calls that wait
   * @param retryAfterNanos when it makes sense to try again
   * @param threshold the least important priority that is taken
   */
  record Rejection(int inFlight, int queued, long retryAfterNanos, int threshold) {}

  /** The reason as events and meters name it. */
  String reason() {
    return reason;
  }

  OverloadedException toFailure(String contract, long waitedNanos, Rejection rejection) {
    Duration retryAfter = Duration.ofNanos(rejection.retryAfterNanos());
    return switch (this) {
      case QUEUE_FULL ->
        OverloadedException.queueFull(
            contract, rejection.inFlight(), rejection.queued(), retryAfter, rejection.threshold());
      case WAITED_TOO_LONG, STANDING_QUEUE ->
        OverloadedException.waitedTooLong(
            contract,
            Duration.ofNanos(waitedNanos),
            this == WAITED_TOO_LONG ? Duration.ofNanos(waitedNanos) : retryAfter,
            rejection.threshold());
      case UNIMPORTANT ->
        OverloadedException.unimportant(contract, retryAfter, rejection.threshold());
    };
  }
}
