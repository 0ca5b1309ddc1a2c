package io.vertebra.dispatch;

import io.vertebra.contract.Request;
import io.vertebra.error.HandlerException;
import io.vertebra.error.VertebraException;
import io.vertx.core.buffer.Buffer;

/**
 * Sends the reply of a local call through encode and decode before the caller sees it, so that a
 * test on one node meets the same failures as a cluster.
 */
record CheckedOrigin<Q, R>(Engine engine, Exchange<Q, R> exchange) implements Origin<R> {

  @Override
  public void replied(ServedCall<?, R> call, R reply) {
    Request<Q, R> contract = exchange.contract();
    Buffer bytes = Buffer.buffer(128);
    try {
      int length = engine
          .settings()
          .format()
          .encodeInto(bytes, contract.replyType(), reply, contract.name());
      if (length > engine.settings().maxBody()) {
        failed(
            call,
            HandlerException.replyInvalid(
                contract.name(),
                "it has " + length + " bytes, the limit is " + engine.settings().maxBody()));
        return;
      }
    } catch (VertebraException unfit) {
      failed(call, HandlerException.replyInvalid(contract.name(), unfit.getMessage()));
      return;
    }
    exchange.arrived(
        () -> engine.settings().format().decode(contract.replyType(), bytes, contract.name()));
  }

  @Override
  public void failed(ServedCall<?, R> call, VertebraException failure) {
    exchange.failed(call, failure);
  }
}
