package io.vertebra.idempotency;

import io.vertebra.contract.Request;
import io.vertebra.messaging.CallMetadata;
import io.vertebra.wire.Format;

/**
 * What tells one intent from another at one consumer.
 *
 * @param consumer who handles it; another one has its own keys
 * @param key the contract's idempotency key of the message, or its message id if the contract has none
 * @param fingerprint hash of the message's content: the same key with another one is a conflict
 */
public record IdempotencyKey(String consumer, String key, String fingerprint) {

  /**
   * The key of a message under the name of a consumer.
   *
   * @throws io.vertebra.error.ContractException {@code MESSAGE_INVALID} if the message is none of the contract
   */
  public static <Q> IdempotencyKey of(
      String consumer, Request<Q, ?> contract, Q message, CallMetadata metadata) {
    String declared = metadata.idempotencyKey();
    return new IdempotencyKey(
        consumer,
        declared == null ? metadata.messageId() : declared,
        Format.fingerprint(contract.requestType(), message));
  }
}
