package io.vertebra.examples.orders;

import io.vertebra.Node;
import io.vertebra.NodeOptions;
import io.vertebra.examples.orders.book.OrderBook;
import io.vertebra.examples.orders.services.Effects;
import io.vertebra.examples.orders.services.Shop;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.BindException;

/** The shop with an HTTP side instead of a driver. */
final class ShopServer implements AutoCloseable {
  private final Vertx vertx;
  private final Node node;
  private int port;

  private ShopServer(Vertx vertx) {
    this.vertx = vertx;
    this.node = Node.create(vertx, NodeOptions.defaults().withId("node-1"));
  }

  /** Starts it; returns when it takes requests. */
  static ShopServer start(OrderBook book, int port) {
    ShopServer server = new ShopServer(Vertx.vertx());
    server.port = Shop.deployBooks(server.node, book, Effects.forgotten())
        .compose(booked -> Shop.deployProcesses(server.node))
        .compose(processes -> Shop.deployGateway(server.node, book, processes, port))
        .recover(failure -> server
            .vertx
            .close()
            .transform(closed -> Future.failedFuture(
                failure instanceof BindException
                    ? new Options.Wrong("Port " + port + " cannot be used: " + failure.getMessage())
                    : failure)))
        .await();
    return server;
  }

  int port() {
    return port;
  }

  Node node() {
    return node;
  }

  /** Lets requests and processes that run come to their end, then stops. */
  @Override
  public void close() {
    try {
      node.close().await();
    } finally {
      vertx.close().await();
    }
  }
}
