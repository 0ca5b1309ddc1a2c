package io.vertebra.test;

import io.vertebra.contract.Request;
import io.vertebra.error.DeclaredFailure;
import io.vertebra.saga.Retry;
import io.vertebra.saga.Saga;
import java.time.Duration;

/** The saga of the manual. */
final class OrderSaga {
  private OrderSaga() {}

  // #region contracts
  record PlaceOrder(String order, String sku, int cents) {}

  record Placed(String order, String parcel) {}

  record Rejected(String order, String reason) {}

  static final Request<PlaceOrder, Placed> PLACE = Request.of(
          "orders.place", PlaceOrder.class, Placed.class)
      .keyedBy(PlaceOrder::order)
      .failsWith(Rejected.class);
  // #endregion contracts

  record Reserve(String order, String sku) {}

  record Release(String order) {}

  record Invoice(String order, int cents) {}

  record Refund(String order, int cents) {}

  record Dispatch(String order) {}

  record Dispatched(String parcel) {}

  record Mail(String order, String text) {}

  record Done() {}

  record OutOfStock(String sku) {}

  record PaymentArrived(String order, int cents) {}

  static final Request<Reserve, Done> RESERVE =
      Request.of("stock.reserve", Reserve.class, Done.class).failsWith(OutOfStock.class);
  static final Request<Release, Done> RELEASE =
      Request.of("stock.release", Release.class, Done.class);
  static final Request<Invoice, Done> INVOICE =
      Request.of("billing.invoice", Invoice.class, Done.class);
  static final Request<Refund, Done> REFUND =
      Request.of("billing.refund", Refund.class, Done.class);
  static final Request<Dispatch, Dispatched> DISPATCH =
      Request.of("shipping.dispatch", Dispatch.class, Dispatched.class);
  static final Request<Mail, Done> MAIL = Request.of("mail.send", Mail.class, Done.class);

  // #region state
  record State(String order, String sku, int cents, int paid, String parcel, String problem) {

    static State from(PlaceOrder place) {
      return new State(place.order(), place.sku(), place.cents(), 0, "", "not paid in time");
    }

    State outOfStock(OutOfStock failure) {
      return new State(order, sku, cents, paid, parcel, "out of stock");
    }

    State paid(PaymentArrived payment) {
      return new State(order, sku, cents, payment.cents(), parcel, "not sent");
    }

    State dispatched(Dispatched dispatched) {
      return new State(order, sku, cents, paid, dispatched.parcel(), "");
    }

    Placed toOutcome() {
      if (parcel.isEmpty()) {
        throw new DeclaredFailure(new Rejected(order, problem));
      }
      return new Placed(order, parcel);
    }
  }
  // #endregion state

  // #region saga
  static final Saga<State> FULFIL = Saga.named("order-fulfilment", State.class)
      .startedBy(PLACE, State::from)
      .key(State::order)
      .deadline(Duration.ofDays(3))
      .step(
          "reserve",
          step -> step.request(RESERVE, state -> new Reserve(state.order(), state.sku()))
              .onFailure(OutOfStock.class, State::outOfStock)
              .compensate(RELEASE, state -> new Release(state.order())))
      .step(
          "invoice",
          step -> step.request(INVOICE, state -> new Invoice(state.order(), state.cents()))
              .retry(Retry.defaults().withMaxAttempts(10))
              .timeout(Duration.ofSeconds(2)))
      .await(
          "payment-arrived",
          PaymentArrived.class,
          step -> step.onEvent(State::paid)
              .timeout(Duration.ofDays(2))
              .compensate(REFUND, state -> new Refund(state.order(), state.paid())))
      .pivot(
          "dispatch",
          step -> step.request(DISPATCH, state -> new Dispatch(state.order()))
              .onReply(State::dispatched))
      .step(
          "mail",
          step -> step.request(
              MAIL, state -> new Mail(state.order(), "Your parcel: " + state.parcel())))
      .outcome(State::toOutcome)
      .build();
  // #endregion saga
}
