package io.vertebra.saga;

import io.vertebra.contract.Request;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * How a step is declared that waits for an event from outside: what the event does to the state, how
 * long to wait, and what follows if it does not come. All are immutable.
 *
 * <p>An event that comes before its step waits with the instance. The first event counts; others of
 * the same name are told in the history and change nothing. The functions must be pure.
 *
 * @param <S> the saga's state
 * @param <E> the event
 * @see SagaEngine#signal
 */
public abstract sealed class SagaAwait<S, E> permits SagaAwait.Compensable, SagaAwait.Forward {
  private static final Duration DEFAULT_TIMEOUT = Duration.ofHours(1);
  private static final Duration MAX_TIMEOUT = Duration.ofDays(366);

  final Body<S, E> body;

  private SagaAwait(Body<S, E> body) {
    this.body = body;
  }

  abstract StepDefinition.@Nullable Command<S> compensation();

  StepDefinition<S> define() {
    StepDefinition.Await<S> await =
        new StepDefinition.Await<>(body.event, body.type, body.timeout, body.onTimeout);
    return new StepDefinition<>(
        0,
        body.event,
        StepDefinition.Kind.COMPENSABLE,
        body.when,
        await,
        body.onEvent,
        Map.of(),
        compensation());
  }

  @SuppressWarnings(
      "unchecked") // called with states of this saga and with events of this type only
  private static <S> BiFunction<S, Object, S> fold(BiFunction<? super S, ?, ? extends S> function) {
    return (BiFunction<S, Object, S>) Objects.requireNonNull(function);
  }

  @SuppressWarnings("unchecked") // a function that takes a supertype of the state takes the state
  private static <S, T> Function<S, T> onState(Function<? super S, ? extends T> function) {
    return (Function<S, T>) Objects.requireNonNull(function);
  }

  /**
   * A wait before the pivot.
   *
   * @param <S> the saga's state
   * @param <E> the event
   */
  public static final class Compensable<S, E> extends SagaAwait<S, E> {
    private final StepDefinition.@Nullable Command<S> compensation;

    Compensable(String event, Class<E> type) {
      this(new Body<>(event, type, null, null, DEFAULT_TIMEOUT, null), null);
    }

    private Compensable(Body<S, E> body, StepDefinition.@Nullable Command<S> compensation) {
      super(body);
      this.compensation = compensation;
    }

    /** Waits only if the state says so. Asked once, when its turn comes; the answer is recorded. */
    public Compensable<S, E> when(Predicate<? super S> condition) {
      return new Compensable<>(body.withWhen(condition), compensation);
    }

    /** Takes the event into the state. */
    public Compensable<S, E> onEvent(BiFunction<? super S, ? super E, ? extends S> fold) {
      return new Compensable<>(body.withOnEvent(fold(fold)), compensation);
    }

    /** How long to wait, at most 366 days. Default 1 hour. The saga's deadline ends it earlier. */
    public Compensable<S, E> timeout(Duration timeout) {
      return new Compensable<>(body.withTimeout(timeout), compensation);
    }

    /** Lets the saga go on without the event. Default: it is compensated. */
    public Compensable<S, E> onTimeout(Function<? super S, ? extends S> change) {
      return new Compensable<>(body.withOnTimeout(onState(change)), compensation);
    }

    /** How that is undone which the event stands for, with {@link Retry#forCompensation()}. */
    public <Q> Compensable<S, E> compensate(
        Request<Q, ?> contract, Function<? super S, ? extends Q> toMessage) {
      return compensate(contract, toMessage, Retry.forCompensation());
    }

    /**
     * How that is undone which the event stands for: also when the event did not come, since it may
     * only be late.
     */
    public <Q> Compensable<S, E> compensate(
        Request<Q, ?> contract, Function<? super S, ? extends Q> toMessage, Retry retry) {
      Function<S, Object> message = onState(toMessage);
      return new Compensable<>(
          body, new StepDefinition.Command<>(contract, message, retry, SagaStep.DEFAULT_TIMEOUT));
    }

    @Override
    StepDefinition.@Nullable Command<S> compensation() {
      return compensation;
    }
  }

  /**
   * A wait after the pivot.
   *
   * @param <S> the saga's state
   * @param <E> the event
   */
  public static final class Forward<S, E> extends SagaAwait<S, E> {
    Forward(String event, Class<E> type) {
      this(new Body<>(event, type, null, null, DEFAULT_TIMEOUT, null));
    }

    private Forward(Body<S, E> body) {
      super(body);
    }

    /** Waits only if the state says so. Asked once, when its turn comes; the answer is recorded. */
    public Forward<S, E> when(Predicate<? super S> condition) {
      return new Forward<>(body.withWhen(condition));
    }

    /** Takes the event into the state. */
    public Forward<S, E> onEvent(BiFunction<? super S, ? super E, ? extends S> fold) {
      return new Forward<>(body.withOnEvent(fold(fold)));
    }

    /** How long to wait, at most 366 days. Default 1 hour. */
    public Forward<S, E> timeout(Duration timeout) {
      return new Forward<>(body.withTimeout(timeout));
    }

    /** Lets the saga go on without the event. Default: it waits for an operator. */
    public Forward<S, E> onTimeout(Function<? super S, ? extends S> change) {
      return new Forward<>(body.withOnTimeout(onState(change)));
    }

    @Override
    StepDefinition.@Nullable Command<S> compensation() {
      return null;
    }
  }

  private record Body<S, E>(
      String event,
      Class<E> type,
      @Nullable Predicate<? super S> when,
      @Nullable BiFunction<S, Object, S> onEvent,
      Duration timeout,
      @Nullable Function<S, S> onTimeout) {

    Body<S, E> withWhen(Predicate<? super S> condition) {
      return new Body<>(event, type, condition, onEvent, timeout, onTimeout);
    }

    Body<S, E> withOnEvent(BiFunction<S, Object, S> fold) {
      return new Body<>(event, type, when, fold, timeout, onTimeout);
    }

    Body<S, E> withTimeout(Duration newTimeout) {
      if (newTimeout.isNegative() || newTimeout.isZero() || newTimeout.compareTo(MAX_TIMEOUT) > 0) {
        throw new IllegalArgumentException(
            "timeout must be more than 0 and at most 366 days: " + newTimeout);
      }
      return new Body<>(event, type, when, onEvent, newTimeout, onTimeout);
    }

    Body<S, E> withOnTimeout(Function<S, S> change) {
      return new Body<>(event, type, when, onEvent, timeout, change);
    }
  }
}
