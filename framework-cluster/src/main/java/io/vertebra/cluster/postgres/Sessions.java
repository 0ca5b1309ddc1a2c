package io.vertebra.cluster.postgres;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.internal.logging.Logger;
import io.vertx.core.internal.logging.LoggerFactory;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Connections, and what to do about those that fall silent. The server ends a statement after a lease;
 * if it does not even say so, it is frozen or cut off, and so are its other connections: all are
 * given up and new ones are made.
 */
final class Sessions {
  private static final Logger LOG = LoggerFactory.getLogger(Sessions.class);

  private final Vertx vertx;
  private final PostgresOptions options;
  private final PgConnectOptions each;
  private final int most;
  private final long patienceMillis;
  private final Context replacing;
  private volatile Pool pool;

  /**
   * Connections, opened when they are needed.
   *
   * @param each how one is opened
   * @param most how many there are at most
   */
  Sessions(Vertx vertx, PostgresOptions options, PgConnectOptions each, int most) {
    this.vertx = vertx;
    this.options = options;
    this.each = each;
    this.most = most;
    this.patienceMillis = options.lease().toMillis() * 3 / 2;
    this.replacing = ((VertxInternal) vertx).createEventLoopContext();
    this.pool = open();
  }

  private Pool open() {
    int lease = Math.toIntExact(options.lease().toMillis());
    return PgBuilder.pool()
        .with(new PoolOptions()
            .setMaxSize(most)
            .setConnectionTimeout(lease)
            .setConnectionTimeoutUnit(TimeUnit.MILLISECONDS))
        .connectingTo(each)
        .using(vertx)
        .build();
  }

  /** The connections in use; ask for them each time. */
  Pool pool() {
    return pool;
  }

  /** One statement, which is prepared once per connection. Fails after one and a half leases at the latest. */
  Future<RowSet<Row>> query(String sql, Tuple values) {
    Pool used = pool;
    return within(used, used.preparedQuery(sql).execute(values));
  }

  /** An answer from one of the connections that is waited for as long as any. */
  <T> Future<T> within(Pool used, Future<T> answer) {
    return answer.timeout(patienceMillis, TimeUnit.MILLISECONDS).onFailure(failure -> {
      if (failure instanceof TimeoutException) {
        giveUp(used);
      }
    });
  }

  private void giveUp(Pool silent) {
    replacing.runOnContext(ignored -> {
      if (pool == silent) {
        LOG.warn("PostgreSQL has not answered for " + patienceMillis
            + " ms; its connections are given up and new ones are made: " + options);
        pool = open();
        silent.close();
      }
    });
  }

  Future<Void> close() {
    return pool.close();
  }
}
