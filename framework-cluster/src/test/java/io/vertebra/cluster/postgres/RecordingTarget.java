package io.vertebra.cluster.postgres;

import io.vertebra.outbox.OutboxMessage;
import io.vertebra.outbox.OutboxTarget;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** Takes messages of one contract, knows which came in what order, and answers as a test wants. */
final class RecordingTarget implements OutboxTarget {
  private final String contract;
  private final Function<OutboxMessage, Future<Void>> answers;
  private final List<String> arrivals = new CopyOnWriteArrayList<>();
  private final ConcurrentHashMap<Integer, Promise<Void>> awaited = new ConcurrentHashMap<>();

  RecordingTarget(String contract, Function<OutboxMessage, Future<Void>> answers) {
    this.contract = contract;
    this.answers = answers;
  }

  @Override
  public Set<String> contracts() {
    return Set.of(contract);
  }

  @Override
  public Future<Void> send(OutboxMessage message, int attempt, Duration timeout) {
    arrivals.add(message.messageId());
    awaited.forEach((count, promise) -> {
      if (arrivals.size() >= count) {
        promise.tryComplete();
      }
    });
    return answers.apply(message);
  }

  /** The message ids in the order in which they were sent. */
  List<String> arrivals() {
    return new ArrayList<>(arrivals);
  }

  /** Completes when so many messages were sent. */
  Future<Void> arrived(int count) {
    Promise<Void> promise = awaited.computeIfAbsent(count, any -> Promise.promise());
    if (arrivals.size() >= count) {
      promise.tryComplete();
    }
    return promise.future();
  }
}
