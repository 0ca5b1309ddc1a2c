package io.vertebra.saga;

import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Locale;

/** What the signals that wait beside an instance do to it. */
final class Signalled<S> {
  private final Draft<S> at;
  private final Stages<S> stages;
  private final Answers<S> answers;
  private final SagaMachine<S> machine;

  Signalled(Draft<S> at, Stages<S> stages, Answers<S> answers) {
    this.at = at;
    this.stages = stages;
    this.answers = answers;
    this.machine = at.machine;
  }

  /** Who wants it, and why. */
  static String reason(SagaLog.Signal signal) {
    String who = signal.by().isEmpty() ? "" : "by " + signal.by();
    return who.isEmpty() || signal.why().isEmpty() ? who + signal.why() : who + ": " + signal.why();
  }

  /** Makes use of all signals that the instance has a use for now; each may bring the turn of others. */
  void heed() {
    int waiting;
    do {
      waiting = at.waiting().size();
      for (SagaLog.Signal signal : List.copyOf(at.waiting())) {
        if (at.waiting().contains(signal)) {
          heed(signal);
        }
      }
    } while (at.waiting().size() < waiting);
  }

  private void heed(SagaLog.Signal signal) {
    switch (signal.kind()) {
      case EVENT -> event(signal);
      case CANCEL -> cancel(signal);
      case RETRY, SKIP, EDIT -> operator(signal);
    }
  }

  private void ignore(SagaLog.Signal signal, String why) {
    String kind = signal.kind().name().toLowerCase(Locale.ROOT);
    String reason = reason(signal);
    String said = reason.isEmpty() ? kind : kind + " " + reason;
    at.remark(SagaEvent.Kind.IGNORED, signal.name(), 0, said + " (" + why + ")");
    at.consume(signal);
  }

  private void event(SagaLog.Signal signal) {
    StepDefinition<S> step = at.saga.find(signal.name());
    if (step == null || !(step.action() instanceof StepDefinition.Await<S> await)) {
      ignore(signal, "no step waits for it");
      return;
    }
    Pending wait = at.findFor(step.index());
    if (wait != null && at.isOpen(wait) && machine.awaitOf(at, wait) != null) {
      at.consume(signal);
      receive(signal, await, wait);
    } else if (!mayBeAwaited(step)) {
      String detail = signal.id();
      at.remark(SagaEvent.Kind.LATE, step.name(), 0, detail);
      at.consume(signal);
    }
  }

  private boolean mayBeAwaited(StepDefinition<S> step) {
    if (at.status() == SagaStatus.RUNNING) {
      return at.stepState(step.index()) == StepState.WAITING;
    }
    List<StepDefinition<S>> stuck = machine.stuck(at);
    boolean isForward = !stuck.isEmpty() && !at.isUndo(stuck.get(0).index());
    return at.status() == SagaStatus.NEEDS_OPERATOR
        && isForward
        && (at.stepState(step.index()) == StepState.WAITING || stuck.contains(step));
  }

  private void receive(SagaLog.Signal signal, StepDefinition.Await<S> await, Pending wait) {
    Object event;
    try {
      event = await.decodeInput(machine.codec(), signal.body());
    } catch (RuntimeException e) {
      String detail = signal.id() + " cannot be read";
      at.remark(SagaEvent.Kind.IGNORED, signal.name(), 0, detail);
      return;
    }
    String reason = reason(signal);
    String detail = signal.id() + (reason.isEmpty() ? "" : " " + reason);
    answers.received(wait, event, new SagaLog.Answer(false, signal.body()), detail);
  }

  /** A cancel waits until what is in flight is answered; then the stage's end takes it. */
  private void cancel(SagaLog.Signal signal) {
    if (at.status() == SagaStatus.RUNNING && machine.hasDeadline(at)) {
      if (stages.giveUpWaiting()) {
        stages.settled();
      }
    } else if (at.status() == SagaStatus.RUNNING) {
      ignore(signal, "there is no way back after the pivot");
    } else {
      ignore(signal, "it is " + at.status());
    }
  }

  private void operator(SagaLog.Signal signal) {
    StepDefinition<S> step = at.stuck(signal.name());
    if (step == null) {
      ignore(signal, "the step is not stuck");
      return;
    }
    switch (signal.kind()) {
      case RETRY -> retry(signal, step);
      case SKIP -> skip(signal, step);
      default -> edit(signal, step);
    }
  }

  private void decided(SagaLog.Signal signal, SagaEvent.Kind kind) {
    at.note(kind, signal.name(), 0, reason(signal));
    at.consume(signal);
  }

  private void retry(SagaLog.Signal signal, StepDefinition<S> step) {
    decided(signal, SagaEvent.Kind.OPERATOR_RETRIED);
    boolean undo = at.isUndo(step.index());
    Pending last = at.findFor(step.index());
    if (last == null && undo) {
      at.step(step.index(), StepState.UNKNOWN);
      stages.backward(at.saga.stages().size() - 1);
    } else if (last == null) {
      at.become(SagaStatus.RUNNING);
      stages.forward(at.saga.stageOf(step.index()));
    } else if (!undo && step.action() instanceof StepDefinition.Await<S>) {
      waitAgain(step, last);
    } else {
      boolean refused =
          at.stepState(step.index()) == StepState.REFUSED || (undo && last.answer() != null);
      String id = refused ? CommandId.next(last.messageId()) : last.messageId();
      sendAnew(step, last.anew(id, last.body()), undo);
    }
  }

  private void waitAgain(StepDefinition<S> step, Pending last) {
    at.become(SagaStatus.RUNNING);
    if (last.answer() == null) {
      at.put(stages.pending(step));
      at.step(step.index(), StepState.PENDING);
    } else {
      stages.settled();
    }
  }

  private void sendAnew(StepDefinition<S> step, Pending command, boolean undo) {
    at.become(undo ? SagaStatus.COMPENSATING : SagaStatus.RUNNING);
    at.step(step.index(), undo ? StepState.UNDOING : StepState.PENDING);
    at.put(command);
    at.send(command);
  }

  private void skip(SagaLog.Signal signal, StepDefinition<S> step) {
    decided(signal, SagaEvent.Kind.OPERATOR_SKIPPED);
    if (at.isUndo(step.index())) {
      at.step(step.index(), StepState.SKIPPED);
      at.drop(step.index());
      if (!at.hasOpenCommand()) {
        stages.undone();
      }
      return;
    }
    if (at.stepState(step.index()) != StepState.DONE) {
      at.step(step.index(), StepState.SKIPPED);
    }
    at.become(SagaStatus.RUNNING);
    at.expect(List.of());
    stages.forward(at.saga.stageOf(step.index()) + 1);
  }

  private void edit(SagaLog.Signal signal, StepDefinition<S> step) {
    boolean undo = at.isUndo(step.index());
    StepDefinition.Action<S> action = machine.actionOf(at, step);
    Buffer body = signal.body();
    Object message;
    try {
      message = action.decodeInput(machine.codec(), body);
    } catch (RuntimeException e) {
      ignore(signal, "its message cannot be read");
      return;
    }
    decided(signal, SagaEvent.Kind.OPERATOR_EDITED);
    Pending last = at.findFor(step.index());
    if (action instanceof StepDefinition.Await<S>) {
      at.become(SagaStatus.RUNNING);
      Pending wait = stages.pending(step);
      at.put(wait);
      at.step(step.index(), StepState.PENDING);
      answers.received(wait, message, new SagaLog.Answer(false, body), "by an operator");
      return;
    }
    String id =
        last == null ? machine.messageId(at.id(), step, undo) : CommandId.next(last.messageId());
    sendAnew(step, Pending.first(step.index(), id, body), undo);
  }
}
