package io.vertebra.saga;

import io.vertebra.contract.Request;
import java.time.Duration;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** One step as data. The functions are erased: the step DSL has checked that they fit together. */
record StepDefinition<S>(
    int index,
    String name,
    Kind kind,
    @Nullable Predicate<? super S> when,
    Command<S> command,
    @Nullable BiFunction<S, Object, S> onReply,
    Map<Class<?>, BiFunction<S, Object, S>> onFailure,
    @Nullable Command<S> compensation) {

  /** What may follow a failure of the step. */
  enum Kind {
    /** The saga is compensated. */
    COMPENSABLE,
    /** A refusal compensates the saga; an unknown outcome waits for an operator. */
    PIVOT,
    /** Only forward: a failure waits for an operator. */
    RETRIABLE
  }

  StepDefinition<S> at(int newIndex, String newName, Kind newKind) {
    return new StepDefinition<>(
        newIndex, newName, newKind, when, command, onReply, onFailure, compensation);
  }

  /** What the definition's hash covers. */
  String describe() {
    Request<?, ?> forward = command.contract;
    String undo = compensation == null ? "-" : compensation.contract.toString();
    return kind + " " + name + " " + (when == null ? "always " : "when ") + forward + " undo "
        + undo + "\n";
  }

  /** A message to a participant. */
  record Command<S>(
      Request<?, ?> contract, Function<S, Object> toMessage, Retry retry, Duration timeout) {}
}
