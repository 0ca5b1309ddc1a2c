package io.vertebra.saga;

import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One instance in memory, as it was last written. Immutable: each change is a new object, dropped if
 * it is not written.
 *
 * @param events how many its history has
 * @param signals those that are known here
 * @param heard answers that were taken in, to tell others from duplicates; the log does not keep it
 */
record Instance<S>(
    String id,
    String key,
    long version,
    SagaStatus status,
    String steps,
    S state,
    Buffer encoded,
    List<Pending> commands,
    long deadlineAt,
    int events,
    SagaLog.Signals signals,
    Heard heard)
    implements Place {

  Instance {
    commands = List.copyOf(commands);
  }

  @Override
  public StepState stepState(int step) {
    return StepState.of(steps.charAt(step));
  }

  Instance<S> expecting(List<Pending> newCommands) {
    return new Instance<>(
        id,
        key,
        version,
        status,
        steps,
        state,
        encoded,
        newCommands,
        deadlineAt,
        events,
        signals,
        heard);
  }

  /** The same, with its version counted up. */
  Instance<S> touched() {
    return new Instance<>(
        id,
        key,
        version + 1,
        status,
        steps,
        state,
        encoded,
        commands,
        deadlineAt,
        events,
        signals,
        heard);
  }

  /** The row to write, {@code now} being the owner's clock in milliseconds. */
  SagaLog.Row toRow(Saga<S> saga, @Nullable Duration due, long now) {
    List<SagaLog.Command> rows = new ArrayList<>(commands.size());
    commands.forEach(command -> rows.add(command.toRow()));
    Duration left = Duration.ofMillis(deadlineAt - now);
    return new SagaLog.Row(
        id,
        saga.name(),
        key,
        version,
        saga.hash(),
        status,
        steps,
        encoded,
        rows,
        due,
        left,
        events,
        signals);
  }
}
