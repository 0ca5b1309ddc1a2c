package io.vertebra.idempotency;

import io.vertebra.contract.Request;
import io.vertebra.error.DeclaredFailure;
import io.vertebra.wire.Format;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;

/**
 * How stores hold an answer: one byte that tells a reply from a declared failure, then its JSON.
 *
 * @param contract whose answers these are
 * @param <R> the reply
 */
public record ReplyCodec<R>(Request<?, R> contract) {
  private static final byte REPLY = 0;
  private static final byte FAILURE = 1;

  /**
   * A reply.
   *
   * @throws io.vertebra.error.ContractException {@code MESSAGE_INVALID} if it cannot travel
   */
  public Buffer encode(R reply) {
    Buffer target = Buffer.buffer(64).appendByte(REPLY);
    Format.JSON.encodeInto(target, contract.replyType(), reply, contract.name());
    return target;
  }

  /**
   * A failure that the contract declares.
   *
   * @throws io.vertebra.error.HandlerException {@code FAILURE_UNDECLARED} if it does not
   */
  public Buffer encode(DeclaredFailure declared) {
    Buffer target = Buffer.buffer(64).appendByte(FAILURE);
    Format.JSON.encodeFailureInto(target, contract, declared.failure());
    return target;
  }

  /** What was stored: completes with the reply, or fails with the declared failure, or because it cannot be read. */
  public Future<R> decode(Buffer stored) {
    try {
      if (stored.getByte(0) == FAILURE) {
        Record failure = Format.JSON.decodeFailure(contract, stored, 1, stored.length());
        return Future.failedFuture(new DeclaredFailure(failure));
      }
      return Future.succeededFuture(
          Format.JSON.decode(contract.replyType(), stored, 1, stored.length(), contract.name()));
    } catch (RuntimeException e) {
      return Future.failedFuture(e);
    }
  }
}
