package io.vertebra.cluster.postgres;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** Statements that name the framework's tables in full, for sessions that look them up elsewhere. */
final class UnitSql {
  private final Statements statements;
  private final String schema;
  private final ConcurrentMap<String, String> qualified = new ConcurrentHashMap<>();

  UnitSql(Statements statements, String schema) {
    this.statements = statements;
    this.schema = schema;
  }

  /** The statement with this name. */
  String get(String name) {
    return qualified.computeIfAbsent(name, each -> statements.get(each).replace("@schema", schema));
  }
}
