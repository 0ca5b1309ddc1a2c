package io.vertebra.wire;

import io.vertebra.contract.Request;
import io.vertebra.error.ContractException;
import io.vertebra.error.HandlerException;
import io.vertx.core.buffer.Buffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * How the body of a message is written. Both formats carry the same messages: record components by
 * name, members of a sealed interface with their simple name in {@code @type}, dates and times in
 * ISO-8601. Components that are empty or null are left out.
 *
 * <p>A body may come from anywhere. One that is nested deeper than 1000 levels, has a number of more
 * than 1000 digits or a text of more than 20 million characters is refused like any invalid one.
 */
public enum Format {
  /** JSON in UTF-8, the default. Bytes are written in Base64. */
  JSON,
  /** CBOR, RFC 8949. Bytes and UUIDs are written as they are. */
  CBOR;

  private static final int FINGERPRINT_BYTES = 16;

  /**
   * The message as bytes.
   *
   * @throws ContractException {@code MESSAGE_INVALID} if it holds a null or a number that cannot travel,
   *     {@code CONTRACT_INVALID} if its type cannot
   */
  public <T> Buffer encode(Class<T> type, T message) {
    BodyWriter body = Bodies.write(this, Codecs.of(type), message, type.getSimpleName());
    return Buffer.buffer(body.size).appendBytes(body.bytes, 0, body.size);
  }

  /**
   * Appends the message to {@code target}, which stays as it was if that fails.
   *
   * @param contract named in failures
   * @return the number of bytes appended
   * @throws ContractException as {@link #encode} does
   */
  public <T> int encodeInto(Buffer target, Class<T> type, T message, String contract) {
    BodyWriter body = Bodies.write(this, Codecs.of(type), message, contract);
    target.appendBytes(body.bytes, 0, body.size);
    return body.size;
  }

  /**
   * The message in these bytes. Unknown fields are ignored.
   *
   * @param contract named in failures
   * @throws ContractException {@code MESSAGE_INVALID}, and nothing else, if they are no such message;
   *     it names the field but nothing of the content
   */
  public <T> T decode(Class<T> type, Buffer body, String contract) {
    return decode(type, body, 0, body.length(), contract);
  }

  /** The message in the bytes from {@code from} up to but not including {@code to}. */
  public <T> T decode(Class<T> type, Buffer source, int from, int to, String contract) {
    return type.cast(Bodies.read(this, Codecs.of(type), source, from, to, contract));
  }

  /**
   * Appends a failure that the contract declares, with its simple name in {@code @type}.
   *
   * @return the number of bytes appended
   * @throws HandlerException {@code FAILURE_UNDECLARED} if the contract does not declare it
   */
  public int encodeFailureInto(Buffer target, Request<?, ?> contract, Record failure) {
    if (!contract.declares(failure.getClass())) {
      throw HandlerException.undeclared(contract.name(), failure.getClass().getSimpleName());
    }
    BodyWriter body = Bodies.write(this, Codecs.ofFailures(contract), failure, contract.name());
    target.appendBytes(body.bytes, 0, body.size);
    return body.size;
  }

  /**
   * The declared failure in the bytes from {@code from} up to but not including {@code to}.
   *
   * @throws ContractException {@code MESSAGE_INVALID}, and nothing else, if they are no failure that
   *     the contract declares
   */
  public Record decodeFailure(Request<?, ?> contract, Buffer source, int from, int to) {
    return (Record)
        Bodies.read(this, Codecs.ofFailures(contract), source, from, to, contract.name());
  }

  /**
   * A hash of a message's content: 32 hexadecimal digits, the same on every node, whatever the order
   * of its components, maps and sets, and also after optional components were added that it lacks.
   *
   * @throws ContractException as {@link #encode} does
   */
  public static <T> String fingerprint(Class<T> type, T message) {
    JsonWriter body = new JsonWriter(true, 256);
    Bodies.write(body, Codecs.of(type), message, type.getSimpleName());
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(body.bytes, 0, body.size);
      return HexFormat.of().formatHex(digest.digest(), 0, FINGERPRINT_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }
}
