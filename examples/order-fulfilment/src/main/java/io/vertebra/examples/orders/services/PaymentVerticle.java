package io.vertebra.examples.orders.services;

import io.vertebra.ServiceVerticle;
import io.vertebra.Services;
import io.vertebra.cluster.postgres.Postgres;
import io.vertebra.cluster.postgres.UnitOfWork;
import io.vertebra.error.DeclaredFailure;
import io.vertebra.examples.orders.contracts.Payment;
import io.vertebra.examples.orders.contracts.Payment.Charge;
import io.vertebra.examples.orders.ledger.Effect;
import io.vertebra.examples.orders.ledger.Ledger;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.math.BigDecimal;

/** Keeps the customers' accounts: what each was charged, and how far that may go. Any number of nodes may. */
final class PaymentVerticle extends ServiceVerticle {
  private final Ledger ledger;

  PaymentVerticle(Ledger ledger) {
    this.ledger = ledger;
  }

  @Override
  protected void services(Services on) {
    Postgres postgres = ledger.postgres();
    on.request(Payment.CHARGE, postgres.inTransaction(this::charge));
    on.request(
        Payment.REFUND,
        postgres.compensating(this::refund, command -> new Payment.Refunded(command.orderId())));
  }

  // #region unit-of-work
  /** Look and leap are one statement, so that two charges at a time cannot exceed the limit together. */
  private Future<Payment.Charged> charge(Charge command, UnitOfWork unit) {
    return unit.sql()
        .preparedQuery("UPDATE account SET charged = charged + $2"
            + " WHERE customer = $1 AND charged + $2 <= credit_limit")
        .execute(Tuple.of(command.customer(), command.amount()))
        .compose(updated -> updated.rowCount() == 0
            ? decline(command, unit)
            : unit.sql()
                .preparedQuery(
                    "INSERT INTO charge (order_id, customer, amount) VALUES ($1, $2, $3)")
                .execute(Tuple.of(command.orderId(), command.customer(), command.amount()))
                .compose(inserted -> Effect.done(
                    unit, ledger.node(), "charge", command.orderId(), 0, command.amount()))
                .map(new Payment.Charged(command.orderId())));
  }

  // #endregion unit-of-work

  private static Future<Payment.Charged> decline(Charge command, UnitOfWork unit) {
    return unit.sql()
        .preparedQuery("SELECT charged, credit_limit FROM account WHERE customer = $1")
        .execute(Tuple.of(command.customer()))
        .compose(rows -> Future.failedFuture(new DeclaredFailure(declined(command, rows))));
  }

  private static Payment.PaymentDeclined declined(Charge command, RowSet<Row> rows) {
    BigDecimal charged = BigDecimal.ZERO;
    BigDecimal limit = BigDecimal.ZERO;
    for (Row row : rows) {
      charged = row.getBigDecimal("charged");
      limit = row.getBigDecimal("credit_limit");
    }
    return new Payment.PaymentDeclined(command.customer(), command.amount(), charged, limit);
  }

  private Future<Payment.Refunded> refund(Payment.Refund command, UnitOfWork unit) {
    Payment.Refunded refunded = new Payment.Refunded(command.orderId());
    return unit.sql()
        .preparedQuery("""
            WITH gone AS (DELETE FROM charge WHERE order_id = $1 RETURNING customer, amount),
            booked AS (UPDATE account a SET charged = a.charged - gone.amount
              FROM gone WHERE a.customer = gone.customer)
            SELECT sum(amount) AS amount FROM gone
            """)
        .execute(Tuple.of(command.orderId()))
        .map(rows -> rows.iterator().next().getBigDecimal("amount"))
        .compose(amount -> amount == null
            ? Future.succeededFuture(refunded)
            : Effect.undone(unit, ledger.node(), "charge", command.orderId(), 0, amount)
                .map(refunded));
  }
}
