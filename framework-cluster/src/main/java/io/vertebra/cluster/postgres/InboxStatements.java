package io.vertebra.cluster.postgres;

import io.vertebra.idempotency.IdempotencyKey;
import io.vertebra.outbox.OutboxMessage;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The statements of one connection on inbox, fence and outbox. */
final class InboxStatements {
  private final UnitSql sql;
  private final SqlClient connection;

  InboxStatements(UnitSql sql, SqlClient connection) {
    this.sql = sql;
    this.connection = connection;
  }

  /** What is stored under a key. */
  record Stored(String fingerprint, Buffer reply) {}

  /** Enters new keys; completes with those that were not there. */
  Future<Set<String>> begin(String consumer, List<IdempotencyKey> keys) {
    return execute(
            "begin",
            consumer,
            strings(keys, IdempotencyKey::key),
            strings(keys, IdempotencyKey::fingerprint))
        .map(InboxStatements::firstColumn);
  }

  /** What is committed under these keys. */
  Future<Map<String, Stored>> look(String consumer, List<IdempotencyKey> keys) {
    return execute("look", consumer, strings(keys, IdempotencyKey::key)).map(rows -> {
      Map<String, Stored> found = new HashMap<>();
      for (Row row : rows) {
        Buffer reply = row.getBuffer("reply");
        if (reply != null) {
          found.put(row.getString("key"), new Stored(row.getString("fingerprint"), reply));
        }
      }
      return found;
    });
  }

  /** Enters actions into the fence; completes with those whose compensation is there already. */
  Future<Set<String>> act(List<String> actions) {
    return execute("act", (Object) actions.toArray(String[]::new)).map(rows -> {
      Set<String> compensated = new HashSet<>();
      for (Row row : rows) {
        if (row.getBoolean("compensated")) {
          compensated.add(row.getString("message_id"));
        }
      }
      return compensated;
    });
  }

  /** Enters the compensation of an action into the fence; completes with whether the action ran. */
  Future<Boolean> undo(String action) {
    return execute("undo", action).map(rows -> rows.iterator().next().getBoolean("ran"));
  }

  /** Takes back that these actions have done anything. */
  Future<Void> didNothing(List<String> actions) {
    return execute("did_nothing", (Object) actions.toArray(String[]::new)).mapEmpty();
  }

  /** Stores the answers under keys that this transaction has entered. */
  Future<Void> answer(String consumer, List<IdempotencyKey> keys, List<Buffer> replies) {
    return execute(
            "answer", consumer, strings(keys, IdempotencyKey::key), replies.toArray(Buffer[]::new))
        .mapEmpty();
  }

  /** Writes messages to the outbox. */
  Future<Void> append(List<OutboxMessage> messages) {
    return connection
        .preparedQuery(sql.get("append"))
        .execute(Tuple.wrap(OutboxRows.columns(messages)))
        .mapEmpty();
  }

  /**
   * Stores answers, and for those that are the first under their key the messages of the same index,
   * in one transaction of its own. Completes with the keys that were not there.
   */
  Future<Set<String>> record(
      String consumer,
      List<IdempotencyKey> keys,
      List<Buffer> replies,
      List<List<OutboxMessage>> messages) {
    List<OutboxMessage> flat = messages.stream().flatMap(List::stream).toList();
    String[] causes = new String[flat.size()];
    int next = 0;
    for (int i = 0; i < keys.size(); i++) {
      for (int n = 0; n < messages.get(i).size(); n++) {
        causes[next++] = keys.get(i).key();
      }
    }
    Tuple values = Tuple.of(
        consumer,
        strings(keys, IdempotencyKey::key),
        strings(keys, IdempotencyKey::fingerprint),
        replies.toArray(Buffer[]::new));
    OutboxRows.columns(flat).forEach(values::addValue);
    values.addValue(causes);
    return connection
        .preparedQuery(sql.get("record"))
        .execute(values)
        .map(InboxStatements::firstColumn);
  }

  private Future<RowSet<Row>> execute(String name, @Nullable Object... values) {
    return connection.preparedQuery(sql.get(name)).execute(Tuple.from(values));
  }

  private static Set<String> firstColumn(RowSet<Row> rows) {
    Set<String> all = new HashSet<>();
    rows.forEach(row -> all.add(row.getString(0)));
    return all;
  }

  private static <A> String[] strings(List<A> all, Function<A, String> part) {
    return OutboxRows.column(all, part, String[]::new);
  }
}
