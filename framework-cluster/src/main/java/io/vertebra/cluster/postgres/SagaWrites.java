package io.vertebra.cluster.postgres;

import io.vertebra.saga.SagaLog.Result;
import io.vertebra.saga.SagaLog.Row;
import io.vertebra.saga.SagaLog.Transition;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Writes transitions of different instances with one statement, which checks the epochs itself. */
final class SagaWrites implements GroupCommit.Batching<Transition, Result> {
  private static final int MAX_ITEMS = 512;
  private static final long MAX_BYTES = 8L << 20;

  private final Sessions sessions;
  private final String sql;

  SagaWrites(Sessions sessions, String sql) {
    this.sessions = sessions;
    this.sql = sql;
  }

  /** What there may be only one transition of in a batch. */
  record InstanceKey(String saga, String key) {
    static InstanceKey of(Transition transition) {
      return new InstanceKey(transition.row().saga(), transition.row().key());
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
  public Object key(Transition transition) {
    return InstanceKey.of(transition);
  }

  @Override
  public long bytes(Transition transition) {
    Row row = transition.row();
    long bytes = row.state().length();
    for (var command : row.commands()) {
      bytes += command.body().length();
      bytes += command.answer() == null ? 0 : command.answer().body().length();
    }
    return bytes;
  }

  @Override
  public Future<List<Result>> execute(List<Transition> batch) {
    return sessions
        .query(sql, SagaColumns.of(batch))
        .map(rows -> results(batch, rows.iterator().next()));
  }

  /** The statement answers ids only if something was not written. */
  private static List<Result> results(List<Transition> batch, io.vertx.sqlclient.Row answer) {
    List<Result> results = new ArrayList<>(batch.size());
    Set<String> written = ids(answer, "written");
    Set<String> allowed = ids(answer, "allowed");
    boolean all = answer.getInteger("count") == batch.size();
    for (Transition transition : batch) {
      String id = transition.row().id();
      if (all || written.contains(id)) {
        results.add(Result.WRITTEN);
      } else {
        results.add(allowed.contains(id) ? Result.VERSION_CONFLICT : Result.FENCED);
      }
    }
    return results;
  }

  private static Set<String> ids(io.vertx.sqlclient.Row answer, String column) {
    String[] ids = answer.getArrayOfStrings(column);
    return ids == null ? Set.of() : Set.of(ids);
  }
}
