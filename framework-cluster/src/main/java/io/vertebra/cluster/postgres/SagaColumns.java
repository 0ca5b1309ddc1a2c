package io.vertebra.cluster.postgres;

import io.vertebra.saga.SagaLog;
import io.vertebra.saga.SagaLog.Row;
import io.vertebra.saga.SagaLog.Transition;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A batch of transitions as the parameters of its statement: an array for each column. */
final class SagaColumns {
  private final Integer[] partitions;
  private final Long[] epochs;
  private final String[] sagas;
  private final String[] keys;
  private final String[] ids;
  private final Long[] versions;
  private final String[] definitions;
  private final String[] statuses;
  private final String[] steps;
  private final Buffer[] states;
  private final Buffer[] commands;
  private final @Nullable Long[] dues;
  private final Long[] deadlines;
  private final Integer[] eventCounts;
  private final Long[] signalCounts;
  private final @Nullable String[] histories;
  private final Set<Integer> fenced = new HashSet<>();
  private final List<String> consumers = new ArrayList<>();
  private final List<String> consumed = new ArrayList<>();

  private SagaColumns(int size) {
    partitions = new Integer[size];
    epochs = new Long[size];
    sagas = new String[size];
    keys = new String[size];
    ids = new String[size];
    versions = new Long[size];
    definitions = new String[size];
    statuses = new String[size];
    steps = new String[size];
    states = new Buffer[size];
    commands = new Buffer[size];
    dues = new Long[size];
    deadlines = new Long[size];
    eventCounts = new Integer[size];
    signalCounts = new Long[size];
    histories = new String[size];
  }

  static Tuple of(List<Transition> batch) {
    SagaColumns columns = new SagaColumns(batch.size());
    for (int i = 0; i < batch.size(); i++) {
      columns.set(i, batch.get(i));
      columns.setRow(i, batch.get(i).row());
    }
    return columns.toTuple();
  }

  private void set(int i, Transition transition) {
    epochs[i] = transition.epoch();
    histories[i] = transition.events().isEmpty() ? null : EventCodec.encode(transition.events());
    if (transition.epoch() != SagaLog.UNOWNED) {
      fenced.add(transition.row().partition());
    }
    for (String signal : transition.consumed()) {
      consumers.add(transition.row().id());
      consumed.add(signal);
    }
  }

  private void setRow(int i, Row row) {
    partitions[i] = row.partition();
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
  }

  private Tuple toTuple() {
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
        .addArrayOfString(histories)
        .addArrayOfString(consumers.toArray(String[]::new))
        .addArrayOfString(consumed.toArray(String[]::new))
        .addInteger(ids.length);
  }
}
