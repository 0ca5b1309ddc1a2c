package io.vertebra.cluster.postgres;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Tuple;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Completes, extends and releases many entries with one statement, if they are still their token's. */
final class DedupSettlings implements GroupCommit.Batching<DedupSettlings.Ask, Boolean> {
  private static final int MAX_ITEMS = 512;
  private static final long MAX_BYTES = 8L << 20;

  private final Sessions sessions;
  private final String sql;

  DedupSettlings(Sessions sessions, String sql) {
    this.sessions = sessions;
    this.sql = sql;
  }

  /**
   * One entry.
   *
   * @param held it, and the proof that it may be settled
   * @param reply to complete it with, or null
   * @param millis how long it is valid from now; null to release it
   */
  record Ask(
      PostgresDedupStore.Held held,
      @Nullable Buffer reply,
      @Nullable Long millis) {
    PostgresDedupStore.Id id() {
      return held.id();
    }
  }

  @Override
  public int maxItems() {
    return MAX_ITEMS;
  }

  @Override
  public long maxBytes() {
    return MAX_BYTES;
  }

  @Override
  public Object key(Ask ask) {
    return ask.id();
  }

  @Override
  public long bytes(Ask ask) {
    return ask.reply == null ? 0 : ask.reply.length();
  }

  @Override
  public Future<List<Boolean>> execute(List<Ask> batch) {
    int size = batch.size();
    String[] consumers = new String[size];
    String[] keys = new String[size];
    Long[] tokens = new Long[size];
    Buffer[] replies = new Buffer[size];
    Long[] millis = new Long[size];
    for (int i = 0; i < size; i++) {
      Ask ask = batch.get(i);
      consumers[i] = ask.id().consumer();
      keys[i] = ask.id().key();
      tokens[i] = ask.held.number();
      replies[i] = ask.reply;
      millis[i] = ask.millis;
    }
    Tuple values = Tuple.tuple()
        .addArrayOfString(consumers)
        .addArrayOfString(keys)
        .addArrayOfLong(tokens)
        .addArrayOfBuffer(replies)
        .addArrayOfLong(millis);
    return sessions
        .query(sql, values)
        .map(rows -> settled(size, rows.iterator().next().getArrayOfIntegers(0)));
  }

  private static List<Boolean> settled(int size, Integer @Nullable [] places) {
    Boolean[] settled = new Boolean[size];
    Arrays.fill(settled, false);
    if (places != null) {
      for (int place : places) {
        settled[place - 1] = true;
      }
    }
    return Arrays.asList(settled);
  }
}
