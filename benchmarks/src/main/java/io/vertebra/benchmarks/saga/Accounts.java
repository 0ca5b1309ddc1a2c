package io.vertebra.benchmarks.saga;

import io.vertebra.benchmarks.process.Patience;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;

/** The table that participants write to. */
final class Accounts {
  private Accounts() {}

  static void create(Vertx vertx, String uri) {
    Patience.await(PgConnection.connect(vertx, PgConnectOptions.fromUri(uri))
        .compose(connection -> connection
            .query("CREATE TABLE IF NOT EXISTS benchmark_account (id int PRIMARY KEY, cents bigint)"
                + " WITH (fillfactor = 50);"
                + " INSERT INTO benchmark_account SELECT n, 0 FROM generate_series(0, "
                + Participants.ACCOUNTS + ") AS n ON CONFLICT DO NOTHING")
            .execute()
            .eventually(connection::close)));
  }
}
