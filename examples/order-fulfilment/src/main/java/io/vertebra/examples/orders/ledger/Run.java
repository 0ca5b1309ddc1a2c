package io.vertebra.examples.orders.ledger;

import io.vertebra.examples.orders.book.OrderBook;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * One run of the shop over a book of orders, with schemas of its own, so that order ids may come again
 * in the next one. A run that was interrupted goes on when the program is started again with the same
 * orders.
 *
 * @param id the number of the run
 * @param isContinued whether it was begun by an earlier start of the program
 */
public record Run(int id, boolean isContinued) {
  private static final String REGISTRY = """
      SELECT pg_advisory_xact_lock(hashtext('order_fulfilment'));
      CREATE SCHEMA IF NOT EXISTS order_fulfilment;
      CREATE TABLE IF NOT EXISTS order_fulfilment.run (
        id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        orders text NOT NULL,
        started timestamptz NOT NULL DEFAULT now(),
        finished timestamptz)
      """;

  /** The schema with the books. */
  String schema() {
    return "order_fulfilment_" + id;
  }

  /** The schema with the sagas and what else the framework keeps. */
  String frameworkSchema() {
    return schema() + "_log";
  }

  /**
   * Goes on with the last run over this book if it was interrupted; otherwise begins a new one, with
   * books as the order book has them, and clears away those that are finished.
   *
   * @param use what the run is for: the same orders for another use are another run
   */
  public static Future<Run> begin(Vertx vertx, Database database, String use, OrderBook book) {
    String orders = use + " " + fingerprint(book);
    return with(
        vertx,
        database,
        pool -> pool.withTransaction(sql -> sql.query(REGISTRY)
            .execute()
            .compose(ready -> sql.preparedQuery("SELECT max(id) AS id FROM order_fulfilment.run"
                    + " WHERE orders = $1 AND finished IS NULL")
                .execute(Tuple.of(orders)))
            .map(rows -> rows.iterator().next().getInteger("id"))
            .compose(interrupted -> interrupted == null
                ? clear(sql).compose(cleared -> create(sql, orders, book))
                : Future.succeededFuture(new Run(interrupted, true)))));
  }

  /** Says that its result was told: the same orders will be another run. */
  public Future<Void> finish(Vertx vertx, Database database) {
    return with(
        vertx,
        database,
        pool -> pool.preparedQuery("UPDATE order_fulfilment.run SET finished = now() WHERE id = $1")
            .execute(Tuple.of(id))
            .mapEmpty());
  }

  private static <T> Future<T> with(
      Vertx vertx, Database database, Function<Pool, Future<T>> work) {
    Pool pool = PgBuilder.pool()
        .with(new PoolOptions().setMaxSize(1))
        .connectingTo(
            PgConnectOptions.fromUri(database.uri()).addProperty("client_min_messages", "warning"))
        .using(vertx)
        .build();
    return work.apply(pool)
        .eventually(pool::close)
        .recover(cause -> Future.failedFuture(new UncheckedIOException(
            database.place() + " cannot be used: " + cause.getMessage(), new IOException(cause))));
  }

  private static Future<Void> clear(SqlConnection sql) {
    return sql.query("DELETE FROM order_fulfilment.run WHERE finished IS NOT NULL RETURNING id")
        .execute()
        .compose(rows -> {
          List<String> schemas = new ArrayList<>();
          for (Row row : rows) {
            Run old = new Run(row.getInteger("id"), true);
            schemas.add(old.schema());
            schemas.add(old.frameworkSchema());
          }
          return schemas.isEmpty()
              ? Future.succeededFuture()
              : sql.query("DROP SCHEMA IF EXISTS " + String.join(", ", schemas) + " CASCADE")
                  .execute();
        })
        .mapEmpty();
  }

  private static Future<Run> create(SqlConnection sql, String orders, OrderBook book) {
    return sql.preparedQuery("INSERT INTO order_fulfilment.run (orders) VALUES ($1) RETURNING id")
        .execute(Tuple.of(orders))
        .map(rows -> new Run(rows.iterator().next().getInteger("id"), false))
        .compose(run -> sql.query("CREATE SCHEMA " + run.schema() + "; SET LOCAL search_path = "
                + run.schema() + "; " + tables())
            .execute()
            .compose(created -> fill(sql, book))
            .map(run));
  }

  private static Future<?> fill(SqlClient sql, OrderBook book) {
    List<Tuple> stock = new ArrayList<>();
    book.stock().forEach((product, pieces) -> stock.add(Tuple.of(product, pieces)));
    List<Tuple> accounts = new ArrayList<>();
    book.creditLimits().forEach((customer, limit) -> accounts.add(Tuple.of(customer, limit)));
    return insert(sql, "INSERT INTO stock (product, opening, on_hand) VALUES ($1, $2, $2)", stock)
        .compose(stocked ->
            insert(sql, "INSERT INTO account (customer, credit_limit) VALUES ($1, $2)", accounts));
  }

  private static Future<?> insert(SqlClient sql, String statement, List<Tuple> rows) {
    return rows.isEmpty()
        ? Future.succeededFuture()
        : sql.preparedQuery(statement).executeBatch(rows);
  }

  private static String tables() {
    try (InputStream in = Run.class.getResourceAsStream("books.sql")) {
      if (in == null) {
        throw new IllegalStateException("books.sql is not on the class path");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String fingerprint(OrderBook book) {
    String text = book.orders() + "\n" + new TreeMap<>(book.stock()) + "\n"
        + new TreeMap<>(book.creditLimits());
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
