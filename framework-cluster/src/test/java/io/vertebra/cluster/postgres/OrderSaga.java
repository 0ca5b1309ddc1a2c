package io.vertebra.cluster.postgres;

import io.vertebra.contract.Request;
import io.vertebra.messaging.Call;
import io.vertebra.saga.Retry;
import io.vertebra.saga.Saga;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A saga of three steps, and the participants of all nodes of a test, which remember what they did. */
final class OrderSaga {
  static final Request<Place, Placed> PLACE =
      Request.of("orders.place", Place.class, Placed.class).keyedBy(Place::order);
  static final Request<Do, Done> RESERVE = Request.of("stock.hold", Do.class, Done.class);
  static final Request<Do, Done> RELEASE = Request.of("stock.unhold", Do.class, Done.class);
  static final Request<Do, Done> CHARGE = Request.of("payment.charge", Do.class, Done.class);
  static final Request<Do, Done> SHIP = Request.of("shipping.ship", Do.class, Done.class);
  static final List<Request<Do, Done>> STEPS = List.of(RESERVE, RELEASE, CHARGE, SHIP);

  private static final Retry RETRY = Retry.defaults()
      .withMaxAttempts(1_000)
      .withBackoff(Duration.ofMillis(100), Duration.ofMillis(200));

  static final Saga<State> SAGA = Saga.named("order", State.class)
      .startedBy(PLACE, place -> new State(place.order(), ""))
      .key(State::order)
      .deadline(Duration.ofMinutes(10))
      .step(
          "reserve",
          s -> s.request(RESERVE, State::command)
              .onReply(State::did)
              .compensate(RELEASE, State::command)
              .retry(RETRY)
              .timeout(Duration.ofSeconds(30)))
      .pivot(
          "charge",
          s -> s.request(CHARGE, State::command)
              .onReply(State::did)
              .retry(RETRY)
              .timeout(Duration.ofSeconds(30)))
      .step(
          "ship",
          s -> s.request(SHIP, State::command)
              .onReply(State::did)
              .retry(RETRY)
              .timeout(Duration.ofSeconds(30)))
      .outcome(state -> new Placed(state.order(), state.trace()))
      .build();

  /** What was done, once per message id: contract and order. */
  final List<String> effects = new CopyOnWriteArrayList<>();

  /** What was asked for, each time. */
  final List<String> calls = new CopyOnWriteArrayList<>();

  private final Map<String, Boolean> seen = new ConcurrentHashMap<>();
  private final Map<String, Promise<Void>> held = new ConcurrentHashMap<>();

  record Place(String order) {}

  record Placed(String order, String trace) {}

  record Do(String order) {}

  record Done(String what) {}

  record State(String order, String trace) {
    Do command() {
      return new Do(order);
    }

    State did(Done done) {
      return new State(order, trace + done.what() + " ");
    }
  }

  /** From now on what a node is asked for by this contract waits, until it is let go. */
  void hold(SagaNode node, Request<Do, Done> contract) {
    held.put(node.name + contract.name(), Promise.promise());
  }

  void letGo(SagaNode node, Request<Do, Done> contract) {
    held.get(node.name + contract.name()).complete();
  }

  Future<Done> handle(SagaNode node, Request<Do, Done> contract, Do message, Call call) {
    String what = contract.name() + " " + message.order();
    calls.add(node.name + " " + what);
    if (seen.putIfAbsent(call.metadata().messageId(), true) == null) {
      effects.add(what);
    }
    Promise<Void> hold = held.get(node.name + contract.name());
    Future<Void> free = hold == null ? Future.succeededFuture() : hold.future();
    return free.map(done -> new Done(contract.name()));
  }

  /** How often a node was asked. */
  long calls(SagaNode node, Request<Do, Done> contract) {
    return calls.stream()
        .filter(call -> call.startsWith(node.name + " " + contract.name()))
        .count();
  }
}
