package io.vertebra.saga;

import io.vertebra.contract.Request;
import io.vertebra.error.SagaException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * How a step of a saga is declared: which contract it requests, what its answer does to the state,
 * how it is undone. The nested types are the words that may follow each other; all are immutable.
 *
 * <p>The functions must be pure: they may run again after a crash or on another node. What they throw
 * counts as a failure of the step.
 *
 * @param <S> the saga's state
 */
public abstract sealed class SagaStep<S> permits SagaStep.Compensable, SagaStep.Forward {
  static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(5);

  final Body<S> body;

  private SagaStep(Body<S> body) {
    this.body = body;
  }

  StepDefinition<S> define() {
    return new StepDefinition<>(
        0,
        "",
        StepDefinition.Kind.COMPENSABLE,
        body.when,
        new StepDefinition.Command<>(body.contract, body.toMessage, body.retry, body.timeout),
        body.onReply,
        body.onFailure,
        compensation());
  }

  abstract StepDefinition.@Nullable Command<S> compensation();

  @SuppressWarnings("unchecked") // called with states of this saga only
  private static <S> Function<S, Object> message(Function<? super S, ?> function) {
    return (Function<S, Object>) Objects.requireNonNull(function);
  }

  @SuppressWarnings("unchecked") // called with answers of the step's own contract only
  private static <S> BiFunction<S, Object, S> fold(BiFunction<? super S, ?, ? extends S> function) {
    return (BiFunction<S, Object, S>) Objects.requireNonNull(function);
  }

  /**
   * The beginning of a step before the pivot.
   *
   * @param <S> the saga's state
   */
  public static final class Start<S> {
    private final @Nullable Predicate<? super S> when;

    Start(@Nullable Predicate<? super S> when) {
      this.when = when;
    }

    /** Runs the step only if the state says so. Asked once, when its turn comes; the answer is recorded. */
    public Start<S> when(Predicate<? super S> condition) {
      return new Start<>(condition);
    }

    /** The contract to request, and the message for it. */
    public <Q, R> Compensable<S, R> request(
        Request<Q, R> contract, Function<? super S, ? extends Q> toMessage) {
      return new Compensable<>(Body.of(when, contract, message(toMessage)), null);
    }
  }

  /**
   * The beginning of the pivot.
   *
   * @param <S> the saga's state
   */
  public static final class PivotStart<S> {
    PivotStart() {}

    /** The contract to request, and the message for it. */
    public <Q, R> Forward<S, R> request(
        Request<Q, R> contract, Function<? super S, ? extends Q> toMessage) {
      return new Forward<>(Body.of(null, contract, message(toMessage)));
    }
  }

  /**
   * The beginning of a step after the pivot.
   *
   * @param <S> the saga's state
   */
  public static final class RetriableStart<S> {
    private final @Nullable Predicate<? super S> when;

    RetriableStart(@Nullable Predicate<? super S> when) {
      this.when = when;
    }

    /** Runs the step only if the state says so. Asked once, when its turn comes; the answer is recorded. */
    public RetriableStart<S> when(Predicate<? super S> condition) {
      return new RetriableStart<>(condition);
    }

    /** The contract to request, and the message for it. */
    public <Q, R> Forward<S, R> request(
        Request<Q, R> contract, Function<? super S, ? extends Q> toMessage) {
      return new Forward<>(Body.of(when, contract, message(toMessage)));
    }
  }

  /**
   * A step before the pivot: it can be undone, or has nothing to undo.
   *
   * @param <S> the saga's state
   * @param <R> the reply
   */
  public static final class Compensable<S, R> extends SagaStep<S> {
    private final StepDefinition.@Nullable Command<S> compensation;

    private Compensable(Body<S> body, StepDefinition.@Nullable Command<S> compensation) {
      super(body);
      this.compensation = compensation;
    }

    /** Takes the reply into the state. */
    public Compensable<S, R> onReply(BiFunction<? super S, ? super R, ? extends S> fold) {
      return new Compensable<>(body.withOnReply(fold(fold)), compensation);
    }

    /** Takes a declared failure into the state. The saga is compensated, with or without this. */
    public <F extends Record> Compensable<S, R> onFailure(
        Class<F> type, BiFunction<? super S, ? super F, ? extends S> fold) {
      return new Compensable<>(body.withOnFailure(type, fold(fold)), compensation);
    }

    /** How the step is undone, with {@link Retry#forCompensation()}. */
    public <Q> Compensable<S, R> compensate(
        Request<Q, ?> contract, Function<? super S, ? extends Q> toMessage) {
      return compensate(contract, toMessage, Retry.forCompensation());
    }

    /**
     * How the step is undone: also when its outcome is unknown, so the participant has to cope with a
     * compensation whose action it never saw. The message is made from the state at that time.
     */
    public <Q> Compensable<S, R> compensate(
        Request<Q, ?> contract, Function<? super S, ? extends Q> toMessage, Retry retry) {
      return new Compensable<>(
          body, new StepDefinition.Command<>(contract, message(toMessage), retry, DEFAULT_TIMEOUT));
    }

    /** How often the command is sent. Default {@link Retry#defaults()}. */
    public Compensable<S, R> retry(Retry retry) {
      return new Compensable<>(body.withRetry(retry), compensation);
    }

    /** How long one attempt may take. Default 5 s. */
    public Compensable<S, R> timeout(Duration timeout) {
      return new Compensable<>(body.withTimeout(timeout), compensation);
    }

    @Override
    StepDefinition.@Nullable Command<S> compensation() {
      return compensation;
    }
  }

  /**
   * The pivot, or a step after it: there is no way back.
   *
   * @param <S> the saga's state
   * @param <R> the reply
   */
  public static final class Forward<S, R> extends SagaStep<S> {
    private Forward(Body<S> body) {
      super(body);
    }

    /** Takes the reply into the state. */
    public Forward<S, R> onReply(BiFunction<? super S, ? super R, ? extends S> fold) {
      return new Forward<>(body.withOnReply(fold(fold)));
    }

    /**
     * Takes a declared failure into the state. A refused pivot has not happened, so the saga is
     * compensated. After the pivot the saga goes on; without this it waits for an operator.
     */
    public <F extends Record> Forward<S, R> onFailure(
        Class<F> type, BiFunction<? super S, ? super F, ? extends S> fold) {
      return new Forward<>(body.withOnFailure(type, fold(fold)));
    }

    /** How often the command is sent. Default {@link Retry#defaults()}. */
    public Forward<S, R> retry(Retry retry) {
      return new Forward<>(body.withRetry(retry));
    }

    /** How long one attempt may take. Default 5 s. */
    public Forward<S, R> timeout(Duration timeout) {
      return new Forward<>(body.withTimeout(timeout));
    }

    @Override
    StepDefinition.@Nullable Command<S> compensation() {
      return null;
    }
  }

  /** What both kinds of step have. */
  private record Body<S>(
      @Nullable Predicate<? super S> when,
      Request<?, ?> contract,
      Function<S, Object> toMessage,
      @Nullable BiFunction<S, Object, S> onReply,
      Map<Class<?>, BiFunction<S, Object, S>> onFailure,
      Retry retry,
      Duration timeout) {

    static <S> Body<S> of(
        @Nullable Predicate<? super S> when,
        Request<?, ?> contract,
        Function<S, Object> toMessage) {
      return new Body<>(
          when, contract, toMessage, null, Map.of(), Retry.defaults(), DEFAULT_TIMEOUT);
    }

    Body<S> withOnReply(BiFunction<S, Object, S> fold) {
      return new Body<>(when, contract, toMessage, fold, onFailure, retry, timeout);
    }

    Body<S> withOnFailure(Class<? extends Record> type, BiFunction<S, Object, S> fold) {
      if (!contract.declares(type)) {
        throw SagaException.invalid(
            contract.name(),
            "a step handles " + type.getSimpleName() + ", which the contract does not declare");
      }
      Map<Class<?>, BiFunction<S, Object, S>> all = new LinkedHashMap<>(onFailure);
      all.put(type, fold);
      return new Body<>(when, contract, toMessage, onReply, Map.copyOf(all), retry, timeout);
    }

    Body<S> withRetry(Retry newRetry) {
      return new Body<>(
          when, contract, toMessage, onReply, onFailure, Objects.requireNonNull(newRetry), timeout);
    }

    Body<S> withTimeout(Duration newTimeout) {
      if (newTimeout.isNegative()
          || newTimeout.isZero()
          || newTimeout.compareTo(Duration.ofDays(1)) > 0) {
        throw new IllegalArgumentException(
            "timeout must be more than 0 and at most 1 day: " + newTimeout);
      }
      return new Body<>(when, contract, toMessage, onReply, onFailure, retry, newTimeout);
    }
  }
}
