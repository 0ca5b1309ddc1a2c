package io.vertebra.examples.orders.services;

import io.vertebra.examples.orders.contracts.Orders;
import io.vertebra.examples.orders.contracts.Payment;
import io.vertebra.examples.orders.contracts.Shipping;
import io.vertebra.examples.orders.contracts.Stock;
import io.vertebra.saga.Saga;
import java.time.Duration;

/** The process of an order, as data: what happens in which order, and how it is undone. */
final class Fulfilment {
  // #region saga
  static final Saga<OrderState> FULFILMENT = Saga.named("order-fulfilment", OrderState.class)
      .startedBy(Orders.FULFIL, OrderState::of)
      .key(OrderState::orderId)
      .deadline(Duration.ofMinutes(1))
      // 1. Set aside every line or none.
      .step(
          "reserve",
          s -> s.request(Stock.RESERVE, OrderState::toReserve)
              .onFailure(Stock.OutOfStock.class, OrderState::outOfStock)
              .compensate(Stock.RELEASE, OrderState::toRelease))
      // 2. Charge within the credit limit; if that fails, the reservation is released.
      .step(
          "charge",
          s -> s.request(Payment.CHARGE, OrderState::toCharge)
              .onFailure(Payment.PaymentDeclined.class, OrderState::declined)
              .compensate(Payment.REFUND, OrderState::toRefund))
      // 3. Ship: from here on there is no way back, only forward.
      .pivot("dispatch", s -> s.request(Shipping.DISPATCH, OrderState::toDispatch))
      .step("take", s -> s.request(Stock.TAKE, OrderState::toTake).onReply(OrderState::taken))
      .outcome(OrderState::toOutcome)
      .build();
  // #endregion saga

  private Fulfilment() {}
}
