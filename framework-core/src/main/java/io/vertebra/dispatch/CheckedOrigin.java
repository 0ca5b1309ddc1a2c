package io.vertebra.dispatch;

import io.vertebra.contract.Request;
import io.vertebra.error.DeclaredFailure;
import io.vertebra.error.HandlerException;
import io.vertebra.error.VertebraException;
import io.vertebra.wire.Format;
import io.vertx.core.buffer.Buffer;

/**
 * Sends the answer of a local call through encode and decode before the caller sees it, so that a
 * test on one node meets the same failures as a cluster.
 */
record CheckedOrigin<Q, R>(Engine engine, Exchange<Q, R> exchange) implements Origin<R> {

  @Override
  public void replied(ServedCall<?, R> call, R reply) {
    Request<Q, R> contract = exchange.contract();
    Buffer bytes = Buffer.buffer(128);
    try {
      format().encodeInto(bytes, contract.replyType(), reply, contract.name());
      checkSize(bytes);
    } catch (VertebraException unfit) {
      exchange.failed(call, invalid(unfit));
      return;
    }
    exchange.arrived(() -> {
      try {
        return format().decode(contract.replyType(), bytes, contract.name());
      } catch (VertebraException unfit) {
        throw invalid(unfit);
      }
    });
  }

  @Override
  public void failed(ServedCall<?, R> call, VertebraException failure) {
    exchange.failed(
        call, failure instanceof DeclaredFailure declared ? checked(declared) : failure);
  }

  private VertebraException checked(DeclaredFailure declared) {
    Request<Q, R> contract = exchange.contract();
    Buffer bytes = Buffer.buffer(128);
    try {
      format().encodeFailureInto(bytes, contract, declared.failure());
      checkSize(bytes);
      return new DeclaredFailure(format().decodeFailure(contract, bytes, 0, bytes.length()));
    } catch (VertebraException unfit) {
      return invalid(unfit);
    }
  }

  private Format format() {
    return engine.settings().format();
  }

  private void checkSize(Buffer bytes) {
    int limit = engine.settings().maxBody();
    if (bytes.length() > limit) {
      throw HandlerException.replyInvalid(
          exchange.contract().name(), "it has " + bytes.length() + " bytes, the limit is " + limit);
    }
  }

  private VertebraException invalid(VertebraException unfit) {
    return unfit instanceof HandlerException
        ? unfit
        : HandlerException.replyInvalid(exchange.contract().name(), unfit.getMessage());
  }
}
