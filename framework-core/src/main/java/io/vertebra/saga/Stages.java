package io.vertebra.saga;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** How an instance goes from stage to stage: forward, and back again. */
final class Stages<S> {
  private final Draft<S> at;
  private final SagaMachine<S> machine;
  private final Saga<S> saga;

  Stages(Draft<S> at) {
    this.at = at;
    this.machine = at.machine;
    this.saga = at.saga;
  }

  /** Goes on after an answer, or the end of waiting for one, if nothing else is waited for. */
  void settled() {
    if (isLost()) {
      giveUpWaiting();
    }
    if (at.hasOpenCommand()) {
      return;
    }
    if (at.status() == SagaStatus.COMPENSATING) {
      undone();
    } else {
      join(saga.stageOf(at.commands().get(0).step()));
    }
  }

  /** Whether more attempts of forward steps are pointless: compensation follows in any case. */
  boolean isLost() {
    if (!machine.hasDeadline(at)) {
      return false;
    }
    if (at.now >= at.deadlineAt() || at.isCancelled()) {
      return true;
    }
    int stage = saga.stageOf(at.commands().get(0).step());
    for (StepDefinition<S> step : saga.stages().get(stage).steps()) {
      if (isFailure(step)) {
        return true;
      }
    }
    return false;
  }

  private boolean isFailure(StepDefinition<S> step) {
    StepState state = at.stepState(step.index());
    return switch (state) {
      case REFUSED -> !isHandledAfterPivot(step);
      case UNKNOWN, NOT_RUN -> !canGoOnWithout(step);
      default -> false;
    };
  }

  /** After the pivot a declared failure that the definition handles is an answer like another. */
  private boolean isHandledAfterPivot(StepDefinition<S> step) {
    Pending command = at.findFor(step.index());
    Object answer = command == null ? null : command.answer();
    return step.kind() == StepDefinition.Kind.RETRIABLE
        && answer != null
        && step.onFailure().containsKey(answer.getClass());
  }

  private boolean canGoOnWithout(StepDefinition<S> step) {
    return step.action() instanceof StepDefinition.Await<S> await && await.onTimeout() != null;
  }

  /** Waits no longer for an answer: says what that makes of the step. */
  void giveUp(Pending command, String detail) {
    at.note(SagaEvent.Kind.GAVE_UP, at.nameOf(command), command.attempt(), detail);
    boolean undoable = saga.steps().get(command.step()).compensation() != null;
    boolean unknown = machine.awaitOf(at, command) == null ? command.mayHaveRun() : undoable;
    StepState end = at.status() == SagaStatus.COMPENSATING
        ? StepState.STUCK
        : unknown ? StepState.UNKNOWN : StepState.NOT_RUN;
    at.step(command.step(), end);
  }

  /** Gives up all that is not in flight. */
  boolean giveUpWaiting() {
    boolean any = false;
    String why = at.now >= at.deadlineAt()
        ? "deadline"
        : at.isCancelled() ? "cancelled" : "another step failed";
    for (Pending command : at.commands()) {
      if (command.retryAt() > 0 && at.isOpen(command)) {
        giveUp(command, why);
        any = true;
      }
    }
    return any;
  }

  /** Takes the stage's answers into the state, in the order of declaration. */
  private void join(int number) {
    Saga.Stage<S> stage = saga.stages().get(number);
    String culprit = null;
    for (StepDefinition<S> step : stage.steps()) {
      if (at.stepState(step.index()) != StepState.SKIPPED && (!fold(step) || isFailure(step))) {
        culprit = step.name();
      }
    }
    if (at.isCancelled() && stage.kind() == StepDefinition.Kind.COMPENSABLE) {
      cancel();
      backward(number);
    } else if (culprit == null) {
      at.expect(List.of());
      forward(number + 1);
    } else if (canGoBack(stage)) {
      at.expect(List.of());
      backward(number);
    } else {
      stuck(culprit);
    }
  }

  private void cancel() {
    for (SagaLog.Signal signal : at.waiting()) {
      if (signal.kind() == SagaLog.SignalKind.CANCEL) {
        at.note(SagaEvent.Kind.CANCELLED, "", 0, Signalled.reason(signal));
        at.consume(signal);
      }
    }
    at.expect(List.of());
  }

  private boolean canGoBack(Saga.Stage<S> stage) {
    return switch (stage.kind()) {
      case COMPENSABLE -> true;
      case PIVOT -> at.stepState(stage.steps().get(0).index()) == StepState.REFUSED;
      case RETRIABLE -> false;
    };
  }

  /** Answers false if the definition's function threw; then the state is as before. */
  private boolean fold(StepDefinition<S> step) {
    Pending command = at.findFor(step.index());
    Object answer = command == null ? null : command.answer();
    try {
      if (command != null && answer != null) {
        boolean refused = at.stepState(step.index()) == StepState.REFUSED;
        BiFunction<S, Object, S> function =
            refused ? step.onFailure().get(answer.getClass()) : step.onReply();
        if (function != null) {
          at.changeState(function.apply(at.state(), answer));
        }
      } else if (step.action() instanceof StepDefinition.Await<S> await
          && await.onTimeout() != null) {
        at.changeState(await.onTimeout().apply(at.state()));
      }
      return true;
    } catch (RuntimeException e) {
      at.threw(step, command == null ? 0 : command.attempt(), e);
      return false;
    }
  }

  /** Begins the first stage from {@code stage} on that has anything to do. */
  void forward(int stage) {
    for (int next = stage; next < saga.stages().size(); next++) {
      Saga.Stage<S> candidate = saga.stages().get(next);
      boolean bound = candidate.kind() != StepDefinition.Kind.RETRIABLE;
      if (bound && isOver()) {
        backward(next - 1);
        return;
      }
      StepDefinition<S> culprit = begin(candidate);
      if (culprit != null && bound) {
        backward(next - 1);
        return;
      } else if (culprit != null) {
        stuck(culprit.name());
        return;
      } else if (!at.commands().isEmpty()) {
        return;
      }
    }
    end(SagaStatus.COMPLETED, SagaEvent.Kind.COMPLETED);
  }

  /** Whether there is no time, or no room, for another step forward; says so. */
  private boolean isOver() {
    if (at.now >= at.deadlineAt()) {
      at.note(SagaEvent.Kind.DEADLINE_PASSED, "", 0, "");
      return true;
    } else if (at.isHistoryFull()) {
      at.note(SagaEvent.Kind.LIMIT_REACHED, "", 0, "the history has no room for another step");
      return true;
    }
    return false;
  }

  /** Writes the commands of a stage; answers the step whose functions threw, then nothing has changed. */
  private @Nullable StepDefinition<S> begin(Saga.Stage<S> stage) {
    int told = at.told();
    List<Pending> commands = new ArrayList<>(stage.steps().size());
    for (StepDefinition<S> step : stage.steps()) {
      try {
        if (step.when() != null && !step.when().test(at.state())) {
          at.step(step.index(), StepState.SKIPPED);
          at.note(SagaEvent.Kind.SKIPPED, step.name(), 0, "");
        } else {
          commands.add(pending(step));
          at.step(step.index(), StepState.PENDING);
        }
      } catch (RuntimeException e) {
        at.untell(told);
        at.threw(step, 0, e);
        stage.steps().forEach(one -> at.step(one.index(), StepState.WAITING));
        return step;
      }
    }
    at.expect(commands);
    at.sendAll(commands);
    return null;
  }

  /** What a step begins with; throws what the definition's function throws. */
  Pending pending(StepDefinition<S> step) {
    String id = machine.messageId(at.id(), step, false);
    if (step.action() instanceof StepDefinition.Await<S> await) {
      long end = at.now + await.timeout().toMillis();
      return Pending.waiting(step.index(), id, end, at.deadlineAt());
    }
    return Pending.first(step.index(), id, at.encode((StepDefinition.Command<S>) step.action()));
  }

  /** Undoes the last stage up to {@code stage} that has anything to undo. */
  void backward(int stage) {
    at.become(SagaStatus.COMPENSATING);
    for (int next = stage; next >= 0; next--) {
      List<Pending> commands = new ArrayList<>(1);
      for (StepDefinition<S> step : saga.stages().get(next).undoable().toList()) {
        StepState state = at.stepState(step.index());
        if (state != StepState.DONE && state != StepState.UNKNOWN) {
          continue;
        }
        Pending undo = undo(step);
        if (undo == null) {
          at.step(step.index(), StepState.STUCK);
          stuck(step.name());
          return;
        }
        commands.add(undo);
      }
      if (!commands.isEmpty()) {
        commands.forEach(command -> at.step(command.step(), StepState.UNDOING));
        at.expect(commands);
        at.sendAll(commands);
        return;
      }
    }
    end(SagaStatus.COMPENSATED, SagaEvent.Kind.COMPENSATED);
  }

  /** The compensation of a step; null if the definition's function threw. */
  @Nullable
  Pending undo(StepDefinition<S> step) {
    StepDefinition.Command<S> compensation = step.compensation();
    if (compensation == null) {
      return null;
    }
    try {
      String id = machine.messageId(at.id(), step, true);
      return Pending.first(step.index(), id, at.encode(compensation));
    } catch (RuntimeException e) {
      at.threw(step, 0, e);
      return null;
    }
  }

  /** Goes on with undoing once all compensations that were sent have their answer. */
  void undone() {
    for (StepDefinition<S> step : saga.steps()) {
      if (at.stepState(step.index()) == StepState.STUCK) {
        stuck(step.name());
        return;
      }
    }
    at.expect(List.of());
    backward(saga.stages().size() - 1);
  }

  void stuck(String step) {
    at.become(SagaStatus.NEEDS_OPERATOR);
    at.note(SagaEvent.Kind.NEEDS_OPERATOR, step, 0, "");
  }

  private void end(SagaStatus status, SagaEvent.Kind kind) {
    at.become(status);
    at.expect(List.of());
    at.note(kind, "", 0, "");
  }
}
