package io.vertebra.examples.orders.services;

import io.vertebra.Node;
import io.vertebra.examples.orders.book.OrderBook;
import io.vertebra.examples.orders.contracts.Orders.Order;
import io.vertebra.examples.orders.contracts.Orders.Outcome;
import io.vertebra.gateway.Progress;
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
            node.deploy(() -> new OrderDesk(Catalogue.of(book))))
        .mapEmpty();
  }

  /** Deploys the host of the orders' processes, and completes with what tells how far they are. */
  public static Future<Progress<Order, Outcome>> deployProcesses(Node node) {
    OrderProcesses processes = new OrderProcesses();
    return node.deploy(() -> processes).map(deployed -> processes.progress());
  }

  /** Deploys the shop's HTTP side; completes with its port. */
  public static Future<Integer> deployGateway(
      Node node, OrderBook book, Progress<Order, Outcome> processes, int port) {
    ShopGateway gateway = new ShopGateway(new AcceptedOrders(Catalogue.of(book), processes), port);
    return node.deploy(() -> gateway).map(deployed -> gateway.port());
  }
}
