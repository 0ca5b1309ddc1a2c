package io.vertebra.cluster.postgres;

import io.vertebra.outbox.Outbox;
import io.vertebra.outbox.OutboxMessage;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongConsumer;

/**
 * The outbox in tables. Leases are rows with the database's time in them. Reading and settling have
 * sessions of their own, which do not wait for the disk: what a crash of the server makes them forget
 * is sent again under its old id.
 */
final class PostgresOutbox implements Outbox {
  private static final int SESSIONS = 3;

  private final Sessions leasing;
  private final Sessions sessions;
  private final OutboxNotices notices;
  private final Statements sql;
  private final UnitSql unitSql;

  PostgresOutbox(Postgres postgres, OutboxNotices notices) {
    this.leasing = postgres.sessions();
    this.sessions = new Sessions(
        postgres.vertx(), postgres.options(), postgres.options().relaySession(), SESSIONS);
    this.notices = notices;
    this.sql = postgres.statements("outbox.sql");
    this.unitSql =
        new UnitSql(postgres.statements("inbox.sql"), postgres.options().schema());
  }

  @Override
  public Future<Void> append(List<OutboxMessage> messages) {
    Pool pool = leasing.pool();
    return leasing
        .within(pool, new InboxStatements(unitSql, pool).append(messages))
        .onSuccess(done -> notices.appended(messages));
  }

  @Override
  public Future<Grant> acquire(String owner, int wanted, Duration lease) {
    Tuple values = Tuple.of(owner, wanted, lease.toMillis());
    return leasing.query(sql.get("acquire"), values).map(rows -> {
      List<Lease> leases = new ArrayList<>();
      int owners = 0;
      for (io.vertx.sqlclient.Row row : rows) {
        owners = row.getInteger("owners");
        if (row.getInteger("partition") != null) {
          leases.add(OutboxRows.lease(row));
        }
      }
      return new Grant(leases, owners);
    });
  }

  @Override
  public Future<List<Lease>> renew(String owner, List<Lease> leases, Duration lease) {
    return leasing
        .query(sql.get("renew"), owned(owner, leases).addLong(lease.toMillis()))
        .map(rows -> list(rows, OutboxRows::lease));
  }

  @Override
  public Future<Void> release(String owner, List<Lease> leases) {
    return leasing.query(sql.get("release"), owned(owner, leases)).mapEmpty();
  }

  private static Tuple owned(String owner, List<Lease> leases) {
    Tuple columns = OutboxRows.leases(leases);
    return Tuple.of(owner, columns.getValue(0), columns.getValue(1));
  }

  @Override
  public Future<Void> leave(String owner) {
    return leasing.query(sql.get("leave"), Tuple.of(owner)).mapEmpty();
  }

  @Override
  public Future<List<Stop>> stopped(List<Lease> leases) {
    Tuple partitions = Tuple.of(OutboxRows.column(leases, Lease::partition, Integer[]::new));
    return sessions.query(sql.get("stopped"), partitions).map(rows -> list(rows, OutboxRows::stop));
  }

  @Override
  public Future<List<Row>> ready(List<Lane> lanes, List<Integer> most) {
    Tuple values = Tuple.of(
        OutboxRows.column(lanes, Lane::contract, String[]::new),
        OutboxRows.column(lanes, Lane::partition, Integer[]::new),
        most.toArray(Integer[]::new));
    return sessions.query(sql.get("ready"), values).map(rows -> list(rows, OutboxRows::row));
  }

  @Override
  public Future<List<Row>> aside(Lane lane, String key, int limit) {
    return sessions
        .query(sql.get("aside"), Tuple.of(lane.contract(), lane.partition(), key, limit))
        .map(rows -> list(rows, OutboxRows::row));
  }

  @Override
  public Future<Set<Lease>> settle(List<Lease> leases, List<Change> changes) {
    return sessions
        .query(sql.get("settle"), OutboxRows.settling(leases, changes))
        .map(rows -> new HashSet<>(list(rows, OutboxRows::lease)));
  }

  @Override
  public Future<List<DeadLetter>> deadLetters(int limit) {
    return leasing
        .query(sql.get("dead_letters"), Tuple.of(limit))
        .map(rows -> list(rows, OutboxRows::deadLetter));
  }

  @Override
  public Future<Void> redrive(List<Long> ids) {
    return leasing
        .query(sql.get("redrive"), Tuple.of(ids.toArray(Long[]::new)))
        .onSuccess(rows -> {
          long partitions = 0;
          for (io.vertx.sqlclient.Row row : rows) {
            partitions |= 1L << row.getInteger("partition");
          }
          notices.appended(partitions);
        })
        .mapEmpty();
  }

  @Override
  public Runnable onAppended(LongConsumer listener) {
    return notices.onAppended(listener);
  }

  private static <T> List<T> list(
      RowSet<io.vertx.sqlclient.Row> rows, Function<io.vertx.sqlclient.Row, T> read) {
    List<T> all = new ArrayList<>(rows.size());
    rows.forEach(row -> all.add(read.apply(row)));
    return all;
  }

  Future<Void> close() {
    return sessions.close();
  }
}
