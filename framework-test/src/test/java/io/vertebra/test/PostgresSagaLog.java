package io.vertebra.test;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertebra.saga.SagaEvent;
import io.vertebra.saga.SagaLog;
import io.vertebra.saga.SagaStatus;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Scanner;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;

/**
 * Proves that the SPI fits a database: one statement a batch, fenced by the partitions' rows; the SQL
 * lies in {@code postgres-saga-log.sql}. Not for use.
 */
@NullUnmarked
record PostgresSagaLog(Pool pool) implements SagaLog {

  static String sql(String name) {
    try (Scanner file =
        new Scanner(PostgresSagaLog.class.getResourceAsStream("/postgres-saga-log.sql"), UTF_8)) {
      return file.useDelimiter("\\A").next().split("-- :" + name + "\n", 2)[1].split("-- :", 2)[0];
    }
  }

  private <T> Future<List<T>> query(
      String name, Function<io.vertx.sqlclient.Row, T> read, Object... values) {
    return pool.preparedQuery(sql(name))
        .execute(Tuple.from(values))
        .map(rows -> StreamSupport.stream(rows.spliterator(), false).map(read).toList());
  }

  @SafeVarargs
  @SuppressWarnings("varargs")
  private static <A, T> T[] array(List<A> all, Function<A, ? extends @Nullable T> part, T... type) {
    List<T> parts = new ArrayList<>();
    all.forEach(each -> parts.add(part.apply(each)));
    return parts.toArray(type);
  }

  private static Lease lease(io.vertx.sqlclient.Row row) {
    return new Lease(row.getInteger("partition"), row.getLong("epoch"));
  }

  @Override
  public Future<Grant> acquire(String owner, int wanted, Duration lease) {
    return query("alive", row -> row, owner, lease.toMillis())
        .compose(done -> query("acquire", PostgresSagaLog::lease, owner, wanted, lease.toMillis()))
        .compose(leases -> query("owners", row -> new Grant(leases, row.getInteger("c"))))
        .map(grants -> grants.get(0));
  }

  @Override
  public Future<List<Lease>> renew(String owner, List<Lease> leases, Duration lease) {
    Object[] ids = {array(leases, Lease::partition), array(leases, Lease::epoch)};
    return query("renew", PostgresSagaLog::lease, owner, ids[0], ids[1], lease.toMillis());
  }

  @Override
  public Future<Void> release(String owner, List<Lease> leases) {
    Object[] ids = {array(leases, Lease::partition), array(leases, Lease::epoch)};
    return query("release", row -> row, owner, ids[0], ids[1]).mapEmpty();
  }

  @Override
  public Future<Void> leave(String owner) {
    return query("leave", row -> row, owner).mapEmpty();
  }

  @Override
  public Future<List<Result>> write(List<Transition> batch) {
    List<Row> rows = batch.stream().map(Transition::row).toList();
    if (new HashSet<>(rows.stream().map(r -> List.of(r.saga(), r.key())).toList()).size()
        < rows.size()) {
      return Future.failedFuture(new IllegalArgumentException("two transitions of one instance"));
    }
    List<Long> of = new ArrayList<>();
    List<Command> commands = new ArrayList<>();
    for (Row row : rows) {
      commands.addAll(row.commands());
      while (of.size() < commands.size()) {
        of.add(rows.indexOf(row) + 1L);
      }
    }
    List<List<String>> consumed = batch.stream()
        .flatMap(
            t -> t.consumed().stream().map(id -> List.of(t.row().saga(), t.row().key(), id)))
        .toList();
    List<SagaEvent> events = batch.stream().flatMap(t -> t.events().stream()).toList();
    Object[] values = {
      array(rows, Row::partition),
      array(batch, Transition::epoch),
      array(rows, Row::id),
      array(rows, Row::saga),
      array(rows, Row::key),
      array(rows, Row::version),
      array(rows, Row::definition),
      array(rows, r -> r.status().name()),
      array(rows, Row::steps),
      array(rows, Row::state),
      array(rows, r -> r.due() == null ? null : r.due().toMillis()),
      array(rows, r -> r.deadline().toMillis()),
      array(of, n -> n),
      array(commands, Command::step),
      array(commands, Command::messageId),
      array(commands, Command::body),
      array(commands, Command::attempt),
      array(commands, c -> c.answer() == null ? null : c.answer().refused()),
      array(commands, c -> c.answer() == null ? null : c.answer().body()),
      array(events, SagaEvent::id),
      array(events, SagaEvent::saga),
      array(events, SagaEvent::key),
      array(events, e -> e.kind().name()),
      array(events, SagaEvent::step),
      array(events, SagaEvent::attempt),
      array(events, SagaEvent::detail),
      array(events, SagaEvent::node),
      array(events, SagaEvent::epoch),
      array(events, e -> e.at().toEpochMilli()),
      array(rows, Row::events),
      array(rows, r -> r.signals().count()),
      array(consumed, c -> c.get(0)),
      array(consumed, c -> c.get(1)),
      array(consumed, c -> c.get(2))
    };
    return query("write", row -> Result.valueOf(row.getString("r")), values);
  }

  @Override
  public Future<List<Row>> load(List<Lease> leases, @Nullable String afterId, int limit) {
    return query("load", PostgresSagaLog::read, array(leases, Lease::partition), afterId, limit);
  }

  @Override
  public Future<List<Row>> due(List<Lease> leases, int limit) {
    return query("due", PostgresSagaLog::read, array(leases, Lease::partition), limit);
  }

  @Override
  public Future<SignalResult> signal(Signal signal) {
    List<SagaStatus> fitting =
        Stream.of(SagaStatus.values()).filter(signal.kind()::isFor).toList();
    return query(
            "signal",
            row -> SignalResult.valueOf(row.getString("r")),
            signal.saga(),
            signal.key(),
            signal.id(),
            signal.kind().name(),
            signal.name(),
            signal.body(),
            signal.by(),
            signal.why(),
            array(fitting, SagaStatus::name))
        .map(results -> results.get(0));
  }

  @Override
  public Future<Optional<Row>> find(String saga, String key) {
    return query("find", PostgresSagaLog::read, saga, key)
        .map(rows -> rows.stream().findFirst());
  }

  private static Row read(io.vertx.sqlclient.Row row) {
    List<Command> commands = new ArrayList<>();
    Integer[] steps = row.getArrayOfIntegers("command_step");
    for (int i = 0; steps != null && i < steps.length; i++) {
      Boolean refused = row.getArrayOfBooleans("command_refused")[i];
      commands.add(new Command(
          steps[i],
          row.getArrayOfStrings("command_id")[i],
          row.getArrayOfBuffers("command_body")[i],
          row.getArrayOfIntegers("command_attempt")[i],
          refused == null
              ? null
              : new Answer(refused, row.getArrayOfBuffers("command_answer")[i])));
    }
    Double due = row.getDouble("due_in");
    return new Row(
        row.getString("id"),
        row.getString("saga"),
        row.getString("key"),
        row.getLong("version"),
        row.getString("definition"),
        SagaStatus.valueOf(row.getString("status")),
        row.getString("steps"),
        row.getBuffer("state"),
        commands,
        due == null ? null : Duration.ofMillis((long) Math.floor(due)),
        Duration.ofMillis(row.getDouble("left_in").longValue()),
        row.getInteger("events"),
        new Signals(row.getLong("signals"), signals(row)));
  }

  private static List<Signal> signals(io.vertx.sqlclient.Row row) {
    List<Signal> signals = new ArrayList<>();
    String[] ids = row.getArrayOfStrings("signal_id");
    for (int i = 0; ids != null && i < ids.length; i++) {
      signals.add(new Signal(
          row.getString("saga"),
          row.getString("key"),
          ids[i],
          SignalKind.valueOf(row.getArrayOfStrings("signal_kind")[i]),
          row.getArrayOfStrings("signal_name")[i],
          row.getArrayOfBuffers("signal_body")[i],
          row.getArrayOfStrings("signal_who")[i],
          row.getArrayOfStrings("signal_why")[i]));
    }
    return signals;
  }

  @Override
  public Future<List<SagaEvent>> history(String saga, String key) {
    return query(
        "history",
        row -> new SagaEvent(
            row.getString("id"),
            row.getString("saga"),
            row.getString("key"),
            SagaEvent.Kind.valueOf(row.getString("kind")),
            row.getString("step"),
            row.getInteger("attempt"),
            row.getString("detail"),
            row.getString("node"),
            row.getLong("epoch"),
            Instant.ofEpochMilli(row.getLong("at_millis"))),
        saga,
        key);
  }

  @Override
  public Future<Integer> purge(Duration retention, int limit) {
    return query("purge", row -> row.getInteger("c"), retention.toMillis(), limit)
        .map(counts -> counts.get(0));
  }
}
