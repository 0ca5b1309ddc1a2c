package io.vertebra.examples.orders.services;

import io.vertebra.Node;
import io.vertebra.examples.orders.contracts.Orders.Order;
import io.vertebra.examples.orders.contracts.Orders.Outcome;
import io.vertebra.examples.orders.ledger.Ledger;
import io.vertebra.gateway.Progress;
import io.vertx.core.Future;

/** Puts the services onto nodes. All of them may be on every node: what they know is in the database. */
public final class Shop {
  private Shop() {}

  /**
   * Deploys the services that keep a book, the host of the orders' processes, and the desk that takes
   * orders; completes with what tells how far the processes are.
   */
  public static Future<Progress<Order, Outcome>> deploy(Node node, Ledger ledger) {
    OrderProcesses processes = new OrderProcesses(ledger);
    return Future.all(
            node.deploy(() -> new StockVerticle(ledger)),
            node.deploy(() -> new PaymentVerticle(ledger)),
            node.deploy(() -> new ShippingVerticle(ledger)))
        .compose(services -> node.deploy(() -> processes))
        .compose(hosted -> ledger.books())
        .compose(books -> node.deploy(() -> new OrderDesk(Catalogue.of(books), ledger)))
        .map(open -> processes.progress());
  }

  /** Deploys the shop's HTTP side; completes with its port. */
  public static Future<Integer> deployGateway(
      Node node, Ledger ledger, Progress<Order, Outcome> processes, int port) {
    return ledger.books().compose(books -> {
      ShopGateway gateway =
          new ShopGateway(new AcceptedOrders(Catalogue.of(books), ledger, processes), port);
      return node.deploy(() -> gateway).map(deployed -> gateway.port());
    });
  }
}
