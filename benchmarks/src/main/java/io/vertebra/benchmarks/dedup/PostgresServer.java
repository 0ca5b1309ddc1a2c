package io.vertebra.benchmarks.dedup;

import io.vertebra.benchmarks.process.Patience;
import io.vertebra.cluster.postgres.Postgres;
import io.vertebra.cluster.postgres.PostgresOptions;
import io.vertebra.test.EmbeddedPostgres;
import io.vertx.core.Vertx;
import java.time.Duration;

/** A PostgreSQL server on this machine, which writes to the disk before it answers. */
final class PostgresServer {
  private static final double TARGET = 20_000;

  private PostgresServer() {}

  static Contender start(Vertx vertx, Duration window) {
    EmbeddedPostgres server = EmbeddedPostgres.startTemporary();
    PostgresOptions options = PostgresOptions.at(server.uri()).withDedupWindow(window);
    Postgres postgres = Patience.await(Postgres.connect(vertx, options));
    return Contender.of(
        "postgres", TARGET, postgres.dedupStore(), () -> Patience.await(postgres.close()), server);
  }
}
