package io.vertebra.saga;

import io.vertebra.contract.Request;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** One step of the machine: an instance on its way from one written form to the next. */
final class SagaTurn<S> {
  private final SagaMachine<S> machine;
  private final Saga<S> saga;

  private final long now;
  private final List<Decision.Note> notes = new ArrayList<>(2);
  private final List<Instance.Pending> sends = new ArrayList<>(1);
  private Instance<S> at;

  SagaTurn(SagaMachine<S> machine, Instance<S> at, long now) {
    this.machine = machine;
    this.saga = machine.saga();
    this.at = at;
    this.now = now;
  }

  Decision<S> written() {
    return new Decision<>(at.withVersion(at.version() + 1), true, notes, sends);
  }

  void note(SagaEvent.Kind kind, String step, int attempt, String detail) {
    notes.add(new Decision.Note(kind, step, attempt, detail));
  }

  private String nameOf(Instance.Pending command) {
    return saga.steps().get(command.step()).name();
  }

  Decision<S> replied(Input.Replied input) {
    Instance.Pending command = at.find(input.messageId());
    if (command == null || !at.isOpen(command)) {
      return Decision.ignore(at);
    }
    if (at.status() == SagaStatus.COMPENSATING) {
      note(SagaEvent.Kind.UNDONE, nameOf(command), command.attempt(), "");
      at = at.replace(command, command.answered(null, null))
          .withStep(command.step(), StepState.UNDONE);
      return settled();
    }
    return answered(command, input.reply(), false);
  }

  Decision<S> refused(Input.Refused input) {
    Instance.Pending command = at.find(input.messageId());
    if (command == null || !at.isOpen(command)) {
      return Decision.ignore(at);
    }
    if (at.status() == SagaStatus.COMPENSATING) {
      String failure = input.failure().getClass().getSimpleName();
      note(SagaEvent.Kind.REFUSED, nameOf(command), command.attempt(), failure);
      at = at.withStep(command.step(), StepState.STUCK);
      return settled();
    }
    return answered(command, input.failure(), true);
  }

  private Decision<S> answered(Instance.Pending command, Object answer, boolean refused) {
    SagaLog.Answer stored;
    try {
      stored = at.commands().size() == 1 ? null : store(command, answer, refused);
    } catch (RuntimeException e) {
      String detail = e.getClass().getName();
      return failed(new Input.Failed(command.messageId(), command.attempt(), detail, true, true));
    }
    SagaEvent.Kind kind = refused ? SagaEvent.Kind.REFUSED : SagaEvent.Kind.REPLIED;
    String detail = refused ? answer.getClass().getSimpleName() : "";
    note(kind, nameOf(command), command.attempt(), detail);
    at = at.replace(command, command.answered(answer, stored))
        .withStep(command.step(), refused ? StepState.REFUSED : StepState.DONE);
    return settled();
  }

  /** An answer that waits for others has to be in the row. */
  private SagaLog.Answer store(Instance.Pending command, Object answer, boolean refused) {
    Request<?, ?> contract = machine.commandOf(at, command).contract();
    Buffer body = refused
        ? machine.codec().encodeFailure(contract, (Record) answer)
        : machine.codec().encodeAny(contract.replyType(), answer);
    return new SagaLog.Answer(refused, body);
  }

  Decision<S> failed(Input.Failed input) {
    Instance.Pending command = at.find(input.messageId());
    if (command == null
        || !at.isOpen(command)
        || command.attempt() != input.attempt()
        || command.retryAt() > 0) {
      return Decision.ignore(at);
    }
    Instance.Pending tried = command.failed(input.mayHaveRun());
    at = at.replace(command, tried);
    Retry retry = machine.commandOf(at, tried).retry();
    if (input.again() && tried.attempt() < retry.maxAttempts() && !isLost()) {
      note(SagaEvent.Kind.RETRYING, nameOf(tried), tried.attempt(), input.detail());
      long wait = Math.max(1, retry.delayMillis(tried.attempt(), machine.random()));
      at = at.replace(tried, tried.retryAt(now + wait));
      return written();
    }
    giveUp(tried, input.detail());
    return settled();
  }

  Decision<S> woken() {
    if (isLost()) {
      return giveUpWaiting() ? settled() : Decision.ignore(at);
    }
    for (Instance.Pending command : at.commands()) {
      if (command.retryAt() > 0 && command.retryAt() <= now && at.isOpen(command)) {
        Instance.Pending again = command.sentAgain();
        at = at.replace(command, again);
        sends.add(again);
      }
    }
    return new Decision<>(at, false, notes, sends);
  }

  /** Whether more attempts of forward steps are pointless: compensation follows in any case. */
  private boolean isLost() {
    if (!machine.hasDeadline(at)) {
      return false;
    }
    if (now >= at.deadlineAt()) {
      return true;
    }
    for (StepDefinition<S> step : currentStage().steps()) {
      if (isFailure(at.stepState(step.index()))) {
        return true;
      }
    }
    return false;
  }

  private Saga.Stage<S> currentStage() {
    return saga.stages().get(saga.stageOf(at.commands().get(0).step()));
  }

  private boolean isFailure(StepState state) {
    return state == StepState.REFUSED || state == StepState.UNKNOWN || state == StepState.NOT_RUN;
  }

  private void giveUp(Instance.Pending command, String detail) {
    note(SagaEvent.Kind.GAVE_UP, nameOf(command), command.attempt(), detail);
    StepState end = at.status() == SagaStatus.COMPENSATING
        ? StepState.STUCK
        : command.mayHaveRun() ? StepState.UNKNOWN : StepState.NOT_RUN;
    at = at.withStep(command.step(), end);
  }

  private boolean giveUpWaiting() {
    boolean any = false;
    for (Instance.Pending command : at.commands()) {
      if (command.retryAt() > 0 && at.isOpen(command)) {
        giveUp(command, now >= at.deadlineAt() ? "deadline" : "another step failed");
        any = true;
      }
    }
    return any;
  }

  /** After an answer, or the end of waiting for one. */
  private Decision<S> settled() {
    if (isLost()) {
      giveUpWaiting();
    }
    if (at.hasOpenCommand()) {
      return written();
    }
    int stage = saga.stageOf(at.commands().get(0).step());
    if (at.status() == SagaStatus.COMPENSATING) {
      undone(stage);
    } else {
      join(stage);
    }
    return written();
  }

  /** Takes the stage's answers into the state, in the order of declaration. */
  private void join(int stage) {
    boolean failed = false;
    String culprit = "";
    for (StepDefinition<S> step : saga.stages().get(stage).steps()) {
      StepState state = at.stepState(step.index());
      if (state == StepState.SKIPPED) {
        continue;
      }
      boolean folded = fold(step);
      if (!folded || isFailure(state)) {
        failed = failed || !(folded && isHandled(step, state));
        culprit = failed ? step.name() : culprit;
      }
    }
    if (!failed) {
      at = at.withCommands(List.of());
      forward(stage + 1);
    } else if (canGoBack(saga.stages().get(stage))) {
      at = at.withCommands(List.of());
      backward(stage);
    } else {
      stuck(culprit);
    }
  }

  /** After the pivot a declared failure that the definition handles is an answer like another. */
  private boolean isHandled(StepDefinition<S> step, StepState state) {
    return step.kind() == StepDefinition.Kind.RETRIABLE
        && state == StepState.REFUSED
        && at.commands().stream()
            .anyMatch(c -> c.step() == step.index()
                && c.answer() != null
                && step.onFailure().containsKey(c.answer().getClass()));
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
    for (Instance.Pending command : at.commands()) {
      Object answer = command.answer();
      if (command.step() == step.index() && answer != null) {
        boolean refused = at.stepState(step.index()) == StepState.REFUSED;
        BiFunction<S, Object, S> function =
            refused ? step.onFailure().get(answer.getClass()) : step.onReply();
        return function == null || apply(step, command, function, answer);
      }
    }
    return true;
  }

  private boolean apply(
      StepDefinition<S> step,
      Instance.Pending command,
      BiFunction<S, Object, S> function,
      Object answer) {
    try {
      S state = function.apply(at.state(), answer);
      at = at.withState(state, machine.codec().encode(saga.stateType(), state));
      return true;
    } catch (RuntimeException e) {
      functionFailed(step, command.attempt(), e);
      return false;
    }
  }

  private void functionFailed(StepDefinition<S> step, int attempt, RuntimeException failure) {
    note(
        SagaEvent.Kind.FUNCTION_FAILED, step.name(), attempt, failure.getClass().getName());
  }

  /** Begins the first stage from {@code stage} on that has anything to do. */
  void forward(int stage) {
    for (int next = stage; next < saga.stages().size(); next++) {
      Saga.Stage<S> candidate = saga.stages().get(next);
      boolean bound = candidate.kind() != StepDefinition.Kind.RETRIABLE;
      if (bound && now >= at.deadlineAt()) {
        note(SagaEvent.Kind.DEADLINE_PASSED, "", 0, "");
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

  /** Writes the commands of a stage; answers the step whose functions threw, then nothing has changed. */
  private @Nullable StepDefinition<S> begin(Saga.Stage<S> stage) {
    Instance<S> before = at;
    int told = notes.size();
    List<Instance.Pending> commands = new ArrayList<>(stage.steps().size());
    for (StepDefinition<S> step : stage.steps()) {
      try {
        if (step.when() != null && !step.when().test(at.state())) {
          at = at.withStep(step.index(), StepState.SKIPPED);
          note(SagaEvent.Kind.SKIPPED, step.name(), 0, "");
        } else {
          commands.add(command(step, step.command(), CommandId.ofAction(at.id(), step.name())));
          at = at.withStep(step.index(), StepState.PENDING);
        }
      } catch (RuntimeException e) {
        notes.subList(told, notes.size()).clear();
        functionFailed(step, 0, e);
        at = before;
        return step;
      }
    }
    at = at.withCommands(commands);
    sends.addAll(commands);
    return null;
  }

  private Instance.Pending command(
      StepDefinition<S> step, StepDefinition.Command<S> command, String messageId) {
    Object message = command.toMessage().apply(at.state());
    Buffer body = machine.codec().encodeAny(command.contract().requestType(), message);
    return Instance.Pending.first(step.index(), messageId, body);
  }

  /** Undoes the last stage up to {@code stage} that has anything to undo. */
  private void backward(int stage) {
    at = at.withStatus(SagaStatus.COMPENSATING);
    for (int next = stage; next >= 0; next--) {
      Instance<S> before = at;
      List<Instance.Pending> commands = new ArrayList<>(1);
      for (StepDefinition<S> step : saga.stages().get(next).undoable().toList()) {
        StepState state = at.stepState(step.index());
        if (state != StepState.DONE && state != StepState.UNKNOWN) {
          continue;
        }
        if (!undo(step, commands)) {
          at = before.withStep(step.index(), StepState.STUCK);
          stuck(step.name());
          return;
        }
      }
      if (!commands.isEmpty()) {
        at = at.withCommands(commands);
        sends.addAll(commands);
        return;
      }
    }
    end(SagaStatus.COMPENSATED, SagaEvent.Kind.COMPENSATED);
  }

  private boolean undo(StepDefinition<S> step, List<Instance.Pending> commands) {
    StepDefinition.Command<S> compensation = step.compensation();
    if (compensation == null) {
      return true;
    }
    try {
      commands.add(command(step, compensation, CommandId.ofCompensation(at.id(), step.name())));
      at = at.withStep(step.index(), StepState.UNDOING);
      return true;
    } catch (RuntimeException e) {
      functionFailed(step, 0, e);
      return false;
    }
  }

  private void undone(int stage) {
    for (StepDefinition<S> step : saga.stages().get(stage).steps()) {
      if (at.stepState(step.index()) == StepState.STUCK) {
        stuck(step.name());
        return;
      }
    }
    at = at.withCommands(List.of());
    backward(stage - 1);
  }

  private void stuck(String step) {
    at = at.withStatus(SagaStatus.NEEDS_OPERATOR);
    note(SagaEvent.Kind.NEEDS_OPERATOR, step, 0, "");
  }

  private void end(SagaStatus status, SagaEvent.Kind kind) {
    at = at.withStatus(status).withCommands(List.of());
    note(kind, "", 0, "");
  }
}
