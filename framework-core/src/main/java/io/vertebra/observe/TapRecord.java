package io.vertebra.observe;

import java.util.Optional;

/**
 * How one call ended, as its caller's or its server's node saw it.
 *
 * @param node the node that saw it
 * @param side as what
 * @param contract id of the contract
 * @param messageId identifies the message, the same on both sides
 * @param correlationId message id of the first message of its conversation
 * @param causationId message id of the message whose handler made the call; empty for the first
 * @param caller node that made the call
 * @param attempt counts deliveries of the message; the first is 1
 * @param failure name of the {@link io.vertebra.error.ErrorCode}; empty if it ended with a reply
 * @param micros how long it took in microseconds, for the caller from the beginning, for the server while the handler ran
 * @param body the message as JSON, if it was asked for, its caller's node shows it, and it is not too long
 * @param missedBefore records of the node that were dropped since the one before, because too many came at once
 */
public record TapRecord(
    String node,
    Side side,
    String contract,
    String messageId,
    String correlationId,
    Optional<String> causationId,
    String caller,
    int attempt,
    Optional<String> failure,
    long micros,
    Optional<String> body,
    int missedBefore) {

  /** Where a call was seen. */
  public enum Side {
    /** Where it was made. */
    CALLER,
    /** Where it was served, or refused for want of room; what is refused before that only its caller shows. */
    SERVER
  }

  /** The same without its body. */
  public TapRecord withoutBody() {
    return new TapRecord(
        node,
        side,
        contract,
        messageId,
        correlationId,
        causationId,
        caller,
        attempt,
        failure,
        micros,
        Optional.empty(),
        missedBefore);
  }
}
