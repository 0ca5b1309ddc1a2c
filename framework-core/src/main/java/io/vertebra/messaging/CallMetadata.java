package io.vertebra.messaging;

import org.jspecify.annotations.Nullable;

/**
 * What travels with a message besides its body.
 *
 * @param contract id of the contract
 * @param messageId identifies this message; the same for every attempt to deliver it
 * @param correlationId identifies the conversation it belongs to: the message id of its first message
 * @param causationId message id of the message whose handler sent this one; null for the first
 * @param idempotencyKey the contract's idempotency key of the message, or null
 * @param attempt counts deliveries of the message; the first is 1
 * @param caller id of the node that sent it
 * @param criticality how important it is; calls made from its handler are at most as important
 */
public record CallMetadata(
    String contract,
    String messageId,
    String correlationId,
    @Nullable String causationId,
    @Nullable String idempotencyKey,
    int attempt,
    String caller,
    Criticality criticality) {}
