package io.vertebra.benchmarks.orders;

import io.vertebra.benchmarks.raw.OrderPlaced;
import io.vertebra.benchmarks.raw.PlaceOrder;
import io.vertebra.contract.Request;

/** The contracts of our side. */
public final class Orders {
  /** Answered. */
  public static final Request<PlaceOrder, OrderPlaced> PLACE =
      Request.of("orders.place", PlaceOrder.class, OrderPlaced.class);

  /** Never answered. */
  public static final Request<PlaceOrder, OrderPlaced> LOST =
      Request.of("orders.lost", PlaceOrder.class, OrderPlaced.class);

  /** Its handler throws. */
  public static final Request<PlaceOrder, OrderPlaced> FAILING =
      Request.of("orders.failing", PlaceOrder.class, OrderPlaced.class);

  private Orders() {}
}
