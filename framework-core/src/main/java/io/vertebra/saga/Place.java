package io.vertebra.saga;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where an instance is: as it is written, or as a turn is about to leave it. */
interface Place {
  SagaStatus status();

  StepState stepState(int step);

  /** What was sent or is to be sent and is still needed, and what is waited for. */
  List<Pending> commands();

  /** By the owner's clock, in milliseconds. */
  long deadlineAt();

  /** Whether a command still waits for an answer, or for its next attempt. */
  default boolean isOpen(Pending command) {
    StepState of = stepState(command.step());
    return command.answer() == null && (of == StepState.PENDING || of == StepState.UNDOING);
  }

  default boolean hasOpenCommand() {
    for (Pending command : commands()) {
      if (isOpen(command)) {
        return true;
      }
    }
    return false;
  }

  /** Whether a step's compensation has been its turn. */
  default boolean isUndo(int step) {
    StepState state = stepState(step);
    return state == StepState.UNDOING || state == StepState.UNDONE || state == StepState.STUCK;
  }

  default @Nullable Pending find(String messageId) {
    for (Pending command : commands()) {
      if (command.messageId().equals(messageId)) {
        return command;
      }
    }
    return null;
  }

  default @Nullable Pending findFor(int step) {
    for (Pending command : commands()) {
      if (command.step() == step) {
        return command;
      }
    }
    return null;
  }
}
