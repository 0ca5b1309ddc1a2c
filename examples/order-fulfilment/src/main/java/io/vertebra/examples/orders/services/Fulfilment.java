package io.vertebra.examples.orders.services;

import io.vertebra.examples.orders.contracts.Orders;
import io.vertebra.examples.orders.contracts.Payment;
import io.vertebra.examples.orders.contracts.Shipping;
import io.vertebra.examples.orders.contracts.Stock;
import io.vertebra.saga.Retry;
import io.vertebra.saga.Saga;
import java.time.Duration;

/** The process of an order, as data: what happens in which order, and how it is undone. */
final class Fulfilment {
  // #region saga
  /** For as long as nodes are killed and started again: whoever gets a command twice works once. */
  private static final Retry PATIENT = Retry.defaults()
      .withMaxAttempts(10_000)
      .withBackoff(Duration.ofMillis(50), Duration.ofSeconds(2));

  static final Saga<OrderState> FULFILMENT = Saga.named("order-fulfilment", OrderState.class)
      .startedBy(Orders.FULFIL, OrderState::of)
      .key(OrderState::orderId)
      .deadline(Duration.ofDays(1))
      // 1. Set aside every line or none.
      .step(
          "reserve",
          s -> s.request(Stock.RESERVE, OrderState::toReserve)
              .retry(PATIENT)
              .onFailure(Stock.OutOfStock.class, OrderState::outOfStock)
              .compensate(Stock.RELEASE, OrderState::toRelease, PATIENT))
      // 2. Charge within the credit limit; if that fails, the reservation is released.
      .step(
          "charge",
          s -> s.request(Payment.CHARGE, OrderState::toCharge)
              .retry(PATIENT)
              .onFailure(Payment.PaymentDeclined.class, OrderState::declined)
              .compensate(Payment.REFUND, OrderState::toRefund, PATIENT))
      // 3. Ship: from here on there is no way back, only forward.
      .pivot(
          "dispatch", s -> s.request(Shipping.DISPATCH, OrderState::toDispatch).retry(PATIENT))
      .step(
          "take",
          s -> s.request(Stock.TAKE, OrderState::toTake).retry(PATIENT).onReply(OrderState::taken))
      .outcome(OrderState::toOutcome)
      .build();
  // #endregion saga

  private Fulfilment() {}
}
