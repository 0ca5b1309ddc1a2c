package io.vertebra.cluster.postgres;

import io.vertebra.contract.Request;
import io.vertebra.contract.Topic;
import io.vertebra.messaging.CallMetadata;
import io.vertebra.messaging.Deadline;
import io.vertx.core.Future;

/**
 * One message at an idempotent consumer whose answer and outgoing messages are kept together.
 *
 * <p>What is sent goes to the outbox and leaves once the answer is in the database; if it never gets
 * there, nothing is sent. So there is nothing to wait for here: a reply cannot come before the
 * transaction is over. May be used until the handler's future has completed, on any thread, by one
 * thread at a time.
 */
public interface Outgoing {

  /**
   * Sends a request, whose reply nobody waits for. Messages with the same routing key of the contract
   * arrive one after another, in the order in which their transactions wrote them.
   *
   * @throws io.vertebra.error.ContractException {@code MESSAGE_INVALID} if the message cannot travel
   */
  <Q> void send(Request<Q, ?> contract, Q message);

  /**
   * Publishes to every subscriber. Messages of one key of the topic keep their order.
   *
   * @throws io.vertebra.error.ContractException {@code MESSAGE_INVALID} if the message cannot travel
   */
  <T> void publish(Topic<T> topic, T message);

  /**
   * The key under which duplicates of this message are known: the contract's idempotency key, or the
   * message id. The same at each attempt, so pass it on to whatever is not in this database.
   */
  String idempotencyKey();

  /** Who asked, on behalf of what. */
  CallMetadata metadata();

  /** When the caller stops waiting. */
  Deadline deadline();

  /**
   * Answers with a failure that the contract declares. The failure is kept and duplicates get it, but
   * all that the handler has written or sent is undone.
   */
  <R> Future<R> fail(Record failure);
}
