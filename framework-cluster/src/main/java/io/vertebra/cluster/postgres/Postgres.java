package io.vertebra.cluster.postgres;

import io.vertebra.saga.SagaLog;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import java.util.List;

/**
 * A PostgreSQL database with the framework's tables in it. One per process is enough: what it gives
 * shares its connections.
 */
public final class Postgres {
  /** The database's time. As a subquery it is read once a statement, so that an index can be used. */
  private static final String NOW = "(SELECT clock_timestamp())";

  private final Vertx vertx;
  private final PostgresOptions options;
  private final Sessions sessions;
  private final Notices notices;
  private final String now;
  private final SagaLog sagaLog;

  private Postgres(Vertx vertx, PostgresOptions options, Sessions sessions, String now) {
    this.vertx = vertx;
    this.options = options;
    this.sessions = sessions;
    this.now = now;
    this.notices = new Notices(vertx, options, sessions);
    this.sagaLog = new PostgresSagaLog(this);
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
    Sessions sessions = new Sessions(vertx, options);
    Migrations schema = new Migrations(options.schema(), migrations);
    return new Connecting(vertx, options, () -> schema.apply(sessions.pool()))
        .begin()
        .map(done -> new Postgres(vertx, options, sessions, now))
        .onFailure(failure -> sessions.close());
  }

  /** Where sagas are kept, for {@code SagaEngine}. The same one each time; it may be shared by many engines. */
  public SagaLog sagaLog() {
    return sagaLog;
  }

  /** Closes all connections. What is on its way fails; what was written stays. */
  public Future<Void> close() {
    return Future.join(notices.close(), sessions.close()).mapEmpty();
  }

  /** Connections whose sessions find the framework's tables without a prefix. Ask for them each time. */
  Pool pool() {
    return sessions.pool();
  }

  /** Statements with a time limit on the same connections. */
  Sessions sessions() {
    return sessions;
  }

  /** What sessions tell each other. */
  Notices notices() {
    return notices;
  }

  /** How the database is used. */
  PostgresOptions options() {
    return options;
  }

  Vertx vertx() {
    return vertx;
  }

  /** The statements in a resource of this package. */
  Statements statements(String resource) {
    return new Statements(resource, now);
  }
}
