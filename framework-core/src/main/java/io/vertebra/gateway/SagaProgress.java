package io.vertebra.gateway;

import io.vertebra.contract.Request;
import io.vertebra.saga.Saga;
import io.vertebra.saga.SagaEngine;
import io.vertebra.saga.SagaEvent;
import io.vertebra.saga.SagaInstance;
import io.vertebra.saga.SagaStatus;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;

/** The instances of one saga, by business key, as an engine and its log know them. */
final class SagaProgress<Q, R> implements Progress<Q, R> {
  private final SagaEngine engine;
  private final Saga<?> saga;
  private final Request<Q, R> contract;
  private final Watchers watchers = new Watchers();

  SagaProgress(SagaEngine engine, Request<Q, R> contract) {
    this.engine = engine;
    this.contract = contract;
    this.saga = newest(engine, contract);
    engine.onEvent(this::changed);
  }

  private static Saga<?> newest(SagaEngine engine, Request<?, ?> contract) {
    Saga<?> newest = null;
    for (Saga<?> each : engine.sagas()) {
      boolean starts = each.startedBy().toString().equals(contract.toString());
      if (starts && (newest == null || each.version() > newest.version())) {
        newest = each;
      }
    }
    if (newest == null) {
      throw new IllegalArgumentException(
          "no saga of the engine is started by '" + contract.name() + "'");
    }
    return newest;
  }

  private void changed(SagaEvent event) {
    if (event.saga().equals(saga.name())) {
      watchers.changed(event.key());
    }
  }

  @Override
  public Future<State<R>> begin(Q message) {
    return engine.begin(contract, message).compose(this::state);
  }

  @Override
  public Future<Optional<State<R>>> find(String key) {
    return engine
        .find(saga, key)
        .compose(found -> found.isEmpty()
            ? Future.succeededFuture(Optional.empty())
            : state(found.get()).map(Optional::of));
  }

  private Future<State<R>> state(SagaInstance instance) {
    String status = instance.status().name();
    if (!instance.status().isFinal()) {
      return Future.succeededFuture(State.running(instance.key(), status));
    }
    return engine
        .outcome(contract, instance.key())
        .map(outcome -> outcome
            .map(value -> State.ended(instance.key(), status, value))
            .orElseGet(() -> State.running(instance.key(), SagaStatus.RUNNING.name())));
  }

  @Override
  public Future<List<Event>> history(String key) {
    return engine
        .history(saga, key)
        .map(events -> events.stream().map(SagaProgress::event).toList());
  }

  private static Event event(SagaEvent event) {
    return new Event(
        event.kind().name(), event.step(), event.attempt(), event.detail(), event.at());
  }

  @Override
  public Runnable onChange(String key, Runnable action) {
    return watchers.add(key, action);
  }
}
