package io.vertebra.examples.orders;

import io.vertebra.Node;
import io.vertebra.examples.orders.book.OrderBook;
import io.vertebra.examples.orders.ledger.Database;
import io.vertebra.examples.orders.ledger.Ledger;
import io.vertebra.examples.orders.ledger.Run;
import io.vertebra.examples.orders.services.Shop;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.BindException;

/** The shop with an HTTP side instead of a driver. Its run never ends: it goes on at the next start. */
final class ShopServer implements AutoCloseable {
  private final Vertx vertx;
  private final Node node;
  private final Ledger ledger;
  private final int port;

  private ShopServer(Vertx vertx, Node node, Ledger ledger, int port) {
    this.vertx = vertx;
    this.node = node;
    this.ledger = ledger;
    this.port = port;
  }

  /** Starts it; returns when it takes requests. */
  static ShopServer start(Database database, OrderBook book, int port) {
    Vertx vertx = Vertx.vertx();
    boolean isStarted = false;
    try {
      Run run = Run.begin(vertx, database, "serve", book).await();
      Ledger ledger = Ledger.open(vertx, database.uri(), run, "node-1").await();
      Node node = Node.create(vertx);
      int bound = Shop.deploy(node, ledger)
          .compose(processes -> Shop.deployGateway(node, ledger, processes, port))
          .recover(failure -> Future.failedFuture(
              failure instanceof BindException
                  ? new Options.Wrong("Port " + port + " cannot be used: " + failure.getMessage())
                  : failure))
          .await();
      isStarted = true;
      return new ShopServer(vertx, node, ledger, bound);
    } finally {
      if (!isStarted) {
        vertx.close().await();
      }
    }
  }

  int port() {
    return port;
  }

  Node node() {
    return node;
  }

  /** Lets requests and steps that run come to their end, then stops. */
  @Override
  public void close() {
    try {
      node.close().await();
      ledger.close().await();
    } finally {
      vertx.close().await();
    }
  }
}
