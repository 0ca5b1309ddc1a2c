package io.vertebra.examples.orders.contracts;

import io.vertebra.contract.Request;
import io.vertebra.examples.orders.contracts.Orders.Quantity;
import java.util.List;

/** What is said about shipping. */
public final class Shipping {
  /** Hands an order to the carrier. There is no way back. */
  public static final Request<Dispatch, Dispatched> DISPATCH = Request.of(
          "shipping.dispatch", Dispatch.class, Dispatched.class)
      .idempotentBy(m -> m.orderId() + "/dispatch");

  private Shipping() {}

  public record Dispatch(String orderId, List<Quantity> quantities) {}

  public record Dispatched(String orderId) {}
}
