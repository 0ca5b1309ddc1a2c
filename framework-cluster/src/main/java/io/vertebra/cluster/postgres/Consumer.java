package io.vertebra.cluster.postgres;

import io.vertebra.contract.Request;
import io.vertebra.idempotency.ReplyCodec;
import io.vertx.core.Future;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What all deliveries to a consumer have in common.
 *
 * @param contract whose messages it takes
 * @param handler what runs in the transaction
 * @param nothingToUndo the answer to a compensation whose action never ran; null if the consumer does
 *     not handle compensations
 */
record Consumer<Q, R>(
    Request<Q, R> contract,
    BiFunction<? super Q, ? super UnitOfWork, Future<R>> handler,
    @Nullable Function<? super Q, ? extends R> nothingToUndo) {

  ReplyCodec<R> codec() {
    return new ReplyCodec<>(contract);
  }
}
