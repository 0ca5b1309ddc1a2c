package io.vertebra.saga;

import io.vertebra.error.SagaException;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** An instance on its way from one written form to the next, with what is to be told and sent. */
final class Draft<S> implements Place {
  final SagaMachine<S> machine;
  final Saga<S> saga;
  final long now;
  private final Instance<S> before;
  private final StringBuilder steps;
  private final List<Decision.Note> notes = new ArrayList<>(2);
  private final List<Pending> sends = new ArrayList<>(1);
  private final List<String> consumed = new ArrayList<>(0);
  private SagaStatus status;
  private S state;
  private Buffer encoded;
  private List<Pending> commands;
  private SagaLog.Signals signals;
  private Heard heard;

  Draft(SagaMachine<S> machine, Instance<S> before, long now) {
    this.machine = machine;
    this.saga = machine.saga();
    this.before = before;
    this.now = now;
    this.status = before.status();
    this.steps = new StringBuilder(before.steps());
    this.state = before.state();
    this.encoded = before.encoded();
    this.commands = before.commands();
    this.signals = before.signals();
    this.heard = before.heard();
  }

  /** The turn's outcome, to be written. */
  Decision<S> written() {
    return new Decision<>(next(before.version() + 1), true, notes, sends, consumed);
  }

  /** The turn's outcome if it only sends again what is written already. */
  Decision<S> unwritten() {
    return new Decision<>(next(before.version()), false, notes, sends, consumed);
  }

  private Instance<S> next(long version) {
    return new Instance<>(
        before.id(),
        before.key(),
        version,
        status,
        steps.toString(),
        state,
        encoded,
        commands,
        before.deadlineAt(),
        events(),
        signals,
        heard);
  }

  @Override
  public SagaStatus status() {
    return status;
  }

  @Override
  public StepState stepState(int step) {
    return StepState.of(steps.charAt(step));
  }

  @Override
  public List<Pending> commands() {
    return commands;
  }

  @Override
  public long deadlineAt() {
    return before.deadlineAt();
  }

  String id() {
    return before.id();
  }

  S state() {
    return state;
  }

  List<SagaLog.Signal> waiting() {
    return signals.waiting();
  }

  boolean hasSends() {
    return !sends.isEmpty();
  }

  void become(SagaStatus newStatus) {
    status = newStatus;
  }

  void step(int step, StepState newState) {
    steps.setCharAt(step, newState.letter());
  }

  void expect(List<Pending> newCommands) {
    commands = List.copyOf(newCommands);
  }

  void replace(Pending old, Pending changed) {
    List<Pending> all = new ArrayList<>(commands);
    all.set(all.indexOf(old), changed);
    commands = all;
  }

  /** Puts a command in the place of the step's last one, or beside those of other steps. */
  void put(Pending command) {
    List<Pending> all = new ArrayList<>(commands);
    all.removeIf(other -> other.step() == command.step());
    all.add(command);
    commands = all;
  }

  /** Expects nothing of a step any more. */
  void drop(int step) {
    List<Pending> all = new ArrayList<>(commands);
    all.removeIf(command -> command.step() == step);
    commands = all;
  }

  void send(Pending command) {
    sends.add(command);
  }

  void sendAll(List<Pending> all) {
    for (Pending command : all) {
      if (machine.awaitOf(this, command) == null) {
        sends.add(command);
      }
    }
  }

  Heard heard() {
    return heard;
  }

  void hear(int step, boolean undo, Object answer) {
    heard = heard.with(step, undo, answer);
  }

  /** Takes in a new state; throws, and changes nothing, if it is too large. */
  void changeState(S newState) {
    Buffer bytes = machine.codec().encode(saga.stateType(), newState);
    machine.check("the state", bytes);
    state = newState;
    encoded = bytes;
  }

  Buffer encode(StepDefinition.Command<S> command) {
    Function<S, Object> toMessage = command.toMessage();
    Buffer body =
        machine.codec().encodeAny(command.contract().requestType(), toMessage.apply(state));
    machine.check("a message for " + command.contract().name(), body);
    return body;
  }

  /** Takes in the signals that are new. They are the last ones: nobody else consumes any. */
  boolean arrived(SagaLog.Signals read) {
    int fresh = (int) (read.count() - signals.count());
    if (fresh <= 0) {
      return false;
    }
    List<SagaLog.Signal> all = new ArrayList<>(signals.waiting());
    List<SagaLog.Signal> waiting = read.waiting();
    all.addAll(waiting.subList(Math.max(0, waiting.size() - fresh), waiting.size()));
    signals = new SagaLog.Signals(read.count(), all);
    return true;
  }

  /** A signal waits no more. */
  void consume(SagaLog.Signal signal) {
    List<SagaLog.Signal> left = new ArrayList<>(signals.waiting());
    left.remove(signal);
    signals = new SagaLog.Signals(signals.count(), left);
    consumed.add(signal.id());
  }

  /** Whether somebody wants the instance cancelled. */
  boolean isCancelled() {
    for (SagaLog.Signal signal : signals.waiting()) {
      if (signal.kind() == SagaLog.SignalKind.CANCEL) {
        return true;
      }
    }
    return false;
  }

  private int events() {
    return before.events() + notes.size();
  }

  /** Whether the history is so long that there is no way but back. */
  boolean isHistoryFull() {
    return events() >= machine.limits().maxEvents();
  }

  /** Whether the history is so long that not even the way back may go on by itself. */
  boolean isHistoryOverfull() {
    return events() >= 2L * machine.limits().maxEvents();
  }

  void note(SagaEvent.Kind kind, String step, int attempt, String detail) {
    notes.add(new Decision.Note(kind, step, attempt, detail));
  }

  /** Tells what has no further effect, as long as there is room for it. */
  void remark(SagaEvent.Kind kind, String step, int attempt, String detail) {
    if (!isHistoryOverfull()) {
      note(kind, step, attempt, detail);
    }
  }

  void threw(StepDefinition<S> step, int attempt, RuntimeException failure) {
    if (failure instanceof SagaException limit) {
      note(SagaEvent.Kind.LIMIT_REACHED, step.name(), attempt, limit.getMessage());
    } else {
      String type = failure.getClass().getName();
      note(SagaEvent.Kind.FUNCTION_FAILED, step.name(), attempt, type);
    }
  }

  /** Takes back what was told since there were so many notes. */
  void untell(int count) {
    notes.subList(count, notes.size()).clear();
  }

  int told() {
    return notes.size();
  }

  String nameOf(Pending command) {
    return saga.steps().get(command.step()).name();
  }

  /** The step that an operator can decide on under this name, or null. */
  @Nullable
  StepDefinition<S> stuck(String name) {
    for (StepDefinition<S> step : machine.stuck(this)) {
      if (step.name().equals(name)) {
        return step;
      }
    }
    return null;
  }
}
