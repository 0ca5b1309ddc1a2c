package io.vertebra.cluster.postgres;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.logging.Logger;
import io.vertx.core.internal.logging.LoggerFactory;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.OffsetDateTime;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Forgets entries whose window is over: every few seconds, oldest first, in statements of some
 * thousand. After each it rests as long as the statement took, so that consumers have at least half of
 * the database. Nodes that purge at the same time skip each other's rows.
 */
final class DedupPurge {
  private static final Logger LOG = LoggerFactory.getLogger(DedupPurge.class);
  private static final long EVERY_MILLIS = 10_000;
  private static final int BATCH = 2_000;

  private final Vertx vertx;
  private final Sessions sessions;
  private final String sql;
  private final long windowMillis;
  private final AtomicBoolean started = new AtomicBoolean();
  private volatile boolean closed;

  DedupPurge(Vertx vertx, Sessions sessions, String sql, long windowMillis) {
    this.vertx = vertx;
    this.sessions = sessions;
    this.sql = sql;
    this.windowMillis = windowMillis;
  }

  /** Purges from now on; does nothing the second time. */
  void start() {
    if (started.compareAndSet(false, true)) {
      again();
    }
  }

  private void again() {
    vertx.setTimer(EVERY_MILLIS, timer -> {
      if (!closed) {
        run()
            .onFailure(failure -> LOG.warn("Cannot forget old entries; will try again.", failure))
            .onComplete(done -> again());
      }
    });
  }

  /** Purges until nothing is left to purge; completes with how many entries it forgot. */
  Future<Long> run() {
    Promise<Long> done = Promise.promise();
    batch(OffsetDateTime.MIN, 0, done);
    return done.future();
  }

  private void batch(OffsetDateTime after, long before, Promise<Long> done) {
    long begun = System.nanoTime();
    sessions
        .query(sql, Tuple.of(after, windowMillis, BATCH))
        .onFailure(done::fail)
        .onSuccess(rows -> {
          Row row = rows.iterator().next();
          int count = row.getInteger("count");
          if (count < BATCH || closed) {
            done.complete(before + count);
            return;
          }
          long rest = Math.max(1, (System.nanoTime() - begun) / 1_000_000);
          OffsetDateTime last = row.getOffsetDateTime("last");
          vertx.setTimer(rest, timer -> batch(last, before + count, done));
        });
  }

  void close() {
    closed = true;
  }
}
