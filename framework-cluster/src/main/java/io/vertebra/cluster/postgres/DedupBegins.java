package io.vertebra.cluster.postgres;

import io.vertebra.idempotency.DedupStore;
import io.vertebra.idempotency.DedupStore.Begin;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/** Begins many messages with one statement. */
final class DedupBegins implements GroupCommit.Batching<DedupBegins.Ask, Begin> {
  /** Less than the 1,024 tokens that a statement has. */
  private static final int MAX_ITEMS = 512;

  private static final int TOKENS = 1_024;
  private static final Duration RETRY_AFTER = Duration.ofMillis(100);

  private final Sessions sessions;
  private final String sql;

  DedupBegins(Sessions sessions, String sql) {
    this.sessions = sessions;
    this.sql = sql;
  }

  /** One message. */
  record Ask(PostgresDedupStore.Id id, String fingerprint, long leaseMillis) {}

  @Override
  public int maxItems() {
    return MAX_ITEMS;
  }

  @Override
  public long maxBytes() {
    return Long.MAX_VALUE;
  }

  @Override
  public Object key(Ask ask) {
    return ask.id;
  }

  @Override
  public long bytes(Ask ask) {
    return 0;
  }

  @Override
  public Future<List<Begin>> execute(List<Ask> batch) {
    int size = batch.size();
    String[] consumers = new String[size];
    String[] keys = new String[size];
    String[] fingerprints = new String[size];
    Long[] leases = new Long[size];
    for (int i = 0; i < size; i++) {
      Ask ask = batch.get(i);
      consumers[i] = ask.id.consumer();
      keys[i] = ask.id.key();
      fingerprints[i] = ask.fingerprint;
      leases[i] = ask.leaseMillis;
    }
    Tuple values = Tuple.tuple()
        .addArrayOfString(consumers)
        .addArrayOfString(keys)
        .addArrayOfString(fingerprints)
        .addArrayOfLong(leases);
    return sessions.query(sql, values).map(rows -> answers(batch, rows));
  }

  private static List<Begin> answers(List<Ask> batch, RowSet<Row> rows) {
    Begin[] answers = new Begin[batch.size()];
    for (Row row : rows) {
      Long token = row.getLong(0);
      if (token != null) {
        int at = Math.toIntExact(token % TOKENS) - 1;
        answers[at] = new DedupStore.First(new PostgresDedupStore.Held(batch.get(at).id, token));
      } else {
        int at = row.getInteger(1) - 1;
        answers[at] = present(batch.get(at), row);
      }
    }
    for (int i = 0; i < answers.length; i++) {
      if (answers[i] == null) {
        answers[i] = running();
      }
    }
    return Arrays.asList(answers);
  }

  private static Begin present(Ask ask, Row row) {
    Buffer reply = row.getBuffer(3);
    if (!ask.fingerprint.equals(row.getString(2))) {
      return new DedupStore.Conflict();
    }
    return reply == null ? running() : new DedupStore.Duplicate(reply);
  }

  /** Also when the statement could neither take the entry nor see it: then somebody took it just now. */
  private static Begin running() {
    return new DedupStore.Running(RETRY_AFTER, null);
  }
}
