package io.vertebra.examples.orders.services;

import io.vertebra.ServiceVerticle;
import io.vertebra.Services;
import io.vertebra.cluster.postgres.UnitOfWork;
import io.vertebra.examples.orders.contracts.Orders.Quantity;
import io.vertebra.examples.orders.contracts.Shipping;
import io.vertebra.examples.orders.ledger.Effect;
import io.vertebra.examples.orders.ledger.Ledger;
import io.vertx.core.Future;
import io.vertx.sqlclient.Tuple;
import java.math.BigDecimal;
import java.util.List;

/** Hands parcels to the carrier, and writes down what has left. Any number of nodes may. */
final class ShippingVerticle extends ServiceVerticle {
  private final Ledger ledger;

  ShippingVerticle(Ledger ledger) {
    this.ledger = ledger;
  }

  @Override
  protected void services(Services on) {
    on.request(Shipping.DISPATCH, ledger.postgres().inTransaction(this::dispatch));
  }

  private Future<Shipping.Dispatched> dispatch(Shipping.Dispatch command, UnitOfWork unit) {
    List<Quantity> parcel = command.quantities();
    Future<?> sent = unit.sql()
        .preparedQuery("INSERT INTO parcel (order_id, product, pieces)"
            + " SELECT $1, w.* FROM unnest($2::text[], $3::int[]) AS w")
        .execute(Tuple.of(command.orderId())
            .addArrayOfString(parcel.stream().map(Quantity::product).toArray(String[]::new))
            .addArrayOfInteger(parcel.stream().map(Quantity::pieces).toArray(Integer[]::new)));
    long pieces = parcel.stream().mapToLong(Quantity::pieces).sum();
    Future<?> logged =
        Effect.done(unit, ledger.node(), "dispatch", command.orderId(), pieces, BigDecimal.ZERO);
    return Future.all(sent, logged).map(new Shipping.Dispatched(command.orderId()));
  }
}
