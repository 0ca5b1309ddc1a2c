package io.vertebra.cluster.postgres.crash;

import io.vertebra.contract.Request;
import io.vertebra.saga.Saga;

/** What is crashed: a saga of three steps, some of whose instances are turned down at the second. */
final class Orders {
  static final Request<Order, Outcome> PLACE =
      Request.of("crash.place", Order.class, Outcome.class).keyedBy(Order::id);
  static final Request<Step, Done> RESERVE = step("crash.reserve");
  static final Request<Step, Done> RELEASE = step("crash.release");
  static final Request<Step, Done> CHARGE =
      Request.of("crash.charge", Step.class, Done.class).failsWith(Declined.class);
  static final Request<Step, Done> REFUND = step("crash.refund");
  static final Request<Step, Done> SHIP = step("crash.ship");

  static final Saga<State> SAGA = Saga.named("crash", State.class)
      .startedBy(PLACE, order -> new State(order.id(), "placed"))
      .key(State::id)
      .step("reserve", s -> s.request(RESERVE, State::toStep).compensate(RELEASE, State::toStep))
      .step(
          "charge",
          s -> s.request(CHARGE, State::toStep)
              .onFailure(Declined.class, (state, declined) -> state.with("declined"))
              .compensate(REFUND, State::toStep))
      .pivot("ship", s -> s.request(SHIP, State::toStep))
      .outcome(state -> new Outcome(state.id(), state.what()))
      .build();

  private Orders() {}

  private static Request<Step, Done> step(String name) {
    return Request.of(name, Step.class, Done.class);
  }

  /** An order. Those that end in 3 or 7 are not paid. */
  record Order(String id) {}

  record Outcome(String id, String what) {}

  record Step(String order) {
    boolean isPaid() {
      return !order.endsWith("3") && !order.endsWith("7");
    }
  }

  record Done(String order) {}

  record Declined(String order) {}

  record State(String id, String what) {
    Step toStep() {
      return new Step(id);
    }

    State with(String now) {
      return new State(id, now);
    }
  }
}
