package io.vertebra.examples.orders.services;

import io.vertebra.ServiceVerticle;
import io.vertebra.Services;
import io.vertebra.cluster.postgres.Postgres;
import io.vertebra.cluster.postgres.UnitOfWork;
import io.vertebra.error.DeclaredFailure;
import io.vertebra.examples.orders.contracts.Orders.Quantity;
import io.vertebra.examples.orders.contracts.Stock;
import io.vertebra.examples.orders.ledger.Effect;
import io.vertebra.examples.orders.ledger.Ledger;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Keeps the book of the stock: what is in the house, and what of it is set aside for which order. Any number of nodes may. */
final class StockVerticle extends ServiceVerticle {
  private final Ledger ledger;

  StockVerticle(Ledger ledger) {
    this.ledger = ledger;
  }

  // #region transactions
  @Override
  protected void services(Services on) {
    Postgres postgres = ledger.postgres();
    // 1. What a handler writes and what it answers are committed together: a command that comes
    //    twice, or again after a crash, gets its first answer, and its handler does not run again.
    on.request(Stock.RESERVE, postgres.inTransaction(this::reserve));
    on.request(Stock.TAKE, postgres.inTransaction(this::take));
    // 2. A compensation may overtake the command that it undoes, which is refused from then on.
    on.request(
        Stock.RELEASE,
        postgres.compensating(this::release, command -> new Stock.Released(command.orderId())));
    on.request(Stock.LEVELS, this::levels);
  }

  // #endregion transactions

  // 3. All or nothing. The rows are locked in the order of their products, so that two orders for
  //    the same ones wait for each other and not for ever.
  private Future<Stock.Reserved> reserve(Stock.Reserve command, UnitOfWork unit) {
    String[] products = command.quantities().stream().map(Quantity::product).toArray(String[]::new);
    return unit.sql()
        .preparedQuery("SELECT product, on_hand - reserved AS available FROM stock"
            + " WHERE product = ANY ($1) ORDER BY product FOR UPDATE")
        .execute(Tuple.tuple().addArrayOfString(products))
        .compose(rows -> {
          Map<String, Integer> available = new HashMap<>();
          for (Row row : rows) {
            available.put(row.getString("product"), row.getInteger("available"));
          }
          for (Quantity wanted : command.quantities()) {
            int pieces = available.getOrDefault(wanted.product(), 0);
            if (pieces < wanted.pieces()) {
              return Future.failedFuture(new DeclaredFailure(
                  new Stock.OutOfStock(wanted.product(), wanted.pieces(), pieces)));
            }
          }
          return setAside(command, products, unit);
        });
  }

  private Future<Stock.Reserved> setAside(
      Stock.Reserve command, String[] products, UnitOfWork unit) {
    List<Quantity> quantities = command.quantities();
    Integer[] pieces = quantities.stream().map(Quantity::pieces).toArray(Integer[]::new);
    Future<?> booked = unit.sql()
        .preparedQuery(
            "UPDATE stock s SET reserved = s.reserved + w.pieces"
                + " FROM unnest($1::text[], $2::int[]) AS w(product, pieces) WHERE s.product = w.product")
        .execute(Tuple.tuple().addArrayOfString(products).addArrayOfInteger(pieces));
    Future<?> reserved = unit.sql()
        .preparedQuery("INSERT INTO reservation (order_id, product, pieces)"
            + " SELECT $1, w.* FROM unnest($2::text[], $3::int[]) AS w")
        .execute(Tuple.of(command.orderId()).addArrayOfString(products).addArrayOfInteger(pieces));
    long all = quantities.stream().mapToLong(Quantity::pieces).sum();
    Future<?> logged =
        Effect.done(unit, ledger.node(), "reserve", command.orderId(), all, BigDecimal.ZERO);
    return Future.all(booked, reserved, logged).map(new Stock.Reserved(command.orderId()));
  }

  private Future<Stock.Released> release(Stock.Release command, UnitOfWork unit) {
    Stock.Released released = new Stock.Released(command.orderId());
    return clear(command.orderId(), false, unit)
        .compose(pieces -> pieces == 0
            ? Future.succeededFuture(released)
            : Effect.undone(
                    unit, ledger.node(), "reserve", command.orderId(), pieces, BigDecimal.ZERO)
                .map(released));
  }

  // 4. The parcel has left: what was set aside is no longer in the house.
  private Future<Stock.Taken> take(Stock.Take command, UnitOfWork unit) {
    return clear(command.orderId(), true, unit)
        .compose(pieces -> pieces == 0
            ? Future.failedFuture(new DeclaredFailure(new Stock.NotReserved(command.orderId())))
            : Effect.done(unit, ledger.node(), "take", command.orderId(), pieces, BigDecimal.ZERO)
                .map(new Stock.Taken(command.orderId())));
  }

  /** Strikes an order's reservation out; completes with the number of its pieces. */
  private static Future<Long> clear(String orderId, boolean isTaken, UnitOfWork unit) {
    Future<?> locked = unit.sql()
        .preparedQuery("SELECT FROM stock WHERE product IN"
            + " (SELECT product FROM reservation WHERE order_id = $1) ORDER BY product FOR UPDATE")
        .execute(Tuple.of(orderId));
    Future<Long> cleared = unit.sql()
        .preparedQuery("""
            WITH gone AS (DELETE FROM reservation WHERE order_id = $1 RETURNING product, pieces),
            booked AS (UPDATE stock s SET reserved = s.reserved - gone.pieces,
                on_hand = s.on_hand - CASE WHEN $2 THEN gone.pieces ELSE 0 END
              FROM gone WHERE s.product = gone.product)
            SELECT coalesce(sum(pieces), 0)::bigint AS pieces FROM gone
            """)
        .execute(Tuple.of(orderId, isTaken))
        .map(rows -> rows.iterator().next().getLong("pieces"));
    return Future.all(locked, cleared).compose(both -> cleared);
  }

  private Future<Stock.Levels> levels(Stock.ListLevels query) {
    return ledger
        .books()
        .map(books -> new Stock.Levels(books.items().stream()
            .map(item ->
                new Stock.Level(item.product(), item.opening(), item.left(), item.reserved()))
            .toList()));
  }
}
