package io.vertebra.saga;

import io.vertebra.contract.Request;
import io.vertebra.wire.Format;
import io.vertx.core.buffer.Buffer;

/** How messages and states become bytes; a seam for the simulation. */
interface MessageCodec {
  /** What the log holds: JSON, so that people can read it. */
  MessageCodec JSON = new MessageCodec() {
    @Override
    public <T> Buffer encode(Class<T> type, T message) {
      return Format.JSON.encode(type, message);
    }

    @Override
    public <T> T decode(Class<T> type, Buffer body, String contract) {
      return Format.JSON.decode(type, body, contract);
    }

    @Override
    public Buffer encodeFailure(Request<?, ?> contract, Record failure) {
      Buffer target = Buffer.buffer(64);
      Format.JSON.encodeFailureInto(target, contract, failure);
      return target;
    }

    @Override
    public Record decodeFailure(Request<?, ?> contract, Buffer body) {
      return Format.JSON.decodeFailure(contract, body, 0, body.length());
    }
  };

  /** The message as bytes, the same for equal messages. */
  <T> Buffer encode(Class<T> type, T message);

  /** The message in these bytes; {@code contract} is named in failures. */
  <T> T decode(Class<T> type, Buffer body, String contract);

  /** A declared failure as bytes. */
  Buffer encodeFailure(Request<?, ?> contract, Record failure);

  /** The declared failure in these bytes. */
  Record decodeFailure(Request<?, ?> contract, Buffer body);

  /** {@link #encode} for a type that only the contract knows. */
  @SuppressWarnings("unchecked") // the cast fails there if the message is not of the type
  default Buffer encodeAny(Class<?> type, Object message) {
    return encode((Class<Object>) type, type.cast(message));
  }
}
