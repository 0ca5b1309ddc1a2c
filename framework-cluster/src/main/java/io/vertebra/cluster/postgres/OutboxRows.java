package io.vertebra.cluster.postgres;

import io.vertebra.outbox.Outbox;
import io.vertebra.outbox.OutboxMessage;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** How outbox rows and what becomes of them look in SQL. */
final class OutboxRows {
  private OutboxRows() {}

  /** The columns of messages, in the order of the append statement. */
  static List<Object> columns(List<OutboxMessage> messages) {
    return List.of(
        column(messages, OutboxMessage::partition, Integer[]::new),
        column(messages, OutboxMessage::contract, String[]::new),
        column(messages, OutboxMessage::key, String[]::new),
        column(messages, OutboxMessage::messageId, String[]::new),
        column(messages, OutboxMessage::body, Buffer[]::new),
        column(messages, message -> headers(message.headers()), String[]::new));
  }

  static <A, T> T[] column(List<A> all, Function<A, @Nullable T> part, IntFunction<T[]> array) {
    T[] values = array.apply(all.size());
    for (int i = 0; i < values.length; i++) {
      values[i] = part.apply(all.get(i));
    }
    return values;
  }

  private static String headers(Map<String, String> headers) {
    JsonObject json = new JsonObject();
    headers.forEach(json::put);
    return json.encode();
  }

  static OutboxMessage message(Row row) {
    Map<String, String> headers = new HashMap<>();
    new JsonObject(row.getString("headers"))
        .forEach(header -> headers.put(header.getKey(), String.valueOf(header.getValue())));
    return new OutboxMessage(
        row.getString("contract"),
        row.getString("key"),
        row.getString("message_id"),
        row.getBuffer("body"),
        headers);
  }

  static Outbox.Row row(Row row) {
    return new Outbox.Row(row.getLong("id"), row.getInteger("partition"), message(row));
  }

  static Outbox.Stop stop(Row row) {
    return new Outbox.Stop(
        new Outbox.Lane(row.getString("contract"), row.getInteger("partition")),
        row.getString("key"),
        row.getLong("row_id"),
        row.getInteger("attempts"),
        Duration.ofMillis(row.getDouble("due_in").longValue()),
        row.getString("cause"));
  }

  static Outbox.DeadLetter deadLetter(Row row) {
    return new Outbox.DeadLetter(
        row.getLong("id"), message(row), row.getInteger("attempts"), row.getString("cause"));
  }

  static Outbox.Lease lease(Row row) {
    return new Outbox.Lease(row.getInteger("partition"), row.getLong("epoch"));
  }

  /** Leases as two columns. */
  static Tuple leases(List<Outbox.Lease> leases) {
    return Tuple.tuple()
        .addValue(column(leases, Outbox.Lease::partition, Integer[]::new))
        .addValue(column(leases, Outbox.Lease::epoch, Long[]::new));
  }

  /** The parameters of the statement that settles. */
  static Tuple settling(List<Outbox.Lease> leases, List<Outbox.Change> changes) {
    List<Outbox.Sent> sent = of(changes, Outbox.Sent.class);
    List<Outbox.GivenUp> givenUp = of(changes, Outbox.GivenUp.class);
    List<Outbox.SetAside> aside = of(changes, Outbox.SetAside.class);
    List<Outbox.Stop> stops =
        of(changes, Outbox.Stopped.class).stream().map(Outbox.Stopped::stop).toList();
    List<Outbox.Resumed> resumed = of(changes, Outbox.Resumed.class);
    Tuple values = leases(leases);
    values.addValue(column(sent, Outbox.Sent::partition, Integer[]::new));
    values.addValue(column(sent, Outbox.Sent::row, Long[]::new));
    values.addValue(column(givenUp, Outbox.GivenUp::partition, Integer[]::new));
    values.addValue(column(givenUp, Outbox.GivenUp::row, Long[]::new));
    values.addValue(column(givenUp, Outbox.GivenUp::attempts, Integer[]::new));
    values.addValue(column(givenUp, Outbox.GivenUp::cause, String[]::new));
    values.addValue(column(aside, Outbox.SetAside::partition, Integer[]::new));
    values.addValue(column(aside, Outbox.SetAside::row, Long[]::new));
    values.addValue(column(stops, stop -> stop.lane().partition(), Integer[]::new));
    values.addValue(column(stops, stop -> stop.lane().contract(), String[]::new));
    values.addValue(column(stops, Outbox.Stop::key, String[]::new));
    values.addValue(column(stops, Outbox.Stop::row, Long[]::new));
    values.addValue(column(stops, Outbox.Stop::attempts, Integer[]::new));
    values.addValue(column(stops, stop -> stop.due().toMillis(), Long[]::new));
    values.addValue(column(stops, Outbox.Stop::cause, String[]::new));
    values.addValue(column(resumed, each -> each.lane().partition(), Integer[]::new));
    values.addValue(column(resumed, each -> each.lane().contract(), String[]::new));
    values.addValue(column(resumed, Outbox.Resumed::key, String[]::new));
    return values;
  }

  private static <C extends Outbox.Change> List<C> of(List<Outbox.Change> changes, Class<C> kind) {
    List<C> some = new ArrayList<>();
    for (Outbox.Change change : changes) {
      if (kind.isInstance(change)) {
        some.add(kind.cast(change));
      }
    }
    return some;
  }
}
