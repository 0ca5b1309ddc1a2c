package io.vertebra.saga;

import io.vertebra.contract.Request;
import io.vertebra.contract.Shape;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * The words of a saga definition, in the order in which they may follow each other: the compiler
 * refuses a step that would need compensation after the pivot. All are immutable.
 *
 * @param <S> the state
 * @see Saga#named
 */
public final class SagaBuilder<S> {
  private final Saga.Head<S> head;

  SagaBuilder(Saga.Head<S> head) {
    this.head = head;
  }

  /** The version; count it up when steps change in a way that running instances must not see. Default 1. */
  public SagaBuilder<S> withVersion(int version) {
    return new SagaBuilder<>(new Saga.Head<>(head.name(), version, head.state()));
  }

  /** The contract that starts an instance, and the state made from its message. */
  @SuppressWarnings("unchecked") // the engine calls it with messages of this contract only
  public <Q, R> Keyless<S, R> startedBy(
      Request<Q, R> contract, Function<? super Q, ? extends S> from) {
    return new Keyless<>(
        head, Objects.requireNonNull(contract), (Function<Object, S>) (Function<?, ?>) from);
  }

  private static <S> Draft<S> draft(
      Saga.Head<S> head,
      Request<?, ?> contract,
      Function<Object, S> from,
      Function<S, String> key) {
    return new Draft<>(
        head,
        new Saga.Start<>(contract, from, key, state -> state),
        Duration.ofHours(1),
        List.of());
  }

  private static <S, E> StepDefinition<S> compensable(
      String event, Class<E> type, UnaryOperator<SagaAwait.Compensable<S, E>> step) {
    Shape.of(type);
    return step.apply(new SagaAwait.Compensable<>(event, type)).define();
  }

  /**
   * A saga that still needs its key.
   *
   * @param <S> the state
   * @param <R> the reply of the starting contract
   */
  public static final class Keyless<S, R> {
    private final Saga.Head<S> head;
    private final Request<?, R> contract;
    private final Function<Object, S> from;

    private Keyless(Saga.Head<S> head, Request<?, R> contract, Function<Object, S> from) {
      this.head = head;
      this.contract = contract;
      this.from = from;
    }

    /**
     * The business key: unique per saga name while an instance runs and as long as it is kept after
     * that. A second start with the same key attaches to the first.
     */
    @SuppressWarnings("unchecked") // a function that takes a supertype of the state takes the state
    public Steps<S, R> key(Function<? super S, String> key) {
      return new Steps<>(
          draft(head, contract, from, (Function<S, String>) Objects.requireNonNull(key)));
    }
  }

  /**
   * A saga before its pivot.
   *
   * @param <S> the state
   * @param <R> the reply of the starting contract
   */
  public static final class Steps<S, R> {
    private final Draft<S> draft;

    private Steps(Draft<S> draft) {
      this.draft = draft;
    }

    /** How long an instance may take until the pivot's command is written; then it is compensated. Default 1 hour. */
    public Steps<S, R> deadline(Duration deadline) {
      if (deadline.isNegative() || deadline.isZero()) {
        throw new IllegalArgumentException("deadline must be more than 0: " + deadline);
      }
      return new Steps<>(new Draft<>(draft.head, draft.start, deadline, draft.stages));
    }

    /** A step that can be undone, or has nothing to undo. */
    public Steps<S, R> step(
        String name, Function<SagaStep.Start<S>, SagaStep.Compensable<S, ?>> step) {
      StepDefinition<S> definition = step.apply(new SagaStep.Start<>(null)).define();
      return new Steps<>(draft.plus(name, StepDefinition.Kind.COMPENSABLE, definition));
    }

    /**
     * A step that waits for an event from outside; the event's name is the step's. Fails with {@code
     * CONTRACT_INVALID} if the type cannot travel.
     */
    public <E> Steps<S, R> await(
        String event, Class<E> type, UnaryOperator<SagaAwait.Compensable<S, E>> step) {
      StepDefinition<S> definition = compensable(event, type, step);
      return new Steps<>(draft.plus(event, StepDefinition.Kind.COMPENSABLE, definition));
    }

    /**
     * Steps that run side by side. The saga goes on when all have answered; their answers change the
     * state in the order of declaration. If one fails, the others are awaited and then compensated.
     */
    public Steps<S, R> parallel(String name, UnaryOperator<Group<S>> steps) {
      return new Steps<>(draft.plus(name, steps.apply(new Group<>(List.of())).steps));
    }

    /** The step after which there is no way back. */
    public AfterPivot<S, R> pivot(
        String name, Function<SagaStep.PivotStart<S>, SagaStep.Forward<S, ?>> step) {
      StepDefinition<S> definition = step.apply(new SagaStep.PivotStart<>()).define();
      return new AfterPivot<>(draft.plus(name, StepDefinition.Kind.PIVOT, definition));
    }

    /** The reply to whoever started the instance, from the state at its end, completed or compensated. */
    public Complete<S> outcome(Function<? super S, ? extends R> outcome) {
      return new Complete<>(draft.withOutcome(outcome));
    }
  }

  /**
   * A saga after its pivot.
   *
   * @param <S> the state
   * @param <R> the reply of the starting contract
   */
  public static final class AfterPivot<S, R> {
    private final Draft<S> draft;

    private AfterPivot(Draft<S> draft) {
      this.draft = draft;
    }

    /** A step that has to succeed in the end. */
    public AfterPivot<S, R> step(
        String name, Function<SagaStep.RetriableStart<S>, SagaStep.Forward<S, ?>> step) {
      StepDefinition<S> definition =
          step.apply(new SagaStep.RetriableStart<>(null)).define();
      return new AfterPivot<>(draft.plus(name, StepDefinition.Kind.RETRIABLE, definition));
    }

    /**
     * A step that waits for an event from outside; the event's name is the step's. Fails with {@code
     * CONTRACT_INVALID} if the type cannot travel.
     */
    public <E> AfterPivot<S, R> await(
        String event, Class<E> type, UnaryOperator<SagaAwait.Forward<S, E>> step) {
      Shape.of(type);
      StepDefinition<S> definition =
          step.apply(new SagaAwait.Forward<>(event, type)).define();
      return new AfterPivot<>(draft.plus(event, StepDefinition.Kind.RETRIABLE, definition));
    }

    /** The reply to whoever started the instance, from the state at its end, completed or compensated. */
    public Complete<S> outcome(Function<? super S, ? extends R> outcome) {
      return new Complete<>(draft.withOutcome(outcome));
    }
  }

  /**
   * The steps of a parallel group.
   *
   * @param <S> the state
   */
  public static final class Group<S> {
    private final List<StepDefinition<S>> steps;

    private Group(List<StepDefinition<S>> steps) {
      this.steps = steps;
    }

    /** Adds a step. */
    public Group<S> step(
        String name, Function<SagaStep.Start<S>, SagaStep.Compensable<S, ?>> step) {
      return plus(name, step.apply(new SagaStep.Start<>(null)).define());
    }

    /** Adds a step that waits for an event from outside; the event's name is the step's. */
    public <E> Group<S> await(
        String event, Class<E> type, UnaryOperator<SagaAwait.Compensable<S, E>> step) {
      return plus(event, compensable(event, type, step));
    }

    private Group<S> plus(String name, StepDefinition<S> definition) {
      List<StepDefinition<S>> all = new ArrayList<>(steps);
      all.add(definition.at(0, name, StepDefinition.Kind.COMPENSABLE));
      return new Group<>(all);
    }
  }

  /**
   * A saga that lacks nothing.
   *
   * @param <S> the state
   */
  public static final class Complete<S> {
    private final Draft<S> draft;

    private Complete(Draft<S> draft) {
      this.draft = draft;
    }

    /** The definition. Fails with {@code SAGA_INVALID} if it contradicts itself. */
    public Saga<S> build() {
      return new Saga<>(draft.head, draft.start, draft.deadline, draft.stages);
    }
  }

  private record Draft<S>(
      Saga.Head<S> head, Saga.Start<S> start, Duration deadline, List<Saga.Stage<S>> stages) {

    Draft<S> plus(String name, StepDefinition.Kind kind, StepDefinition<S> step) {
      return plus(name, List.of(step.at(0, name, kind)));
    }

    Draft<S> plus(String name, List<StepDefinition<S>> steps) {
      int next = stages.stream().mapToInt(stage -> stage.steps().size()).sum();
      List<StepDefinition<S>> numbered = new ArrayList<>();
      for (StepDefinition<S> step : steps) {
        numbered.add(step.at(next++, step.name(), step.kind()));
      }
      List<Saga.Stage<S>> all = new ArrayList<>(stages);
      all.add(new Saga.Stage<>(name, numbered));
      return new Draft<>(head, start, deadline, all);
    }

    @SuppressWarnings("unchecked") // a function that takes a supertype of the state takes the state
    Draft<S> withOutcome(Function<? super S, ?> outcome) {
      Function<S, Object> erased = (Function<S, Object>) Objects.requireNonNull(outcome);
      return new Draft<>(
          head,
          new Saga.Start<>(start.contract(), start.from(), start.key(), erased),
          deadline,
          stages);
    }
  }
}
