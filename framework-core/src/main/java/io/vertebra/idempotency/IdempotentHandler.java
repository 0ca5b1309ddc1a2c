package io.vertebra.idempotency;

import io.vertebra.contract.Request;
import io.vertebra.messaging.Call;
import io.vertx.core.Future;
import java.util.function.BiFunction;

/**
 * A handler that recognises duplicates itself, in a store that shares the transaction of its effect.
 * Pass it to {@code Services.request}, which tells it the contract; it is not deduplicated a second
 * time there, unless a store is named.
 *
 * @param <Q> the message
 * @param <R> the reply
 */
public interface IdempotentHandler<Q, R> extends BiFunction<Q, Call, Future<R>> {

  /** The handler for one contract; asked for once, before the first message. */
  BiFunction<Q, Call, Future<R>> of(Request<Q, R> contract);

  /** Fails: without its contract the handler can neither name its keys nor read what it has stored. */
  @Override
  default Future<R> apply(Q message, Call call) {
    return Future.failedFuture(
        new IllegalStateException(
            "This handler has to know its contract: pass it to on.request as it is, or what its method of(contract) answers."));
  }
}
