package io.vertebra.examples.orders.ledger;

import io.vertebra.cluster.postgres.Postgres;
import io.vertebra.cluster.postgres.PostgresOptions;
import io.vertebra.examples.orders.contracts.Orders.Order;
import io.vertebra.examples.orders.contracts.Orders.Outcome;
import io.vertebra.examples.orders.contracts.Orders.Status;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The database of a run, as one process uses it. */
public final class Ledger {
  /** How long sagas and answers are kept: an interrupted run may be gone on with for so long. */
  public static final Duration KEPT = Duration.ofDays(30);

  /** How long what a process that was killed had begun waits for another one. */
  public static final Duration LEASE = Duration.ofSeconds(3);

  private final String node;
  private final Postgres postgres;
  private final Pool pool;

  private Ledger(String node, Postgres postgres, Pool pool) {
    this.node = node;
    this.postgres = postgres;
    this.pool = pool;
  }

  /**
   * Connects to a run's schemas in the database with this URI; makes the framework's tables if they are
   * not there.
   *
   * @param node what this process is called in the log of effects
   */
  public static Future<Ledger> open(Vertx vertx, String uri, Run run, String node) {
    // #region postgres
    String books = uri + (uri.contains("?") ? "&" : "?") + "search_path=" + run.schema();
    return Postgres.connect(
            vertx,
            PostgresOptions.at(books)
                .withSchema(run.frameworkSchema())
                .withLease(LEASE)
                .withDedupWindow(KEPT))
        // #endregion postgres
        .map(postgres -> new Ledger(
            node,
            postgres,
            PgBuilder.pool()
                .with(new PoolOptions().setMaxSize(4))
                .connectingTo(PgConnectOptions.fromUri(books).setCachePreparedStatements(true))
                .using(vertx)
                .build()));
  }

  /** What this process is called. */
  public String node() {
    return node;
  }

  /** Sagas and transactions. */
  public Postgres postgres() {
    return postgres;
  }

  /**
   * Enters an order, or finds it entered; completes with false if another order has its id. It is
   * remembered with all it says, so it may be accepted again after a crash.
   */
  public Future<Boolean> accept(Order order) {
    String content = order.toString();
    return pool.preparedQuery("INSERT INTO placed_order AS o (order_id, content) VALUES ($1, $2)"
            + " ON CONFLICT (order_id) DO UPDATE SET content = o.content RETURNING content")
        .execute(Tuple.of(order.orderId(), content))
        .map(rows -> rows.iterator().next().getString("content").equals(content));
  }

  /** Enters how an order ended. */
  public Future<Outcome> ended(Outcome outcome) {
    return pool.preparedQuery(
            "UPDATE placed_order SET status = $2, reason = $3 WHERE order_id = $1")
        .execute(Tuple.of(outcome.orderId(), outcome.status().name(), outcome.reason()))
        .map(outcome);
  }

  /** How orders ended, those that are known to have. */
  public Future<Map<String, Outcome>> outcomes() {
    return pool.query("SELECT order_id, status, reason FROM placed_order WHERE status IS NOT NULL")
        .execute()
        .map(rows -> {
          Map<String, Outcome> outcomes = new LinkedHashMap<>();
          for (Row row : rows) {
            Status status = Status.valueOf(row.getString("status"));
            String orderId = row.getString("order_id");
            outcomes.put(orderId, new Outcome(orderId, status, row.getString("reason")));
          }
          return outcomes;
        });
  }

  /** The books as they are. */
  public Future<Books> books() {
    return Books.read(pool);
  }

  /** All that was done to the books, in order. */
  public Future<List<Effect>> effects() {
    return pool.query(Effect.ALL).execute().map(rows -> Books.list(rows, Effect::of));
  }

  /** Closes the connections. */
  public Future<Void> close() {
    return Future.join(pool.close(), postgres.close()).mapEmpty();
  }
}
