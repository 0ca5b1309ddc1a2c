package io.vertebra.cluster.postgres;

import io.vertebra.contract.Request;
import io.vertebra.contract.Topic;

/** The contracts of the tests of this package. */
final class Shop {
  record Reserve(String orderId, String sku, int quantity) {}

  record Reserved(String orderId, int left) {}

  record OutOfStock(String sku) {}

  record Release(String orderId) {}

  record Released(boolean was) {}

  record Pick(String orderId, int n) {}

  record Picked() {}

  record StockChanged(String sku, int quantity) {}

  static final Request<Reserve, Reserved> RESERVE =
      Request.of("stock.reserve", Reserve.class, Reserved.class).failsWith(OutOfStock.class);

  static final Request<Reserve, Reserved> RESERVE_ONCE = Request.of(
          "stock.reserve-once", Reserve.class, Reserved.class)
      .failsWith(OutOfStock.class)
      .idempotentBy(Reserve::orderId);

  static final Request<Release, Released> RELEASE =
      Request.of("stock.release", Release.class, Released.class);

  static final Request<Pick, Picked> PICK =
      Request.of("warehouse.pick", Pick.class, Picked.class).keyedBy(Pick::orderId);

  static final Topic<StockChanged> CHANGED =
      Topic.of("stock.changed", StockChanged.class).keyedBy(StockChanged::sku);

  private Shop() {}

  static Reserve reserve(String orderId) {
    return new Reserve(orderId, "S10", 1);
  }
}
