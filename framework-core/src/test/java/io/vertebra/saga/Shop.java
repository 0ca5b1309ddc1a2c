package io.vertebra.saga;

import io.vertebra.contract.Request;
import java.time.Duration;
import java.util.List;

/** The sagas that the tests run. */
final class Shop {
  static final Request<Place, Placed> PLACE =
      Request.of("orders.place", Place.class, Placed.class).keyedBy(Place::order);
  static final Request<Place, Placed> PREPAY =
      Request.of("orders.prepay", Place.class, Placed.class).keyedBy(Place::order);
  static final Request<Do, Done> RESERVE =
      Request.of("stock.reserve", Do.class, Done.class).failsWith(No.class);
  static final Request<Do, Done> RELEASE =
      Request.of("stock.release", Do.class, Done.class).failsWith(No.class);
  static final Request<Do, Done> CHARGE =
      Request.of("payment.charge", Do.class, Done.class).failsWith(No.class);
  static final Request<Do, Done> REFUND =
      Request.of("payment.refund", Do.class, Done.class).failsWith(No.class);
  static final Request<Do, Done> BOOK =
      Request.of("freight.book", Do.class, Done.class).failsWith(No.class);
  static final Request<Do, Done> CANCEL =
      Request.of("freight.cancel", Do.class, Done.class).failsWith(No.class);
  static final Request<Do, Done> DISPATCH =
      Request.of("shipping.dispatch", Do.class, Done.class).failsWith(No.class);
  static final Request<Do, Done> NOTIFY =
      Request.of("mail.notify", Do.class, Done.class).failsWith(No.class);

  static final List<Request<Do, Done>> STEPS =
      List.of(RESERVE, RELEASE, CHARGE, REFUND, BOOK, CANCEL, DISPATCH, NOTIFY);

  private static final Retry RETRY = Retry.defaults()
      .withMaxAttempts(3)
      .withBackoff(Duration.ofMillis(50), Duration.ofMillis(200));

  static final Saga<State> FULFIL = Saga.named("order-fulfilment", State.class)
      .startedBy(PLACE, State::from)
      .key(State::order)
      .deadline(Duration.ofSeconds(4))
      .step(
          "reserve",
          s -> s.request(RESERVE, state -> state.command("reserve"))
              .onReply(State::did)
              .onFailure(No.class, State::refused)
              .compensate(RELEASE, state -> state.command("release"), RETRY)
              .retry(RETRY)
              .timeout(Duration.ofMillis(500)))
      .parallel(
          "pay-and-book",
          p -> p.step(
                  "charge",
                  s -> s.request(CHARGE, state -> state.command("charge"))
                      .onReply(State::did)
                      .onFailure(No.class, State::refused)
                      .compensate(REFUND, state -> state.command("refund"), RETRY)
                      .retry(RETRY)
                      .timeout(Duration.ofMillis(500)))
              .step(
                  "book",
                  s -> s.when(State::isHeavy)
                      .request(BOOK, state -> state.command("book"))
                      .onReply(State::did)
                      .onFailure(No.class, State::refused)
                      .compensate(CANCEL, state -> state.command("cancel"), RETRY)
                      .retry(RETRY)
                      .timeout(Duration.ofMillis(500))))
      .pivot(
          "dispatch",
          s -> s.request(DISPATCH, state -> state.command("dispatch"))
              .onReply(State::did)
              .onFailure(No.class, State::refused)
              .retry(RETRY)
              .timeout(Duration.ofMillis(500)))
      .step(
          "notify",
          s -> s.request(NOTIFY, state -> state.command("notify"))
              .onReply(State::did)
              .onFailure(No.class, State::refused)
              .retry(RETRY)
              .timeout(Duration.ofMillis(500)))
      .outcome(State::toOutcome)
      .build();

  /** The same with waits: paid beside another step, approved in time or not at all, delivered after the pivot. */
  static final Saga<State> PREPAID = Saga.named("prepaid-order", State.class)
      .startedBy(PREPAY, State::from)
      .key(State::order)
      .deadline(Duration.ofSeconds(4))
      .step(
          "reserve",
          s -> s.request(RESERVE, state -> state.command("reserve"))
              .onReply(State::did)
              .onFailure(No.class, State::refused)
              .compensate(RELEASE, state -> state.command("release"), RETRY)
              .retry(RETRY)
              .timeout(Duration.ofMillis(500)))
      .parallel(
          "pay-and-book",
          p -> p.await(
                  "paid",
                  Happened.class,
                  s -> s.onEvent(State::heard)
                      .timeout(Duration.ofSeconds(2))
                      .compensate(REFUND, state -> state.command("refund"), RETRY))
              .step(
                  "book",
                  s -> s.when(State::isHeavy)
                      .request(BOOK, state -> state.command("book"))
                      .onReply(State::did)
                      .onFailure(No.class, State::refused)
                      .compensate(CANCEL, state -> state.command("cancel"), RETRY)
                      .retry(RETRY)
                      .timeout(Duration.ofMillis(500))))
      .await(
          "approved",
          Happened.class,
          s -> s.when(State::isHeavy)
              .onEvent(State::heard)
              .timeout(Duration.ofMillis(400))
              .onTimeout(state -> state.refused(new No("approved"))))
      .pivot(
          "dispatch",
          s -> s.request(DISPATCH, state -> state.command("dispatch"))
              .onReply(State::did)
              .onFailure(No.class, State::refused)
              .retry(RETRY)
              .timeout(Duration.ofMillis(500)))
      .await(
          "delivered", Happened.class, s -> s.onEvent(State::heard).timeout(Duration.ofSeconds(1)))
      .step(
          "notify",
          s -> s.request(NOTIFY, state -> state.command("notify"))
              .onReply(State::did)
              .onFailure(No.class, State::refused)
              .retry(RETRY)
              .timeout(Duration.ofMillis(500)))
      .outcome(State::toOutcome)
      .build();

  private Shop() {}

  record Place(String order, int weight) {}

  record Placed(String order, String trace) {}

  record Do(String order, String what, String trace) {}

  record Done(String what) {}

  record No(String what) {}

  /** Something outside of all participants. */
  record Happened(String what) {}

  /** {@code trace} lists the answers in the order in which they were taken in. */
  record State(String order, int weight, String trace) {
    static State from(Place place) {
      return new State(place.order(), place.weight(), "");
    }

    boolean isHeavy() {
      return weight > 10;
    }

    Do command(String what) {
      return new Do(order, what, trace);
    }

    State did(Done done) {
      return new State(order, weight, trace + done.what() + " ");
    }

    State heard(Happened event) {
      return new State(order, weight, trace + event.what() + " ");
    }

    State refused(No no) {
      return new State(order, weight, trace + "no-" + no.what() + " ");
    }

    Placed toOutcome() {
      return new Placed(order, trace);
    }
  }
}
