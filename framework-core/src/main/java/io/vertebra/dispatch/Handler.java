package io.vertebra.dispatch;

import io.vertebra.messaging.Call;
import io.vertx.core.Future;

/**
 * What runs a message, whatever thread the user asked for. Called on the instance's lane, on the
 * context of the call.
 *
 * @param <Q> the message
 * @param <R> the reply
 */
@FunctionalInterface
public interface Handler<Q, R> {

  /** Starts the work; may throw. */
  Future<R> handle(Q message, Call call) throws Exception;
}
