package io.vertebra.cluster.postgres;

import io.vertebra.error.NodeException;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Brings the schema up to the version of this code: what is missing is applied in order, in one
 * transaction, under an advisory lock, so that nodes may start at the same time.
 *
 * <p>A schema may be newer than the code, as long as it says that this code still fits: migrations
 * only add, so that the version before keeps working beside this one while nodes are replaced.
 */
final class Migrations {
  private static final List<String> FILES = List.of(
      "V001__sagas.sql", "V002__dedup.sql", "V003__inbox_outbox.sql", "V004__byte_order.sql");

  private static final String READ =
      "SELECT version, name, checksum, oldest_code FROM schema_version";

  private final String schema;
  private final List<Migration> known;

  /** With these instead of the migrations of this code, for tests. */
  Migrations(String schema, List<Migration> known) {
    this.schema = schema;
    this.known = known;
  }

  /** The migrations of this code. */
  static List<Migration> ofThisCode() {
    return FILES.stream().map(Migration::read).toList();
  }

  /** Fails with {@link NodeException} if code and schema do not fit together. */
  Future<Void> apply(Pool pool) {
    return pool.withTransaction(this::apply);
  }

  private Future<Void> apply(SqlConnection connection) {
    return connection
        .query("SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0")
        .execute()
        .compose(set -> connection
            .preparedQuery(
                "SELECT pg_advisory_xact_lock(hashtext('vertebra.schema'), hashtext($1))")
            .execute(Tuple.of(schema)))
        .compose(locked -> createTable(connection))
        .compose(created -> connection.query(READ).execute())
        .compose(rows -> applyMissing(connection, rows));
  }

  /** Asks before it creates: whoever may only use the schema may not even say IF NOT EXISTS. */
  private Future<Void> createTable(SqlConnection connection) {
    String table = schema + ".schema_version";
    return connection
        .preparedQuery("SELECT to_regnamespace($1) IS NOT NULL, to_regclass($2) IS NOT NULL")
        .execute(Tuple.of(schema, table))
        .compose(rows -> {
          Row there = rows.iterator().next();
          StringBuilder create = new StringBuilder();
          if (!there.getBoolean(0)) {
            create.append("CREATE SCHEMA ").append(schema).append(';');
          }
          if (!there.getBoolean(1)) {
            create
                .append("CREATE TABLE ")
                .append(table)
                .append(" (version int PRIMARY KEY, name text NOT NULL, checksum bigint NOT NULL,")
                .append(
                    " oldest_code int NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())");
          }
          return create.isEmpty()
              ? Future.succeededFuture()
              : connection.query(create.toString()).execute().mapEmpty();
        });
  }

  private Future<Void> applyMissing(SqlConnection connection, RowSet<Row> rows) {
    Map<Integer, Row> applied = new HashMap<>();
    rows.forEach(row -> applied.put(row.getInteger("version"), row));
    checkNewer(applied);
    Future<Void> done = Future.succeededFuture();
    for (Migration migration : known) {
      Row row = applied.get(migration.version());
      if (row == null) {
        done = done.compose(before -> applyOne(connection, migration));
      } else if (row.getLong("checksum") != migration.checksum()) {
        throw NodeException.unusable(
            "schema '" + schema + "' was made with another " + migration.name()
                + ". Migrations are never changed; use the code that the schema was made with.",
            null);
      }
    }
    return done;
  }

  private void checkNewer(Map<Integer, Row> applied) {
    int code = known.size();
    int version = code;
    int oldestCode = 0;
    for (Row row : applied.values()) {
      version = Math.max(version, row.getInteger("version"));
      oldestCode = Math.max(oldestCode, row.getInteger("oldest_code"));
    }
    if (code < oldestCode) {
      throw NodeException.unusable(
          "schema '" + schema + "' has version " + version + ", which fits code that knows version "
              + oldestCode + " or newer; this code knows version " + code
              + ". Deploy a newer release, or use another schema.",
          null);
    }
  }

  private static Future<Void> applyOne(SqlConnection connection, Migration migration) {
    return connection
        .query(migration.sql())
        .execute()
        .compose(done -> connection
            .preparedQuery(
                "INSERT INTO schema_version (version, name, checksum, oldest_code) VALUES ($1, $2, $3, $4)")
            .execute(Tuple.of(
                migration.version(),
                migration.name(),
                migration.checksum(),
                migration.oldestCode())))
        .mapEmpty();
  }
}
