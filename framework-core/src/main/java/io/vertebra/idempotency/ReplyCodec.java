package io.vertebra.idempotency;

import io.vertebra.contract.Request;
import io.vertebra.error.DeclaredFailure;
import io.vertebra.wire.Format;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;

/** What the store holds: one byte that tells a reply from a declared failure, then its JSON. */
record ReplyCodec<R>(Request<?, R> contract) {
  private static final byte REPLY = 0;
  private static final byte FAILURE = 1;

  Buffer encode(R reply) {
    Buffer target = Buffer.buffer(64).appendByte(REPLY);
    Format.JSON.encodeInto(target, contract.replyType(), reply, contract.name());
    return target;
  }

  Buffer encode(DeclaredFailure declared) {
    Buffer target = Buffer.buffer(64).appendByte(FAILURE);
    Format.JSON.encodeFailureInto(target, contract, declared.failure());
    return target;
  }

  Future<R> decode(Buffer stored) {
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
