package io.vertebra.examples.orders.ledger;

import io.vertebra.cluster.postgres.UnitOfWork;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.math.BigDecimal;
import java.time.OffsetDateTime;

/**
 * A change of a book as the log of effects has it. Nothing keeps one from being there twice: whoever
 * reads the log sees whether a command worked twice.
 *
 * @param orderId whose order
 * @param step of the order's process
 * @param kind {@code action} or {@code compensation}
 * @param pieces moved in all; 0 if it was about money
 * @param amount of money moved; 0 if it was about pieces
 * @param node where it was done
 * @param at when, by the database's clock
 */
public record Effect(
    String orderId,
    String step,
    String kind,
    long pieces,
    BigDecimal amount,
    String node,
    OffsetDateTime at) {
  static final String ALL =
      "SELECT order_id, step, kind, pieces, amount, node, at FROM effect_log ORDER BY at";

  static Effect of(Row row) {
    return new Effect(
        row.getString("order_id"),
        row.getString("step"),
        row.getString("kind"),
        row.getLong("pieces"),
        row.getBigDecimal("amount"),
        row.getString("node"),
        row.getOffsetDateTime("at"));
  }

  /** Writes down, in the transaction that does it, that a step was done. */
  public static Future<Void> done(
      UnitOfWork unit, String node, String step, String orderId, long pieces, BigDecimal amount) {
    return log(unit, Tuple.of(orderId, step, "action", pieces, amount, node));
  }

  /** Writes down, in the transaction that does it, that a step was undone. */
  public static Future<Void> undone(
      UnitOfWork unit, String node, String step, String orderId, long pieces, BigDecimal amount) {
    return log(unit, Tuple.of(orderId, step, "compensation", pieces, amount, node));
  }

  private static Future<Void> log(UnitOfWork unit, Tuple values) {
    return unit.sql()
        .preparedQuery("INSERT INTO effect_log (order_id, step, kind, pieces, amount, node)"
            + " VALUES ($1, $2, $3, $4, $5, $6)")
        .execute(values)
        .mapEmpty();
  }
}
