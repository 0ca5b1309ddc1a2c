package io.vertebra.benchmarks.dedup;

import io.vertebra.benchmarks.Arguments;
import io.vertebra.benchmarks.process.Patience;
import io.vertebra.cluster.postgres.Postgres;
import io.vertebra.cluster.postgres.PostgresOptions;
import io.vertebra.test.EmbeddedPostgres;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * Consumers of the dedup store in PostgreSQL while it forgets very many entries whose window is over.
 * The same rows lie there without being purged when it is measured what consumers reach undisturbed.
 */
public final class PurgeLoad {
  private static final int SLICE = 500_000;
  private static final double TARGET_RATIO = 2;
  private static final Duration KEEPS_ALL = Duration.ofDays(365);
  private static final Duration KEEPS_NEW = Duration.ofHours(1);

  private static final String PURGED =
      "SELECT n_tup_del FROM pg_stat_user_tables WHERE schemaname = 'vertebra' AND relname = 'dedup'";

  private final Vertx vertx;
  private final String uri;
  private final PgConnection admin;
  private final int inFlight;

  private PurgeLoad(Vertx vertx, String uri, int inFlight) {
    this.vertx = vertx;
    this.uri = uri;
    this.inFlight = inFlight;
    this.admin = Patience.await(PgConnection.connect(vertx, PgConnectOptions.fromUri(uri)));
  }

  /**
   * {@code --rows N} to purge, default 10,000,000; {@code --inflight N}, default 64; {@code --seconds
   * N} without a purge, default 2.
   */
  public static boolean run(Arguments arguments) {
    int rows = arguments.takeNumber("rows", 10_000_000);
    int inFlight = arguments.takeNumber("inflight", 64);
    Duration undisturbed = arguments.takeRound();
    arguments.end();
    Vertx vertx = Vertx.vertx();
    try (EmbeddedPostgres server = EmbeddedPostgres.startTemporary("max_wal_size=4GB")) {
      return new PurgeLoad(vertx, server.uri(), inFlight).measure(rows, undisturbed);
    } finally {
      Patience.await(vertx.close());
    }
  }

  private boolean measure(int rows, Duration undisturbed) {
    Postgres keeping = connect(KEEPS_ALL);
    fill(rows);
    consume(keeping, undisturbed);
    Consumers without = consume(keeping, undisturbed);
    Patience.await(keeping.close());
    long before = deleted();
    Postgres purging = connect(KEEPS_NEW);
    Consumers with = Consumers.start(vertx, purging.dedupStore(), inFlight);
    long waited = awaitDeleted(before, 1);
    with.reset();
    long nanos = awaitDeleted(before, rows);
    with.stop();
    print(rows, nanos, without, with);
    System.err.printf(Locale.ROOT, "the purge began after %.1f s%n", waited / 1e9);
    Patience.await(purging.close());
    Patience.await(admin.close());
    return with.errors() == 0 && without.errors() == 0;
  }

  private Postgres connect(Duration window) {
    return Patience.await(Postgres.connect(vertx, PostgresOptions.at(uri).withDedupWindow(window)));
  }

  private void fill(int rows) {
    long begun = System.nanoTime();
    for (int from = 1; from <= rows; from += SLICE) {
      String slice = oldEntries(from, Math.min(rows, (long) from + SLICE - 1));
      Patience.await(admin.query(slice).execute());
    }
    Patience.await(admin.query("VACUUM ANALYZE vertebra.dedup").execute());
    Patience.await(admin.query("CHECKPOINT").execute());
    System.err.printf(
        Locale.ROOT, "%d rows are there after %.1f s%n", rows, (System.nanoTime() - begun) / 1e9);
  }

  private Consumers consume(Postgres postgres, Duration time) {
    Consumers consumers = Consumers.start(vertx, postgres.dedupStore(), inFlight);
    pause(time.toMillis());
    consumers.stop();
    return consumers;
  }

  /** Nanoseconds until so many more rows were deleted than before. */
  private long awaitDeleted(long before, long rows) {
    long begun = System.nanoTime();
    while (deleted() - before < rows) {
      pause(200);
    }
    return System.nanoTime() - begun;
  }

  private long deleted() {
    return Patience.await(admin.query(PURGED).execute()).iterator().next().getLong(0);
  }

  private static void print(int rows, long nanos, Consumers without, Consumers with) {
    double ratio = with.p99Millis() / without.p99Millis();
    System.out.printf(
        Locale.ROOT,
        "RESULT dedup-purge rows=%d seconds=%.1f purged_per_s=%.0f without_per_s=%.0f with_per_s=%.0f"
            + " without_p99_ms=%.2f with_p99_ms=%.2f ratio=%.2f errors=%d target=%.0f met=%s%n",
        rows,
        nanos / 1e9,
        rows * 1e9 / nanos,
        without.perSecond(),
        with.perSecond(),
        without.p99Millis(),
        with.p99Millis(),
        ratio,
        with.errors() + without.errors(),
        TARGET_RATIO,
        ratio <= TARGET_RATIO);
  }

  private static void pause(long millis) {
    try {
      TimeUnit.MILLISECONDS.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** Entries that ended two days ago, oldest first, and in the order of their keys, which is quickest. */
  private static String oldEntries(long from, long to) {
    return """
        INSERT INTO vertebra.dedup (consumer, key, fingerprint, token, begun, until, reply)
        SELECT 'old', 'key-' || lpad(n::text, 9, '0'), '0123456789abcdef', n, now() - interval '3 days' + n * interval '1 us',
          now() - interval '2 days', '{"reserved":true,"at":12345}'
        FROM generate_series(%d, %d) AS n""".formatted(from, to);
  }
}
