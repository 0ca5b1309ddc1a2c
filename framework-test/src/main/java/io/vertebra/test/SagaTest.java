package io.vertebra.test;

import io.vertebra.contract.Request;
import io.vertebra.error.DeclaredFailure;
import io.vertebra.error.VertebraException;
import io.vertebra.saga.CommandId;
import io.vertebra.saga.Decided;
import io.vertebra.saga.Saga;
import io.vertebra.saga.SagaEvent;
import io.vertebra.saga.SagaInstance;
import io.vertebra.saga.SagaOperator;
import io.vertebra.saga.SagaRehearsal;
import io.vertebra.saga.SagaRehearsal.Command;
import io.vertebra.saga.SagaStatus;
import io.vertebra.saga.StepState;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tests a saga's definition without a bus, a log or a clock: the test plays the participants, and time
 * passes when it says so.
 *
 * <pre>{@code
 * SagaTest.of(FULFIL)
 *     .start(new PlaceOrder("o1"))
 *     .expectCommand(Stock.RESERVE, reserve -> assertThat(reserve.order()).isEqualTo("o1"))
 *     .reply(new Reserved())
 *     .expectCommand(Payment.CHARGE)
 *     .fail(new CardDeclined())
 *     .expectCommand(Stock.RELEASE)
 *     .reply(new Released())
 *     .expectCompensated();
 * }</pre>
 *
 * <p>The rules are those of the engine. Messages, replies and states go through JSON as they would in
 * production. A command that nobody answers times out when time passes. Expectations that do not hold
 * throw an {@link AssertionError} with the saga's history. Not thread-safe.
 *
 * @param <S> the saga's state
 */
public final class SagaTest<S> {
  private final Saga<S> saga;
  private final VirtualTime time = new VirtualTime();
  private final Set<Integer> timed = new HashSet<>();
  private final Set<Integer> expected = new HashSet<>();
  private @Nullable SagaRehearsal<S> rehearsal;
  private VirtualTime.@Nullable Timer alarm;
  private int events;

  private SagaTest(Saga<S> saga) {
    this.saga = saga;
  }

  /** A test of this definition. */
  public static <S> SagaTest<S> of(Saga<S> saga) {
    return new SagaTest<>(Objects.requireNonNull(saga));
  }

  /** Starts the instance; fails as {@code SagaEngine.run} does if there is none then. */
  public SagaTest<S> start(Object message) {
    if (rehearsal != null) {
      throw new IllegalStateException("a test has one instance, and it has been started");
    }
    rehearsal = SagaRehearsal.begin(saga, message, time);
    return settled();
  }

  /** Expects that a command of this contract waits for an answer. The answer comes next. */
  public <Q, R> Sent<S, Q, R> expectCommand(Request<Q, R> contract) {
    return expectCommand(contract, message -> {});
  }

  /** The same, and has a look at the message. */
  public <Q, R> Sent<S, Q, R> expectCommand(Request<Q, R> contract, Consumer<? super Q> look) {
    for (Command command : rehearsal().open()) {
      boolean fits = command.contract().id().equals(contract.id());
      if (fits && expected.add(command.number())) {
        look.accept(contract.requestType().cast(command.message()));
        return new Sent<>(this, command);
      }
    }
    throw failure("a command " + contract.id() + " that waits for an answer");
  }

  /** Expects that no command waits for an answer, but those that were expected already. */
  public SagaTest<S> expectNoCommand() {
    for (Command command : rehearsal().open()) {
      if (!expected.contains(command.number())) {
        throw failure("no command");
      }
    }
    return this;
  }

  /** Expects that the step waits for its event. */
  public SagaTest<S> expectWaiting(String step) {
    boolean isCommand =
        rehearsal().open().stream().anyMatch(command -> command.step().equals(step));
    if (isCommand || stateOf(step) != StepState.PENDING) {
      throw failure("that '" + step + "' waits for its event");
    }
    return this;
  }

  /** Expects that a step is in this state. */
  public SagaTest<S> expectStep(String step, StepState state) {
    if (stateOf(step) != state) {
      throw failure("that '" + step + "' is " + state);
    }
    return this;
  }

  /** Has a look at the saga's state. */
  public SagaTest<S> expectState(Consumer<? super S> look) {
    look.accept(rehearsal().state());
    return this;
  }

  /** Expects that something like this is in the history, about this step; empty for the whole saga. */
  public SagaTest<S> expectEvent(SagaEvent.Kind kind, String step) {
    for (SagaEvent event : rehearsal().history()) {
      if (event.kind() == kind && event.step().equals(step)) {
        return this;
      }
    }
    throw failure((kind + " " + step).trim() + " in the history");
  }

  /** Something happened outside that the step of this name waits for, or will wait for. */
  public SagaTest<S> event(String step, Object message) {
    return event(step, message, "event-" + events++);
  }

  /** The same with the id by which duplicates are known. */
  public SagaTest<S> event(String step, Object message, String id) {
    rehearsal().event(step, message, id);
    return settled();
  }

  /** Somebody cancels the instance. */
  public SagaTest<S> cancel() {
    rehearsal().cancel("test", "");
    return settled();
  }

  /** An operator has a stuck step tried again. */
  public SagaTest<S> retry(String step) {
    stuck(step).retry(saga, key(), step, by());
    return settled();
  }

  /** An operator skips a stuck step. */
  public SagaTest<S> skip(String step) {
    stuck(step).skip(saga, key(), step, by());
    return settled();
  }

  /** An operator has a stuck step tried again with another message. */
  public SagaTest<S> edit(String step, Object message) {
    stuck(step).edit(saga, key(), step, message, by());
    return settled();
  }

  private SagaOperator stuck(String step) {
    if (!rehearsal().stuckSteps().contains(step)) {
      throw failure("that '" + step + "' is stuck and an operator can decide on it");
    }
    return rehearsal().operator();
  }

  private static Decided by() {
    return Decided.by("test", "");
  }

  private String key() {
    return rehearsal().instance().key();
  }

  /** Lets time pass: waits end, attempts time out, others begin. */
  public SagaTest<S> advance(Duration duration) {
    time.advance(duration);
    return settled();
  }

  /** Expects that all steps are done. */
  public SagaTest<S> expectCompleted() {
    return expectStatus(SagaStatus.COMPLETED);
  }

  /** Expects that all steps are done, and the caller's reply. */
  public SagaTest<S> expectCompleted(Object outcome) {
    return expectCompleted().expectOutcome(outcome);
  }

  /** Expects that all that was done is undone. */
  public SagaTest<S> expectCompensated() {
    return expectStatus(SagaStatus.COMPENSATED);
  }

  /** Expects that all that was done is undone, and the caller's reply. */
  public SagaTest<S> expectCompensated(Object outcome) {
    return expectCompensated().expectOutcome(outcome);
  }

  /** Expects that the instance waits for an operator's decision on this step. */
  public SagaTest<S> expectNeedsOperator(String step) {
    expectStatus(SagaStatus.NEEDS_OPERATOR);
    if (!rehearsal().stuckSteps().contains(step)) {
      throw failure("that an operator has to decide on '" + step + "', not on "
          + rehearsal().stuckSteps());
    }
    return this;
  }

  /** Expects what the caller is answered with: a reply, or a record that its contract declares as failure. */
  public SagaTest<S> expectOutcome(Object outcome) {
    Object actual;
    try {
      actual = rehearsal().outcome();
    } catch (DeclaredFailure declared) {
      actual = declared.failure();
    } catch (VertebraException e) {
      throw failure("the outcome " + outcome + ", not " + e.getMessage());
    }
    if (!outcome.equals(actual)) {
      throw failure("the outcome " + outcome + ", not " + actual);
    }
    return this;
  }

  /** What happened so far. */
  public List<SagaEvent> history() {
    return rehearsal().history();
  }

  private SagaTest<S> expectStatus(SagaStatus status) {
    if (rehearsal().instance().status() != status) {
      throw failure("that the saga is " + status);
    }
    return this;
  }

  private SagaRehearsal<S> rehearsal() {
    if (rehearsal == null) {
      throw new IllegalStateException("call start(message) first");
    }
    return rehearsal;
  }

  private StepState stateOf(String step) {
    for (SagaInstance.Step each : rehearsal().instance().steps()) {
      if (each.name().equals(step)) {
        return each.state();
      }
    }
    throw new IllegalArgumentException(saga + " has no step '" + step + "'");
  }

  /** Sets the timers for what was sent and for what the instance waits for. */
  private SagaTest<S> settled() {
    for (Command command : rehearsal().open()) {
      if (timed.add(command.number())) {
        time.after(command.timeout(), () -> timeOut(command));
      }
    }
    if (alarm != null) {
      alarm.cancel();
    }
    alarm = rehearsal()
        .wakeAt()
        .map(at -> time.after(Duration.between(time.instant(), at), this::wake))
        .orElse(null);
    return this;
  }

  private void wake() {
    rehearsal().wake();
    settled();
  }

  private void timeOut(Command command) {
    if (rehearsal().open().contains(command)) {
      rehearsal().timeOut(command);
      settled();
    }
  }

  private AssertionError failure(String expectation) {
    return new AssertionError(SagaStory.tell(expectation, rehearsal(), expected, time));
  }

  /**
   * A command that was expected; the test says what becomes of it.
   *
   * @param <S> the saga's state
   * @param <Q> the message
   * @param <R> the reply
   */
  public static final class Sent<S, Q, R> {
    private final SagaTest<S> test;
    private final Command command;

    private Sent(SagaTest<S> test, Command command) {
      this.test = test;
      this.command = command;
    }

    /** The message as the participant reads it. */
    @SuppressWarnings("unchecked") // it was found by its contract
    public Q message() {
      return (Q) command.message();
    }

    /** The participant replies. */
    public SagaTest<S> reply(R reply) {
      test.rehearsal().reply(command, Objects.requireNonNull(reply));
      return test.settled();
    }

    /** The participant answers with a failure that the contract declares. */
    public SagaTest<S> fail(Record failure) {
      test.rehearsal().refuse(command, failure);
      return test.settled();
    }

    /** The call fails, as calls do: for instance with a {@code CallException}. It may be tried again. */
    public SagaTest<S> fail(Throwable failure) {
      test.rehearsal().fail(command, failure);
      return test.settled();
    }

    /** Nobody answers this attempt: time passes until it has timed out. The next attempt may follow later. */
    public SagaTest<S> noAnswer() {
      while (test.rehearsal().open().contains(command)) {
        test.time.advance(Duration.between(test.time.instant(), test.time.next().orElseThrow()));
      }
      return test;
    }

    /** Nobody answers this attempt nor any other: time passes until the step is given up. */
    public SagaTest<S> noAnswerEver() {
      noAnswer();
      while (isTriedAgain()) {
        test.time.advance(Duration.between(test.time.instant(), test.time.next().orElseThrow()));
      }
      return test;
    }

    /** Whether this attempt waits on: the test goes on, and answers, or lets time pass, later. */
    public SagaTest<S> meanwhile() {
      return test;
    }

    /** Another attempt is under way, or the step waits for its time. */
    private boolean isTriedAgain() {
      StepState state = test.stateOf(command.step());
      boolean undo = CommandId.isCompensation(command.messageId());
      return state == (undo ? StepState.UNDOING : StepState.PENDING);
    }
  }
}
