package io.vertebra.saga;

import org.jspecify.annotations.Nullable;

/**
 * What an answer, or the want of one, does to an instance. Each method tells whether anything changed.
 *
 * <p>The rule for answers: a command is answered once, by the first reply or declared failure that
 * carries its message id, of whichever attempt. An equal one is a duplicate and ignored; another one
 * is told as a conflict and changes nothing. An answer to a step that was given up is told as late; if
 * it says that the step is done, the step is compensated with the others. A technical failure counts
 * only for the attempt that is in flight.
 */
final class Answers<S> {
  private final Draft<S> at;
  private final Stages<S> stages;
  private final SagaMachine<S> machine;

  Answers(Draft<S> at, Stages<S> stages) {
    this.at = at;
    this.stages = stages;
    this.machine = at.machine;
  }

  /** A reply, or a declared failure, is in. */
  boolean answered(String messageId, Object answer, boolean refused) {
    Pending command = at.find(messageId);
    if (command == null || !at.isOpen(command)) {
      return again(messageId, command, answer, refused);
    }
    boolean undo = at.isUndo(command.step());
    SagaLog.Answer stored = null;
    if (at.commands().size() > 1 || (undo && refused)) {
      try {
        stored = store(command, answer, refused);
      } catch (RuntimeException e) {
        String detail = e.getClass().getName();
        return failed(new Input.Failed(messageId, command.attempt(), detail, true, true));
      }
    }
    at.hear(command.step(), undo, answer);
    note(command, undo, answer, refused);
    if (undo) {
      at.replace(command, command.answered(refused ? answer : null, stored));
      at.step(command.step(), refused ? StepState.STUCK : StepState.UNDONE);
    } else {
      at.replace(command, command.answered(answer, stored));
      at.step(command.step(), refused ? StepState.REFUSED : StepState.DONE);
    }
    stages.settled();
    return true;
  }

  private void note(Pending command, boolean undo, Object answer, boolean refused) {
    SagaEvent.Kind kind =
        refused ? SagaEvent.Kind.REFUSED : undo ? SagaEvent.Kind.UNDONE : SagaEvent.Kind.REPLIED;
    String detail = refused ? answer.getClass().getSimpleName() : "";
    at.note(kind, at.nameOf(command), command.attempt(), detail);
  }

  /** An answer that waits for others, or for an operator, has to be in the row. */
  private SagaLog.Answer store(Pending command, Object answer, boolean refused) {
    StepDefinition.Action<S> action = machine.actionOf(at, command);
    SagaLog.Answer stored = new SagaLog.Answer(
        refused,
        refused && action instanceof StepDefinition.Command<S> of
            ? machine.codec().encodeFailure(of.contract(), (Record) answer)
            : action.encodeAnswer(machine.codec(), answer));
    machine.check("an answer", stored.body());
    return stored;
  }

  /** The event that an open wait waits for is in. */
  void received(Pending wait, Object event, SagaLog.Answer stored, String detail) {
    at.note(SagaEvent.Kind.RECEIVED, at.nameOf(wait), 1, detail);
    at.replace(wait, wait.answered(event, stored));
    at.step(wait.step(), StepState.DONE);
    stages.settled();
  }

  /** An answer to a command that waits for none, or not any more. */
  private boolean again(
      String messageId, @Nullable Pending command, Object answer, boolean refused) {
    StepDefinition<S> step = machine.stepOf(at.id(), messageId);
    if (step == null) {
      return false;
    }
    boolean undo = CommandId.isCompensation(messageId);
    int index = step.index();
    Heard heard = at.heard();
    if (heard.isSame(index, undo, answer)) {
      return false;
    } else if (heard.isAny(index, undo)) {
      String detail = answer.getClass().getSimpleName() + " came after another answer";
      at.remark(SagaEvent.Kind.CONFLICT, step.name(), 0, detail);
      at.hear(index, undo, answer);
      return true;
    } else if (undo) {
      return command != null && lateUndo(step, command, answer, refused);
    }
    return late(step, answer, refused);
  }

  private boolean late(StepDefinition<S> step, Object answer, boolean refused) {
    StepState state = at.stepState(step.index());
    if (state == StepState.DONE || state == StepState.REFUSED || state == StepState.WAITING) {
      return false;
    }
    at.remark(SagaEvent.Kind.LATE, step.name(), 0, answer.getClass().getSimpleName());
    at.hear(step.index(), false, answer);
    if (state == StepState.NOT_RUN && !refused && step.compensation() != null) {
      at.step(step.index(), StepState.UNKNOWN);
    }
    return true;
  }

  /** A compensation that was given up is answered after all, while others are still open. */
  private boolean lateUndo(
      StepDefinition<S> step, Pending command, Object answer, boolean refused) {
    if (at.stepState(step.index()) != StepState.STUCK || refused) {
      return false;
    }
    at.hear(step.index(), true, answer);
    at.note(SagaEvent.Kind.UNDONE, step.name(), command.attempt(), "late");
    at.step(step.index(), StepState.UNDONE);
    stages.settled();
    return true;
  }

  /** An attempt ended without an answer. */
  boolean failed(Input.Failed input) {
    Pending command = at.find(input.messageId());
    if (command == null
        || !at.isOpen(command)
        || command.attempt() != input.attempt()
        || command.retryAt() > 0) {
      return false;
    }
    Pending tried = command.failed(input.mayHaveRun());
    at.replace(command, tried);
    Retry retry = machine.commandOf(at, tried).retry();
    boolean again = input.again() && tried.attempt() < retry.maxAttempts() && !stages.isLost();
    if (again && !hasNoRoom()) {
      at.note(SagaEvent.Kind.RETRYING, at.nameOf(tried), tried.attempt(), input.detail());
      long wait = Math.max(1, retry.delayMillis(tried.attempt(), machine.random()));
      at.replace(tried, tried.retryAt(at.now + wait));
      return true;
    }
    stages.giveUp(tried, again ? "the history has no room for more attempts" : input.detail());
    stages.settled();
    return true;
  }

  private boolean hasNoRoom() {
    return machine.hasDeadline(at) ? at.isHistoryFull() : at.isHistoryOverfull();
  }

  /** Time has passed: sends again what is due, and gives up what waited too long. */
  boolean woken() {
    if (stages.isLost()) {
      boolean any = stages.giveUpWaiting();
      if (any) {
        stages.settled();
      }
      return any;
    }
    boolean gaveUp = false;
    for (Pending command : at.commands()) {
      if (command.retryAt() > 0 && command.retryAt() <= at.now && at.isOpen(command)) {
        if (machine.awaitOf(at, command) != null) {
          stages.giveUp(command, "no event in time");
          gaveUp = true;
        } else {
          Pending again = command.sentAgain();
          at.replace(command, again);
          at.send(again);
        }
      }
    }
    if (gaveUp) {
      stages.settled();
    }
    return gaveUp;
  }
}
