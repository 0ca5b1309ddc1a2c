package io.vertebra.dispatch;

import io.vertebra.messaging.CallMetadata;
import org.jspecify.annotations.Nullable;

/**
 * What travels with a message, in the form the engine carries it.
 *
 * @param id of this message
 * @param correlation id of the first message of the conversation
 * @param causation id of the message whose handler sent this one
 * @param key the contract's routing key of the message
 * @param idempotencyKey the contract's idempotency key of the message
 * @param attempt counts deliveries; the first is 1
 * @param caller node that sent it
 * @param priority how important it is, 0 most of all; see {@link Priority}
 * @param repeated whether it, or a request that led to it, was made again: then nothing below retries
 */
public record Envelope(
    MessageId id,
    MessageId correlation,
    @Nullable MessageId causation,
    @Nullable String key,
    @Nullable String idempotencyKey,
    int attempt,
    String caller,
    int priority,
    boolean repeated) {

  CallMetadata toMetadata(String contract) {
    return new CallMetadata(
        contract,
        id.toString(),
        correlation.toString(),
        causation == null ? null : causation.toString(),
        idempotencyKey,
        attempt,
        caller,
        Priority.criticality(priority));
  }

  /** The same with another priority. */
  public Envelope withPriority(int other) {
    return new Envelope(
        id, correlation, causation, key, idempotencyKey, attempt, caller, other, repeated);
  }
}
