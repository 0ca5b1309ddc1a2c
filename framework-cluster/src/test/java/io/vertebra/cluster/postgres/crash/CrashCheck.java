package io.vertebra.cluster.postgres.crash;

import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * A process that asks what must not be there, and says {@code BROKEN 0} if nothing is. Shares no code
 * with what it checks.
 */
final class CrashCheck {
  static final String BROKEN = "BROKEN ";

  private CrashCheck() {}

  /** Argument: the database's URI. */
  public static void main(String[] args) throws IOException {
    PgConnection connection =
        PgConnection.connect(Vertx.vertx(), PgConnectOptions.fromUri(args[0])).await();
    long broken = 0;
    for (String statement : statements()) {
      String name = statement.lines().findFirst().orElseThrow().substring("-- ".length());
      long count =
          connection.query(statement).execute().await().iterator().next().getLong(0);
      if (count > 0) {
        System.out.println("INVARIANT " + name + " broken " + count + " times");
      }
      broken += count;
    }
    System.out.println(BROKEN + broken);
    System.exit(0);
  }

  private static String[] statements() throws IOException {
    try (InputStream in = CrashCheck.class.getResourceAsStream("check.sql")) {
      String all = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
      return all.substring(all.indexOf("\n\n") + 2).strip().split("\n\n", -1);
    }
  }
}
