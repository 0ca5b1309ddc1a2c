package io.vertebra.cluster.postgres;

import io.vertebra.test.EmbeddedPostgres;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowIterator;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/** One server for all tests of this process, a schema of its own for each test, and a clock to move. */
final class TestDatabase {
  private static final EmbeddedPostgres SERVER = EmbeddedPostgres.startTemporary();
  private static final AtomicInteger SCHEMAS = new AtomicInteger();
  private static final String NOW = "(SELECT clock_timestamp() + shift FROM test_clock)";

  private TestDatabase() {}

  static <T> T await(Future<T> future) {
    try {
      return future.await(60, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError("nothing came within a minute", e);
    }
  }

  /** Why something failed; null if it did not. */
  static Throwable failure(Future<?> future) {
    return await(future.<Throwable>map(result -> null).recover(Future::succeededFuture));
  }

  /** The port of the server. */
  static int port() {
    return SERVER.port();
  }

  /** The server's address as seen through a proxy on another port. */
  static String uri(int proxyPort) {
    return SERVER.uri().replace(":" + SERVER.port() + "/", ":" + proxyPort + "/");
  }

  /** The same database through a proxy. */
  static PostgresOptions through(Proxy proxy, PostgresOptions options) {
    return PostgresOptions.fromJson(options.toJson().put("uri", uri(proxy.port())));
  }

  /** What a statement answers, in its first row and column. */
  static Object ask(Postgres postgres, String sql) {
    RowIterator<Row> rows = await(postgres.pool().query(sql).execute()).iterator();
    return rows.hasNext() ? rows.next().getValue(0) : null;
  }

  /** Asks until the answer is true. */
  static void awaitTrue(Postgres postgres, String sql) {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!Boolean.TRUE.equals(ask(postgres, sql))) {
      if (System.nanoTime() - until > 0) {
        throw new AssertionError("not so within a minute: " + sql);
      }
    }
  }

  static PostgresOptions freshSchema() {
    return PostgresOptions.at(SERVER.uri()).withSchema("s" + SCHEMAS.incrementAndGet());
  }

  /** Connects as a node does, but with a clock that {@link #advance} moves. */
  static Postgres connect(Vertx vertx, PostgresOptions options) {
    Postgres postgres = await(Postgres.connect(vertx, options, NOW, Migrations.ofThisCode()));
    await(postgres
        .pool()
        .query("CREATE TABLE IF NOT EXISTS test_clock AS SELECT interval '0' AS shift")
        .execute());
    return postgres;
  }

  static void advance(Postgres postgres, Duration time) {
    await(postgres
        .pool()
        .query("UPDATE test_clock SET shift = shift + interval '" + time.toMillis() + " ms'")
        .execute());
  }
}
