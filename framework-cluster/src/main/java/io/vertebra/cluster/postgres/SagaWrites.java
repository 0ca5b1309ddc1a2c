package io.vertebra.cluster.postgres;

import io.vertebra.saga.SagaLog.Result;
import io.vertebra.saga.SagaLog.Row;
import io.vertebra.saga.SagaLog.Transition;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.HashSet;
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
        .query(sql, values(batch))
        .map(rows -> results(batch, rows.iterator().next()));
  }

  private static Tuple values(List<Transition> batch) {
    int size = batch.size();
    Integer[] partitions = new Integer[size];
    Long[] epochs = new Long[size];
    String[] sagas = new String[size];
    String[] keys = new String[size];
    String[] ids = new String[size];
    Long[] versions = new Long[size];
    String[] definitions = new String[size];
    String[] statuses = new String[size];
    String[] steps = new String[size];
    Buffer[] states = new Buffer[size];
    Buffer[] commands = new Buffer[size];
    Long[] dues = new Long[size];
    Long[] deadlines = new Long[size];
    Integer[] eventCounts = new Integer[size];
    Long[] signalCounts = new Long[size];
    String[] events = new String[size];
    Set<Integer> fenced = new HashSet<>();
    List<String> consumedBy = new ArrayList<>();
    List<String> consumed = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      Transition transition = batch.get(i);
      Row row = transition.row();
      partitions[i] = row.partition();
      epochs[i] = transition.epoch();
      sagas[i] = row.saga();
      keys[i] = row.key();
      ids[i] = row.id();
      versions[i] = row.version();
      definitions[i] = row.definition();
      statuses[i] = row.status().name();
      steps[i] = row.steps();
      states[i] = row.state();
      commands[i] = CommandCodec.encode(row.commands());
      dues[i] = row.due() == null ? null : row.due().toMillis();
      deadlines[i] = row.deadline().toMillis();
      eventCounts[i] = row.events();
      signalCounts[i] = row.signals().count();
      events[i] = transition.events().isEmpty() ? null : EventCodec.encode(transition.events());
      if (transition.epoch() != io.vertebra.saga.SagaLog.UNOWNED) {
        fenced.add(row.partition());
      }
      for (String signal : transition.consumed()) {
        consumedBy.add(row.id());
        consumed.add(signal);
      }
    }
    return Tuple.tuple()
        .addArrayOfInteger(fenced.toArray(Integer[]::new))
        .addArrayOfInteger(partitions)
        .addArrayOfLong(epochs)
        .addArrayOfString(sagas)
        .addArrayOfString(keys)
        .addArrayOfString(ids)
        .addArrayOfLong(versions)
        .addArrayOfString(definitions)
        .addArrayOfString(statuses)
        .addArrayOfString(steps)
        .addArrayOfBuffer(states)
        .addArrayOfBuffer(commands)
        .addArrayOfLong(dues)
        .addArrayOfLong(deadlines)
        .addArrayOfInteger(eventCounts)
        .addArrayOfLong(signalCounts)
        .addArrayOfString(events)
        .addArrayOfString(consumedBy.toArray(String[]::new))
        .addArrayOfString(consumed.toArray(String[]::new))
        .addInteger(size);
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
