package io.vertebra.saga;

import io.vertebra.contract.Request;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
    Action<S> action,
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
        newIndex, newName, newKind, when, action, onReply, onFailure, compensation);
  }

  /** What the definition's hash covers. */
  String describe() {
    String undo = compensation == null ? "-" : compensation.contract.toString();
    return kind + " " + name + " " + (when == null ? "always " : "when ") + action.describe()
        + " undo " + undo + "\n";
  }

  /** The types of what an operator may give the step, or its compensation, to try again with. */
  List<Class<?>> inputTypes() {
    List<Class<?>> types = new ArrayList<>(2);
    types.add(action.inputType());
    if (compensation != null) {
      types.add(compensation.inputType());
    }
    return types;
  }

  /** What a step does. */
  sealed interface Action<S> {
    /** What the definition's hash covers. */
    String describe();

    /** What answers it, encoded for the log. */
    Buffer encodeAnswer(MessageCodec codec, Object answer);

    /** The type of its message, or of its event. */
    Class<?> inputType();

    /** The message that an operator gives it, or the event. */
    Object decodeInput(MessageCodec codec, Buffer body);

    /** What answered it, from the log. */
    Object decodeAnswer(MessageCodec codec, SagaLog.Answer answer);
  }

  /** A message to a participant. */
  record Command<S>(
      Request<?, ?> contract, Function<S, Object> toMessage, Retry retry, Duration timeout)
      implements Action<S> {

    @Override
    public Class<?> inputType() {
      return contract.requestType();
    }

    @Override
    public String describe() {
      return contract.toString();
    }

    @Override
    public Buffer encodeAnswer(MessageCodec codec, Object answer) {
      return codec.encodeAny(contract.replyType(), answer);
    }

    @Override
    public Object decodeInput(MessageCodec codec, Buffer body) {
      return codec.decode(contract.requestType(), body, contract.name());
    }

    @Override
    public Object decodeAnswer(MessageCodec codec, SagaLog.Answer answer) {
      return answer.refused()
          ? codec.decodeFailure(contract, answer.body())
          : codec.decode(contract.replyType(), answer.body(), contract.name());
    }
  }

  /**
   * The wait for an event that has the step's name.
   *
   * @param onTimeout how the saga goes on without the event; null if it cannot
   */
  record Await<S>(
      String event,
      Class<?> type,
      Duration timeout,
      @Nullable Function<S, S> onTimeout) implements Action<S> {

    @Override
    public Class<?> inputType() {
      return type;
    }

    @Override
    public String describe() {
      return "await " + event;
    }

    @Override
    public Buffer encodeAnswer(MessageCodec codec, Object answer) {
      return codec.encodeAny(type, answer);
    }

    @Override
    public Object decodeAnswer(MessageCodec codec, SagaLog.Answer answer) {
      return decodeInput(codec, answer.body());
    }

    @Override
    public Object decodeInput(MessageCodec codec, Buffer body) {
      return codec.decode(type, body, event);
    }
  }
}
