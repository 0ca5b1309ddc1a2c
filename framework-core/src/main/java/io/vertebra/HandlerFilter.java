package io.vertebra;

import io.vertebra.contract.Request;
import io.vertebra.messaging.Call;
import io.vertx.core.Future;
import java.util.function.BiFunction;

/**
 * Stands around every handler of a node's requests, also those of its sagas; set with {@link
 * NodeOptions#withHandlerFilter}. For what concerns all of them, such as an audit, or the faults of a
 * test. It stands outside of deduplication, so that it sees duplicates too.
 *
 * <p>Runs on the context of the call, and must not block. A call holds its permit until the future that
 * the filter answers has completed.
 */
@FunctionalInterface
public interface HandlerFilter {

  /** Answers a message, as a rule with what {@code handler} answers; what it throws fails the call. */
  <Q, R> Future<R> handle(
      Request<Q, R> contract,
      Q message,
      Call call,
      BiFunction<? super Q, ? super Call, Future<R>> handler);
}
