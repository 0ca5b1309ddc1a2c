package io.vertebra.examples.orders.services;

import io.vertebra.Node;
import io.vertebra.examples.orders.book.OrderBook;
import io.vertx.core.Future;

/** Puts the services onto nodes. They find each other wherever they are. */
public final class Shop {
  private Shop() {}

  /** Deploys the services that keep a book, and the desk that takes orders. */
  public static Future<Void> deployBooks(Node node, OrderBook book, Effects effects) {
    return Future.all(
            node.deploy(() -> new StockVerticle(book.stock(), effects)),
            node.deploy(() -> new PaymentVerticle(book.creditLimits(), effects)),
            node.deploy(() -> new ShippingVerticle(effects)),
            node.deploy(
                () -> new OrderDesk(book.stock().keySet(), book.creditLimits().keySet())))
        .mapEmpty();
  }

  /** Deploys the host of the orders' processes. */
  public static Future<Void> deployProcesses(Node node) {
    return node.deploy(OrderProcesses::new).mapEmpty();
  }
}
