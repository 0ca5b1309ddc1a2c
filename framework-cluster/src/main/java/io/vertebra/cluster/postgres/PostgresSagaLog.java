package io.vertebra.cluster.postgres;

import io.vertebra.saga.SagaEvent;
import io.vertebra.saga.SagaLog;
import io.vertebra.saga.SagaStatus;
import io.vertx.core.Future;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.json.JsonArray;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The log in tables. Leases are rows with the database's time in them; what is written is grouped with
 * what other engines of this process write, and fenced by the statement that writes it.
 */
final class PostgresSagaLog implements SagaLog {
  /** Two: while one statement waits for the disk, the next is encoded, sent and executed. */
  private static final int LANES = 2;

  private static final String UNOWNED_CHANNEL = "saga_partition";

  private final Sessions sessions;
  private final Notices notices;
  private final Statements sql;
  private final Lanes<Transition, Result> writes;

  PostgresSagaLog(Postgres postgres) {
    this.sessions = postgres.sessions();
    this.notices = postgres.notices();
    this.sql = postgres.statements("saga-log.sql");
    this.writes = new Lanes<>(
        (VertxInternal) postgres.vertx(),
        LANES,
        new SagaWrites(sessions, sql.get("write")),
        transition -> transition.row().partition());
  }

  @Override
  public Future<Grant> acquire(String owner, int wanted, Duration lease) {
    return query("acquire", Tuple.of(owner, wanted, lease.toMillis())).map(rows -> {
      List<Lease> leases = new ArrayList<>();
      int owners = 0;
      for (io.vertx.sqlclient.Row row : rows) {
        owners = row.getInteger("owners");
        if (row.getInteger("partition") != null) {
          leases.add(lease(row));
        }
      }
      return new Grant(leases, owners);
    });
  }

  @Override
  public Future<List<Lease>> renew(String owner, List<Lease> leases, Duration lease) {
    return query("renew", of(owner, leases).addLong(lease.toMillis()))
        .map(rows -> list(rows, PostgresSagaLog::lease));
  }

  @Override
  public Future<Void> release(String owner, List<Lease> leases) {
    return query("release", of(owner, leases)).mapEmpty();
  }

  @Override
  public Future<Void> leave(String owner) {
    return query("leave", Tuple.of(owner)).mapEmpty();
  }

  @Override
  public Future<List<Result>> write(List<Transition> batch) {
    Set<SagaWrites.InstanceKey> instances = new HashSet<>();
    for (Transition transition : batch) {
      if (!instances.add(SagaWrites.InstanceKey.of(transition))) {
        return Future.failedFuture(
            new IllegalArgumentException("a batch holds at most one transition of an instance"));
      }
    }
    return writes.submitAll(batch).onSuccess(results -> tellOwners(batch));
  }

  private void tellOwners(List<Transition> batch) {
    String partitions = batch.stream()
        .filter(transition -> transition.epoch() == UNOWNED)
        .map(transition -> Integer.toString(transition.row().partition()))
        .distinct()
        .collect(Collectors.joining(","));
    if (!partitions.isEmpty()) {
      notices.send(UNOWNED_CHANNEL, partitions);
    }
  }

  @Override
  public Future<List<Row>> load(List<Lease> leases, @Nullable String afterId, int limit) {
    String after = afterId == null ? "" : afterId;
    return query("load", Tuple.of(partitions(leases), after, limit))
        .map(rows -> list(rows, SagaRows::read));
  }

  @Override
  public Future<List<Row>> due(List<Lease> leases, int limit) {
    return query("due", Tuple.of(partitions(leases), limit))
        .map(rows -> list(rows, SagaRows::read));
  }

  @Override
  public Future<SignalResult> signal(Signal signal) {
    String[] fitting = Arrays.stream(SagaStatus.values())
        .filter(signal.kind()::isFor)
        .map(SagaStatus::name)
        .toArray(String[]::new);
    Tuple values = Tuple.tuple()
        .addString(signal.saga())
        .addString(signal.key())
        .addArrayOfString(fitting)
        .addString(signal.id())
        .addString(signal.kind().name())
        .addString(signal.name())
        .addBuffer(signal.body())
        .addString(signal.by())
        .addString(signal.why());
    return query("signal", values)
        .map(rows -> SignalResult.valueOf(rows.iterator().next().getString(0)))
        .onSuccess(result -> {
          if (result == SignalResult.ACCEPTED) {
            notices.send(UNOWNED_CHANNEL, Integer.toString(signal.partition()));
          }
        });
  }

  @Override
  public Future<Optional<Row>> find(String saga, String key) {
    return query("find", Tuple.of(saga, key))
        .map(rows -> list(rows, SagaRows::read).stream().findFirst());
  }

  @Override
  public Future<List<SagaEvent>> history(String saga, String key) {
    return query("history", Tuple.of(saga, key)).map(rows -> {
      List<SagaEvent> events = new ArrayList<>();
      for (io.vertx.sqlclient.Row row : rows) {
        JsonArray written = (JsonArray) row.getJson("events");
        events.addAll(EventCodec.decode(row.getString("id"), saga, key, written));
      }
      return events;
    });
  }

  @Override
  public Future<Integer> purge(Duration retention, int limit) {
    return query("purge", Tuple.of(retention.toMillis(), limit))
        .map(rows -> rows.iterator().next().getInteger(0));
  }

  @Override
  public Runnable onUnowned(IntConsumer listener) {
    return notices.listen(UNOWNED_CHANNEL, partitions -> {
      for (String partition : partitions.split(",", -1)) {
        listener.accept(Integer.parseInt(partition));
      }
    });
  }

  private Future<RowSet<io.vertx.sqlclient.Row>> query(String name, Tuple values) {
    return sessions.query(sql.get(name), values);
  }

  private static <T> List<T> list(
      RowSet<io.vertx.sqlclient.Row> rows, Function<io.vertx.sqlclient.Row, T> read) {
    List<T> all = new ArrayList<>(rows.size());
    rows.forEach(row -> all.add(read.apply(row)));
    return all;
  }

  private static Lease lease(io.vertx.sqlclient.Row row) {
    return new Lease(row.getInteger("partition"), row.getLong("epoch"));
  }

  private static Tuple of(String owner, List<Lease> leases) {
    Long[] epochs = leases.stream().map(Lease::epoch).toArray(Long[]::new);
    return Tuple.of(owner, partitions(leases), epochs);
  }

  private static Integer[] partitions(List<Lease> leases) {
    return leases.stream().map(Lease::partition).toArray(Integer[]::new);
  }
}
