package io.vertebra.saga;

import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One instance in memory. Immutable: each change is a new object, dropped if it is not written. */
record Instance<S>(
    String id,
    String key,
    long version,
    SagaStatus status,
    String steps,
    S state,
    Buffer encoded,
    List<Pending> commands,
    long deadlineAt) {

  StepState stepState(int step) {
    return StepState.of(steps.charAt(step));
  }

  Instance<S> withStep(int step, StepState newState) {
    StringBuilder letters = new StringBuilder(steps);
    letters.setCharAt(step, newState.letter());
    return new Instance<>(
        id, key, version, status, letters.toString(), state, encoded, commands, deadlineAt);
  }

  Instance<S> withState(S newState, Buffer newEncoded) {
    return new Instance<>(
        id, key, version, status, steps, newState, newEncoded, commands, deadlineAt);
  }

  Instance<S> withStatus(SagaStatus newStatus) {
    return new Instance<>(id, key, version, newStatus, steps, state, encoded, commands, deadlineAt);
  }

  Instance<S> withCommands(List<Pending> newCommands) {
    return new Instance<>(
        id, key, version, status, steps, state, encoded, List.copyOf(newCommands), deadlineAt);
  }

  Instance<S> withVersion(long newVersion) {
    return new Instance<>(id, key, newVersion, status, steps, state, encoded, commands, deadlineAt);
  }

  Instance<S> replace(Pending old, Pending changed) {
    List<Pending> all = new ArrayList<>(commands);
    all.set(all.indexOf(old), changed);
    return withCommands(all);
  }

  @Nullable
  Pending find(String messageId) {
    for (Pending command : commands) {
      if (command.messageId.equals(messageId)) {
        return command;
      }
    }
    return null;
  }

  /** Whether the command still waits for an answer, or for its next attempt. */
  boolean isOpen(Pending command) {
    StepState of = stepState(command.step);
    return command.answer == null && (of == StepState.PENDING || of == StepState.UNDOING);
  }

  boolean hasOpenCommand() {
    for (Pending command : commands) {
      if (isOpen(command)) {
        return true;
      }
    }
    return false;
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
        0,
        SagaLog.Signals.NONE);
  }

  /**
   * A command of the current stage.
   *
   * @param mayHaveRun whether an earlier attempt may have reached its handler
   * @param retryAt when the next attempt is due; 0 while one is in flight
   * @param answer the reply, or the declared failure; null while there is none
   * @param stored the same as the log keeps it, while it waits for the group's others
   */
  record Pending(
      int step,
      String messageId,
      Buffer body,
      int attempt,
      boolean mayHaveRun,
      long retryAt,
      @Nullable Object answer,
      SagaLog.@Nullable Answer stored) {

    static Pending first(int step, String messageId, Buffer body) {
      return new Pending(step, messageId, body, 1, false, 0, null, null);
    }

    Pending answered(@Nullable Object newAnswer, SagaLog.@Nullable Answer newStored) {
      return new Pending(step, messageId, body, attempt, true, 0, newAnswer, newStored);
    }

    Pending failed(boolean hasRun) {
      return new Pending(step, messageId, body, attempt, mayHaveRun || hasRun, 0, null, null);
    }

    Pending retryAt(long when) {
      return new Pending(step, messageId, body, attempt + 1, mayHaveRun, when, null, null);
    }

    Pending sentAgain() {
      return new Pending(step, messageId, body, attempt, mayHaveRun, 0, null, null);
    }

    SagaLog.Command toRow() {
      return new SagaLog.Command(step, messageId, body, attempt, stored);
    }
  }
}
