package io.vertebra.saga;

import io.vertebra.contract.Request;
import io.vertebra.error.CallException;
import io.vertebra.error.SagaException;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One instance of a saga, played by hand: no bus, no log, no clock of its own. Made for tests; {@code
 * SagaTest} in vertebra-test gives it better words. What is sent, in which order, and what becomes of it
 * is decided by the same code as in a {@link SagaEngine}. Whatever would be sent or stored is encoded as
 * JSON and read again, so that what cannot travel fails here.
 *
 * <p>Jitter is always the mean, so that waits are the same each time. Not thread-safe.
 *
 * @param <S> the saga's state
 */
public final class SagaRehearsal<S> {
  private static final String NODE = "rehearsal";

  private final InstantSource clock;
  private final SagaMachine<S> machine;
  private final List<SagaEvent> history = new ArrayList<>();
  private final List<Command> open = new ArrayList<>();
  private final List<SagaLog.Signal> waiting = new ArrayList<>();
  private final Set<String> signalIds = new HashSet<>();
  private int sent;
  private Instance<S> at;

  private SagaRehearsal(Saga<S> saga, Object message, InstantSource clock) {
    this.clock = clock;
    SagaOptions options = SagaOptions.defaults();
    this.machine = new SagaMachine<>(saga, MessageCodec.JSON, () -> 0.5, options.limits());
    Request<?, ?> contract = saga.startedBy();
    Object read = travel(contract.requestType(), message);
    Decision<S> decision = machine.start("id", read, now());
    this.at = decision.next();
    accept(decision);
  }

  /**
   * Begins an instance.
   *
   * @param message of the contract that starts the saga
   * @param clock its time: moved by the caller, who then calls {@link #wake}
   * @throws io.vertebra.error.VertebraException as a start on an engine fails
   */
  public static <S> SagaRehearsal<S> begin(Saga<S> saga, Object message, InstantSource clock) {
    return new SagaRehearsal<>(saga, message, clock);
  }

  /** The commands that were sent and have neither an answer nor failed, in the order they were sent. */
  public List<Command> open() {
    return List.copyOf(open);
  }

  /**
   * Answers a command with a reply, also one that is not open any more.
   *
   * @throws ClassCastException if it is no reply of the command's contract
   */
  public void reply(Command command, Object reply) {
    Object read = travel(command.contract().replyType(), reply);
    open.remove(command);
    input(new Input.Replied(command.messageId(), read));
  }

  /**
   * Answers a command with a failure that its contract declares, also one that is not open any more.
   *
   * @throws io.vertebra.error.HandlerException {@code FAILURE_UNDECLARED} if it does not
   */
  public void refuse(Command command, Record failure) {
    Buffer body = MessageCodec.JSON.encodeFailure(command.contract(), failure);
    Record read = MessageCodec.JSON.decodeFailure(command.contract(), body);
    open.remove(command);
    input(new Input.Refused(command.messageId(), read));
  }

  /** Has an attempt at a command fail as a call fails; it is tried again where that can help. */
  public void fail(Command command, Throwable failure) {
    open.remove(command);
    input(EngineLoop.input(command.messageId(), command.attempt(), Future.failedFuture(failure)));
  }

  /** Has nobody answer an attempt at a command in time. */
  public void timeOut(Command command) {
    fail(
        command,
        CallException.deadlineExceeded(command.contract().name(), command.timeout(), true));
  }

  /** Stores an event, as {@link SagaEngine#signal} does. */
  public void event(String event, Object message, String id) {
    signal(SagaSignals.event(machine.saga(), at.key(), event, message, id, maxState()));
  }

  /** Stores a cancel, as {@link SagaEngine#cancel} does. */
  public void cancel(String by, String why) {
    signal(SagaSignals.cancel(machine.saga(), at.key(), by, why));
  }

  /** An operator's decisions, stored as {@link SagaEngine#operator} does. */
  public SagaOperator operator() {
    return new SagaOperator(signal -> Future.succeededFuture(signal(signal)), maxState());
  }

  private int maxState() {
    return machine.limits().maxState();
  }

  private SagaLog.SignalResult signal(SagaLog.Signal signal) {
    if (!signal.kind().isFor(at.status())) {
      return SagaLog.SignalResult.UNKNOWN_INSTANCE;
    }
    if (!signalIds.add(signal.id())) {
      return SagaLog.SignalResult.DUPLICATE;
    }
    waiting.add(signal);
    input(new Input.Signalled(new SagaLog.Signals(signalIds.size(), waiting)));
    return SagaLog.SignalResult.ACCEPTED;
  }

  /** When {@link #wake} is to be called next; empty if only answers matter. */
  public Optional<Instant> wakeAt() {
    long wakeAt = machine.wakeAt(at);
    return wakeAt == Long.MAX_VALUE ? Optional.empty() : Optional.of(Instant.ofEpochMilli(wakeAt));
  }

  /** Does what is due by the clock. */
  public void wake() {
    input(SagaMachine.woken());
  }

  /** The instance as it is now. */
  public SagaInstance instance() {
    return Views.view(machine, at);
  }

  /** The state as it is now. */
  public S state() {
    return at.state();
  }

  /** The steps on which an operator can decide now. */
  public List<String> stuckSteps() {
    return machine.stuck(at).stream().map(StepDefinition::name).toList();
  }

  /** What happened so far. */
  public List<SagaEvent> history() {
    return List.copyOf(history);
  }

  /**
   * What the starting call is answered with.
   *
   * @throws SagaException {@code SAGA_NEEDS_OPERATOR} if the instance has not ended
   * @throws io.vertebra.error.VertebraException if the outcome is a declared failure or cannot be told
   */
  public Object outcome() {
    return Views.outcome(machine.saga().startedBy(), machine, at);
  }

  private long now() {
    return clock.millis();
  }

  private void input(Input input) {
    accept(machine.step(at, input, now()));
  }

  private void accept(Decision<S> decision) {
    at = decision.next();
    if (decision.write()) {
      checkThatStateTravels();
    }
    for (Decision.Note note : decision.notes()) {
      history.add(new SagaEvent(
          at.id(),
          machine.saga().name(),
          at.key(),
          note.kind(),
          note.step(),
          note.attempt(),
          note.detail(),
          NODE,
          1,
          clock.instant()));
    }
    waiting.removeIf(signal -> decision.consumed().contains(signal.id()));
    decision.sends().forEach(pending -> open.add(command(pending)));
  }

  private void checkThatStateTravels() {
    Class<S> type = machine.saga().stateType();
    S read = MessageCodec.JSON.decode(type, at.encoded(), machine.saga().name());
    if (!MessageCodec.JSON.encode(type, read).equals(at.encoded())) {
      throw new IllegalStateException("the state is another one after it was written and read: "
          + at.encoded() + " became " + MessageCodec.JSON.encode(type, read));
    }
  }

  private Command command(Pending pending) {
    StepDefinition.Command<S> definition = machine.commandOf(at, pending);
    Request<?, ?> contract = definition.contract();
    Object message =
        MessageCodec.JSON.decode(contract.requestType(), pending.body(), contract.name());
    return new Command(
        ++sent,
        machine.saga().steps().get(pending.step()).name(),
        contract,
        message,
        pending.messageId(),
        pending.attempt(),
        definition.timeout());
  }

  private static Object travel(Class<?> type, Object message) {
    return MessageCodec.JSON.decode(
        type, MessageCodec.JSON.encodeAny(type, message), type.getSimpleName());
  }

  /**
   * One attempt at a command.
   *
   * @param number counts what was sent, from 1
   * @param step the name of the step that it belongs to, as its command or its compensation
   * @param contract what is requested
   * @param message what is sent, as the participant reads it
   * @param messageId the same for each attempt
   * @param attempt the first is 1
   * @param timeout how long this attempt may take
   */
  public record Command(
      int number,
      String step,
      Request<?, ?> contract,
      Object message,
      String messageId,
      int attempt,
      Duration timeout) {}
}
