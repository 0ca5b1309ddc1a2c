package io.vertebra.outbox;

import io.vertebra.contract.Contract;
import io.vertebra.messaging.Bus;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Set;

/** Where a relay sends what it finds: an SPI. */
public interface OutboxTarget {

  /**
   * The bus: requests are sent with the row's message id, so that idempotent consumers recognise what
   * is sent twice, and topics published until every node with a subscriber has taken the message. A
   * reply, or a failure that the contract declares, is an answer: the message has arrived.
   *
   * @param contracts all contracts, requests and topics, that are sent through the outbox
   */
  static OutboxTarget bus(Bus bus, Contract... contracts) {
    return new BusTarget(bus, contracts);
  }

  /**
   * The ids of the contracts it can send. A relay leaves all other rows where they are, so relays that
   * share an outbox should know the same contracts.
   */
  Set<String> contracts();

  /**
   * Sends a message; completes when it has arrived, or fails, before its time is over. A failure that {@link
   * io.vertebra.error.VertebraException#isRetryable()} means that nobody can be reached, and no other
   * message of the contract is tried for a while; with any other the message itself was refused.
   *
   * @param attempt counts from 1
   * @param timeout how long it may take
   */
  Future<Void> send(OutboxMessage message, int attempt, Duration timeout);
}
