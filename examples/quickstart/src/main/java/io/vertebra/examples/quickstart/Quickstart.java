package io.vertebra.examples.quickstart;

import io.vertebra.Node;
import io.vertebra.ServiceVerticle;
import io.vertebra.Services;
import io.vertebra.contract.Request;
import io.vertebra.error.DeclaredFailure;
import io.vertebra.messaging.Call;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.Map;

/** A stock of teapots: one contract, one verticle that serves it, and two calls. */
public final class Quickstart {
  private Quickstart() {}

  // #region service
  // 1. Messages are records; the contract names the conversation and its failures.
  record Reserve(String product, int quantity) {}

  record Reserved(int left) {}

  record OutOfStock(String product, int left) {}

  static final Request<Reserve, Reserved> RESERVE =
      Request.of("stock.reserve", Reserve.class, Reserved.class).failsWith(OutOfStock.class);

  // 2. A verticle serves it. Its handlers run on one event loop, so the map needs no lock.
  static final class StockVerticle extends ServiceVerticle {
    private final Map<String, Integer> stock = new HashMap<>(Map.of("teapot", 3));

    @Override
    protected void services(Services on) {
      on.request(RESERVE, this::reserve);
    }

    private Future<Reserved> reserve(Reserve order, Call call) {
      int left = stock.getOrDefault(order.product(), 0);
      if (order.quantity() > left) return call.fail(new OutOfStock(order.product(), left));
      stock.put(order.product(), left - order.quantity());
      return Future.succeededFuture(new Reserved(left - order.quantity()));
    }
  }
  // #endregion service

  /** Reserves two teapots, and fails to reserve two more. */
  public static void main(String[] args) {
    Vertx vertx = Vertx.vertx();
    try {
      Node node = Node.create(vertx);
      node.deploy(StockVerticle::new).await();
      System.out.println(order(node, 2).await());
      System.out.println(order(node, 2).await());
    } finally {
      vertx.close().await();
    }
  }

  // #region call
  // 3. A caller gets the reply or, as typed as the reply, the failure that the contract declares.
  private static Future<String> order(Node node, int quantity) {
    return node.bus()
        .request(RESERVE, new Reserve("teapot", quantity))
        .map(reserved -> "reserved " + quantity + ", " + reserved.left() + " left")
        .recover(DeclaredFailure.on(
            OutOfStock.class, f -> Future.succeededFuture("only " + f.left() + " left")));
  }
  // #endregion call
}
