package io.vertebra.cluster.postgres;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.logging.Logger;
import io.vertx.core.internal.logging.LoggerFactory;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** Forgets answers and fence rows that are older than the window, every minute, a few thousand at a time. */
final class InboxPurge {
  private static final Logger LOG = LoggerFactory.getLogger(InboxPurge.class);
  private static final long EVERY_MILLIS = 60_000;
  private static final int BATCH = 4_000;
  private static final List<String> STATEMENTS = List.of("purge_inbox", "purge_fence");

  private final Vertx vertx;
  private final Sessions sessions;
  private final UnitSql sql;
  private final long windowMillis;
  private final AtomicBoolean started = new AtomicBoolean();
  private final AtomicLong timer = new AtomicLong(-1);

  InboxPurge(Vertx vertx, Sessions sessions, UnitSql sql, PostgresOptions options) {
    this.vertx = vertx;
    this.sessions = sessions;
    this.sql = sql;
    this.windowMillis = options.dedupWindow().toMillis();
  }

  /** From now on forgets regularly; does nothing the second time. */
  void start() {
    if (started.compareAndSet(false, true)) {
      timer.set(vertx.setPeriodic(EVERY_MILLIS, id -> run()));
    }
  }

  /** Forgets all that is too old; completes with the number of rows. */
  Future<Integer> run() {
    Future<Integer> all = Future.succeededFuture(0);
    for (String statement : STATEMENTS) {
      all = all.compose(before -> purge(statement).map(purged -> before + purged));
    }
    return all.onFailure(
        failure -> LOG.warn("Cannot forget old answers; will try again.", failure));
  }

  private Future<Integer> purge(String statement) {
    return sessions
        .query(sql.get(statement), Tuple.of(windowMillis, BATCH))
        .map(rows -> rows.iterator().next().getInteger("c"))
        .compose(purged -> purged < BATCH
            ? Future.succeededFuture(purged)
            : purge(statement).map(more -> purged + more));
  }

  void close() {
    vertx.cancelTimer(timer.get());
  }
}
