package io.vertebra.examples.orders.services;

import io.vertebra.ServiceVerticle;
import io.vertebra.Services;
import io.vertebra.examples.orders.contracts.Orders.Quantity;
import io.vertebra.examples.orders.contracts.Shipping;
import io.vertebra.messaging.Call;
import io.vertx.core.Future;
import java.util.Map;
import java.util.TreeMap;

/** Hands parcels to the carrier, and counts what has left. */
final class ShippingVerticle extends ServiceVerticle {
  private final Map<String, Integer> shipped = new TreeMap<>();
  private final Effects effects;

  ShippingVerticle(Effects effects) {
    this.effects = effects;
  }

  @Override
  protected void services(Services on) {
    on.request(Shipping.DISPATCH, this::dispatch);
    on.request(Shipping.SHIPPED, this::shipped);
  }

  private Future<Shipping.Dispatched> dispatch(Shipping.Dispatch command, Call call) {
    for (Quantity parcel : command.quantities()) {
      shipped.merge(parcel.product(), parcel.pieces(), Integer::sum);
    }
    effects.applied(call, node().id());
    return Future.succeededFuture(new Shipping.Dispatched(command.orderId()));
  }

  private Future<Shipping.Shipped> shipped(Shipping.ListShipped query) {
    return Future.succeededFuture(new Shipping.Shipped(shipped.entrySet().stream()
        .map(entry -> new Quantity(entry.getKey(), entry.getValue()))
        .toList()));
  }
}
