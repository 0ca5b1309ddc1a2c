package io.vertebra.benchmarks.saga;

import io.vertebra.benchmarks.process.Patience;
import io.vertebra.contract.Request;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;

/** The tables that participants write to. */
final class Accounts {
  private Accounts() {}

  static String table(Request<?, ?> contract) {
    return contract.name().replace("transfers.", "benchmark_");
  }

  static void create(Vertx vertx, String uri) {
    Patience.await(PgConnection.connect(vertx, PgConnectOptions.fromUri(uri))
        .compose(connection -> connection
            .query(create(Transfers.DEBIT) + create(Transfers.CREDIT) + create(Transfers.BOOK))
            .execute()
            .eventually(connection::close)));
  }

  private static String create(Request<?, ?> contract) {
    String table = table(contract);
    return "CREATE TABLE IF NOT EXISTS " + table
        + " (id int PRIMARY KEY, cents bigint) WITH (fillfactor = 50); INSERT INTO " + table
        + " SELECT n, 0 FROM generate_series(0, " + Participants.ACCOUNTS
        + ") AS n ON CONFLICT DO NOTHING;";
  }
}
