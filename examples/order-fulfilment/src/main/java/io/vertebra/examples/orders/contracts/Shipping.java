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

  /** Pieces shipped so far, by product. */
  public static final Request<ListShipped, Shipped> SHIPPED =
      Request.of("shipping.shipped", ListShipped.class, Shipped.class).readOnly();

  private Shipping() {}

  public record Dispatch(String orderId, List<Quantity> quantities) {}

  public record Dispatched(String orderId) {}

  public record ListShipped() {}

  public record Shipped(List<Quantity> quantities) {}
}
