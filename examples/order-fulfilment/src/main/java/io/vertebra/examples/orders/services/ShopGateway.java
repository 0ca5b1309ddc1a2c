package io.vertebra.examples.orders.services;

import io.vertebra.examples.orders.contracts.Orders;
import io.vertebra.examples.orders.contracts.Orders.Order;
import io.vertebra.examples.orders.contracts.Orders.Outcome;
import io.vertebra.examples.orders.contracts.Stock;
import io.vertebra.gateway.GatewayOptions;
import io.vertebra.gateway.GatewayVerticle;
import io.vertebra.gateway.HttpGateway;
import io.vertebra.gateway.Progress;

/** The shop over HTTP. {@code /ready} and {@code /live} are there without being told. */
final class ShopGateway extends GatewayVerticle {
  private final Progress<Order, Outcome> orders;

  ShopGateway(Progress<Order, Outcome> orders, int port) {
    super(GatewayOptions.defaults().withPort(port));
    this.orders = orders;
  }

  // #region gateway
  @Override
  protected void routes(HttpGateway on) {
    // POST /orders is answered with 202 and a place to look at; the order goes on without its
    // client.
    on.accept("/orders", Orders.PLACE, orders).fromIdempotencyKey("orderId");
    // What can be answered at once is.
    on.get("/stock", Stock.LEVELS);
  }
  // #endregion gateway
}
