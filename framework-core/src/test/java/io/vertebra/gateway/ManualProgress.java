package io.vertebra.gateway;

import io.vertx.core.Future;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Work that the test moves on. */
final class ManualProgress implements Progress<Shop.Ask, Shop.Answer> {
  final Map<String, State<Shop.Answer>> states = new ConcurrentHashMap<>();
  final Map<String, List<Event>> events = new ConcurrentHashMap<>();
  final AtomicInteger watching = new AtomicInteger();
  private final Watchers watchers = new Watchers();

  @Override
  public Future<State<Shop.Answer>> begin(Shop.Ask message) {
    if (message.what().equals("hang")) {
      return io.vertx.core.Promise.<State<Shop.Answer>>promise().future();
    }
    happen(message.what(), "STARTED");
    return Future.succeededFuture(
        states.computeIfAbsent(message.what(), key -> State.running(key, "RUNNING")));
  }

  void happen(String key, String kind) {
    events.compute(key, (k, before) -> {
      List<Event> all = new ArrayList<>(before == null ? List.of() : before);
      all.add(new Event(kind, "step-" + all.size(), 1, "", Instant.EPOCH));
      return List.copyOf(all);
    });
    watchers.changed(key);
  }

  void end(String key, String answer) {
    states.put(key, State.ended(key, "COMPLETED", new Shop.Answer(answer)));
    watchers.changed(key);
  }

  @Override
  public Future<Optional<State<Shop.Answer>>> find(String key) {
    return Future.succeededFuture(Optional.ofNullable(states.get(key)));
  }

  @Override
  public Future<List<Event>> history(String key) {
    return Future.succeededFuture(events.getOrDefault(key, List.of()));
  }

  @Override
  public Runnable onChange(String key, Runnable action) {
    Runnable back = watchers.add(key, action);
    watching.incrementAndGet();
    return () -> {
      back.run();
      watching.decrementAndGet();
    };
  }
}
