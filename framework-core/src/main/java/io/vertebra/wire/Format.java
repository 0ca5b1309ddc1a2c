package io.vertebra.wire;

import io.vertebra.contract.Request;
import io.vertx.core.buffer.Buffer;

/**
 * How the body of a message is written. Both formats carry the same messages: record components by
 * name, members of a sealed interface with their simple name in {@code @type}, dates and times in
 * ISO-8601. Components that are empty or null are left out.
 */
public enum Format {
  /** JSON in UTF-8, the default. Binary components are written in Base64. */
  JSON,
  /** CBOR, RFC 8949. Binary components and UUIDs are written as they are. */
  CBOR;

  /** The message as bytes. */
  public <T> Buffer encode(Class<T> type, T message) {
    Buffer target = Buffer.buffer(128);
    encodeInto(target, type, message, type.getSimpleName());
    return target;
  }

  /**
   * Appends the message to {@code target}, which is left as it was if that fails.
   *
   * @param contract named in failures
   * @return the number of bytes appended
   */
  public <T> int encodeInto(Buffer target, Class<T> type, T message, String contract) {
    throw new UnsupportedOperationException("to come");
  }

  /**
   * The message in these bytes. Unknown fields are ignored.
   *
   * @param contract named in failures
   * @throws io.vertebra.error.ContractException {@code MESSAGE_INVALID}, and nothing else, if they are no such message
   */
  public <T> T decode(Class<T> type, Buffer body, String contract) {
    return decode(type, body, 0, body.length(), contract);
  }

  /** The message in the bytes from {@code from} up to but not including {@code to}. */
  public <T> T decode(Class<T> type, Buffer source, int from, int to, String contract) {
    throw new UnsupportedOperationException("to come");
  }

  /**
   * Appends a failure that the contract declares, with its simple name in {@code @type}.
   *
   * @return the number of bytes appended
   */
  public int encodeFailureInto(Buffer target, Request<?, ?> contract, Record failure) {
    throw new UnsupportedOperationException("to come");
  }

  /** The declared failure in the bytes from {@code from} up to but not including {@code to}. */
  public Record decodeFailure(Request<?, ?> contract, Buffer source, int from, int to) {
    throw new UnsupportedOperationException("to come");
  }

  /**
   * A hash of the message's content: 32 hexadecimal digits, the same on every node and in every
   * release that has the same fields, however maps and sets are ordered.
   */
  public static <T> String fingerprint(Class<T> type, T message) {
    throw new UnsupportedOperationException("to come");
  }
}
