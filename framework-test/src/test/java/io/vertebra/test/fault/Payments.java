package io.vertebra.test.fault;

import io.vertebra.contract.Request;
import io.vertebra.saga.Retry;
import io.vertebra.saga.Saga;
import java.time.Duration;
import org.jspecify.annotations.NullUnmarked;

/** What the faults strike: a saga of two steps, whose participants come back on a command that is sent again. */
@NullUnmarked
final class Payments {
  record Place(String order) {}

  record Placed(String order, int parcel) {}

  record Charge(String order) {}

  record Refund(String order) {}

  record Ship(String order) {}

  record Done(int number) {}

  record State(String order, int parcel) {}

  static final Request<Place, Placed> PLACE =
      Request.of("orders.place", Place.class, Placed.class).keyedBy(Place::order);
  static final Request<Charge, Done> CHARGE =
      Request.of("payment.charge", Charge.class, Done.class);
  static final Request<Refund, Done> REFUND =
      Request.of("payment.refund", Refund.class, Done.class);
  static final Request<Ship, Done> SHIP = Request.of("shipping.ship", Ship.class, Done.class);

  private static final Retry SOON =
      Retry.defaults().withBackoff(Duration.ofMillis(1), Duration.ofMillis(10));

  static final Saga<State> SAGA = Saga.named("payments", State.class)
      .startedBy(PLACE, place -> new State(place.order(), 0))
      .key(State::order)
      .step(
          "charge",
          s -> s.request(CHARGE, state -> new Charge(state.order()))
              .timeout(Duration.ofMillis(300))
              .retry(SOON)
              .compensate(REFUND, state -> new Refund(state.order())))
      .pivot(
          "ship",
          s -> s.request(SHIP, state -> new Ship(state.order()))
              .onReply((state, shipped) -> new State(state.order(), shipped.number()))
              .timeout(Duration.ofSeconds(20)))
      .outcome(state -> new Placed(state.order(), state.parcel()))
      .build();

  private Payments() {}
}
