package io.vertebra.cluster.postgres;

import io.vertebra.contract.Request;
import io.vertebra.contract.Topic;
import io.vertebra.error.DeclaredFailure;
import io.vertebra.messaging.CallMetadata;
import io.vertebra.messaging.Deadline;
import io.vertebra.outbox.OutboxMessage;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** What a handler sends, until it has answered. */
class Sending implements Outgoing {
  private final Incoming<?, ?> incoming;
  private final List<OutboxMessage> sent = new ArrayList<>(2);
  private volatile boolean ended;

  Sending(Incoming<?, ?> incoming) {
    this.incoming = incoming;
  }

  /** Takes nothing more, and gives what was sent. */
  List<OutboxMessage> end() {
    ended = true;
    return sent;
  }

  @Override
  public <Q> void send(Request<Q, ?> contract, Q message) {
    add(OutboxMessage.of(contract, message, newId(), headers()));
  }

  @Override
  public <T> void publish(Topic<T> topic, T message) {
    add(OutboxMessage.of(topic, message, newId(), headers()));
  }

  private void add(OutboxMessage message) {
    if (ended) {
      throw new IllegalStateException("The handler has answered, so it sends no more messages.");
    }
    sent.add(message);
  }

  private static String newId() {
    return UUID.randomUUID().toString();
  }

  private Map<String, String> headers() {
    Map<String, String> headers = new HashMap<>();
    headers.put(OutboxMessage.CORRELATION_ID, metadata().correlationId());
    headers.put(OutboxMessage.CAUSATION_ID, metadata().messageId());
    return headers;
  }

  @Override
  public String idempotencyKey() {
    return incoming.key.key();
  }

  @Override
  public CallMetadata metadata() {
    return incoming.call.metadata();
  }

  @Override
  public Deadline deadline() {
    return incoming.call.deadline();
  }

  @Override
  public <R> Future<R> fail(Record failure) {
    return Future.failedFuture(new DeclaredFailure(failure));
  }
}
