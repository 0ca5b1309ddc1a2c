package io.vertebra.messaging;

import io.vertebra.error.CallException;
import io.vertx.core.Future;
import java.time.Duration;

/**
 * A call as its handler sees it: where it comes from, how long it may take, whether anybody still
 * waits, and the bus for child calls. Child calls made through it inherit its deadline and end with
 * it, on whatever thread they are made.
 *
 * <p>May be used from any thread, also after the handler has answered.
 */
public interface Call extends Bus {

  /** When the caller stops waiting. */
  Deadline deadline();

  /** Whether the caller gave up, timed out or disconnected. Handlers that loop should look. */
  boolean isCancelled();

  /**
   * Runs {@code action} once, on the handler's context, when the caller gives up before the handler
   * has answered; at once if it already did. Never runs after the answer.
   */
  void onCancel(Runnable action);

  /** Who asked, on behalf of what. */
  CallMetadata metadata();

  /**
   * For loops that compute long: throws if nobody waits for the answer any more, and costs next to
   * nothing otherwise.
   *
   * @throws io.vertebra.error.CallException DEADLINE_EXCEEDED or CANCELLED
   */
  default void checkpoint() {
    if (deadline().isPassed()) {
      throw CallException.deadlineExceeded(metadata().contract(), Duration.ZERO, true);
    }
    if (isCancelled()) {
      throw CallException.cancelled(metadata().contract(), true);
    }
  }

  /**
   * Answers with a failure that the contract declares: {@code return call.fail(new OutOfStock(sku))}.
   * A record that the contract does not declare reaches the caller as
   * {@link io.vertebra.error.ErrorCode#FAILURE_UNDECLARED}.
   */
  <R> Future<R> fail(Record failure);

  /** The same for blocking code: {@code throw call.failure(new OutOfStock(sku))}. */
  RuntimeException failure(Record failure);
}
