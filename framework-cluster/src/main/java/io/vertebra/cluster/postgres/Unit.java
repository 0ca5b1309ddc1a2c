package io.vertebra.cluster.postgres;

import io.vertebra.outbox.OutboxMessage;
import io.vertx.sqlclient.SqlClient;
import java.util.List;

/** A unit of work while its handler runs. */
final class Unit extends Sending implements UnitOfWork {
  private final GuardedSql sql;

  Unit(Incoming<?, ?> incoming, GuardedSql sql) {
    super(incoming);
    this.sql = sql;
  }

  @Override
  List<OutboxMessage> end() {
    sql.end();
    return super.end();
  }

  GuardedSql guardedSql() {
    return sql;
  }

  @Override
  public SqlClient sql() {
    return sql;
  }
}
