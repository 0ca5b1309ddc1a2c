package io.vertebra.outbox;

import io.vertebra.contract.Contract;
import io.vertebra.contract.Request;
import io.vertebra.contract.Topic;
import io.vertebra.wire.Format;
import io.vertx.core.buffer.Buffer;
import java.util.Map;

/**
 * A message that was handed to an outbox instead of the bus.
 *
 * @param contract id of its contract
 * @param key what orders it: messages of one contract and key are sent one after another; the message
 *     id if the contract has no key
 * @param messageId the same each time it is sent
 * @param body the message as JSON
 * @param headers what travels with it besides
 */
public record OutboxMessage(
    String contract, String key, String messageId, Buffer body, Map<String, String> headers) {
  /** The number of partitions: more than nodes by far, few enough to look into each of them. */
  public static final int PARTITIONS = 64;

  /** The header with the id of the conversation's first message. */
  public static final String CORRELATION_ID = "correlation-id";

  /** The header with the id of the message whose handler sent this one. */
  public static final String CAUSATION_ID = "causation-id";

  /** Copies the headers. */
  public OutboxMessage {
    headers = Map.copyOf(headers);
  }

  /**
   * A request's message, ordered by its routing key.
   *
   * @throws io.vertebra.error.ContractException {@code MESSAGE_INVALID} if it cannot travel
   */
  public static <Q> OutboxMessage of(
      Request<Q, ?> contract, Q message, String messageId, Map<String, String> headers) {
    String key = contract.keyOf(message);
    Buffer body = Format.JSON.encode(contract.requestType(), message);
    return of(contract, key == null ? messageId : key, messageId, body, headers);
  }

  /**
   * A topic's message, ordered by its key.
   *
   * @throws io.vertebra.error.ContractException {@code MESSAGE_INVALID} if it cannot travel
   */
  public static <T> OutboxMessage of(
      Topic<T> topic, T message, String messageId, Map<String, String> headers) {
    String key = topic.keyOf(message);
    Class<T> type = topic.messageType();
    return of(
        topic,
        key == null ? messageId : key,
        messageId,
        Format.JSON.encode(type, message),
        headers);
  }

  /** The partition it belongs to: FNV-1a over the UTF-16 units of contract and key, folded to 6 bits. */
  public int partition() {
    int hash = hash(hash(0x811c9dc5, contract) * 0x01000193, key);
    hash ^= hash >>> 16;
    return (hash ^ hash >>> 8) & (PARTITIONS - 1);
  }

  private static int hash(int start, String text) {
    int hash = start;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * 0x01000193;
    }
    return hash;
  }

  private static OutboxMessage of(
      Contract contract, String key, String messageId, Buffer body, Map<String, String> headers) {
    return new OutboxMessage(contract.id(), key, messageId, body, headers);
  }
}
