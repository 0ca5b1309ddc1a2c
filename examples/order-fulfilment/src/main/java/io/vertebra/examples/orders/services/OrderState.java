package io.vertebra.examples.orders.services;

import io.vertebra.examples.orders.contracts.Orders.Order;
import io.vertebra.examples.orders.contracts.Orders.Outcome;
import io.vertebra.examples.orders.contracts.Orders.Status;
import io.vertebra.examples.orders.contracts.Payment;
import io.vertebra.examples.orders.contracts.Shipping;
import io.vertebra.examples.orders.contracts.Stock;

/**
 * What the process of one order knows.
 *
 * @param order what was ordered
 * @param status how the order ends if it ends now
 * @param reason why
 */
record OrderState(Order order, Status status, String reason) {

  static OrderState of(Order order) {
    return new OrderState(order, Status.NEEDS_OPERATOR, "undone for a technical reason");
  }

  String orderId() {
    return order.orderId();
  }

  Stock.Reserve toReserve() {
    return new Stock.Reserve(orderId(), order.quantities());
  }

  Stock.Release toRelease() {
    return new Stock.Release(orderId());
  }

  Payment.Charge toCharge() {
    return new Payment.Charge(orderId(), order.customer(), order.total());
  }

  Payment.Refund toRefund() {
    return new Payment.Refund(orderId());
  }

  Shipping.Dispatch toDispatch() {
    return new Shipping.Dispatch(orderId(), order.quantities());
  }

  Stock.Take toTake() {
    return new Stock.Take(orderId());
  }

  OrderState outOfStock(Stock.OutOfStock failure) {
    return new OrderState(
        order,
        Status.OUT_OF_STOCK,
        failure.product() + ": " + failure.wanted() + " wanted, " + failure.available()
            + " available");
  }

  OrderState declined(Payment.PaymentDeclined failure) {
    return new OrderState(
        order,
        Status.DECLINED,
        failure.charged().toPlainString() + " charged, " + failure.amount().toPlainString()
            + " more would exceed the limit of " + failure.creditLimit().toPlainString());
  }

  OrderState taken(Stock.Taken reply) {
    return new OrderState(order, Status.COMPLETED, "");
  }

  Outcome toOutcome() {
    return new Outcome(orderId(), status, reason);
  }
}
