package io.vertebra.cluster.postgres;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgBuilder;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A PostgreSQL database with the framework's tables in it. One per process is enough: what it gives
 * shares its connections.
 */
public final class Postgres {
  /** The database's time. As a subquery it is read once a statement, so that an index can be used. */
  private static final String NOW = "(SELECT clock_timestamp())";

  private final PostgresOptions options;
  private final Pool pool;
  private final String now;

  private Postgres(PostgresOptions options, Pool pool, String now) {
    this.options = options;
    this.pool = pool;
    this.now = now;
  }

  /**
   * Connects, and creates or brings up to date the framework's tables, safely beside other nodes that
   * do the same. While the database cannot be reached it tries again, at most {@link
   * PostgresOptions#connectTimeout()}, and logs that it does.
   *
   * <p>Fails with {@code NODE_UNUSABLE} if the database refuses, was not reached in time, or has
   * tables that are too new for this release.
   */
  public static Future<Postgres> connect(Vertx vertx, PostgresOptions options) {
    return connect(vertx, options, NOW, Migrations.ofThisCode());
  }

  /** The same with another clock, an SQL expression, and other migrations; for tests. */
  static Future<Postgres> connect(
      Vertx vertx, PostgresOptions options, String now, List<Migration> migrations) {
    Pool pool = PgBuilder.pool()
        .with(new PoolOptions()
            .setMaxSize(options.poolSize())
            .setConnectionTimeout((int) options.lease().toMillis())
            .setConnectionTimeoutUnit(TimeUnit.MILLISECONDS))
        .connectingTo(options.session())
        .using(vertx)
        .build();
    Migrations schema = new Migrations(options.schema(), migrations);
    return new Connecting(vertx, options, () -> schema.apply(pool))
        .begin()
        .map(done -> new Postgres(options, pool, now))
        .onFailure(failure -> pool.close());
  }

  /** Closes all connections. What is on its way fails; what was written stays. */
  public Future<Void> close() {
    return pool.close();
  }

  /** Connections whose sessions find the framework's tables without a prefix. */
  Pool pool() {
    return pool;
  }

  /** How the database is used. */
  PostgresOptions options() {
    return options;
  }

  /** The statements in a resource of this package. */
  Statements statements(String resource) {
    return new Statements(resource, now);
  }
}
