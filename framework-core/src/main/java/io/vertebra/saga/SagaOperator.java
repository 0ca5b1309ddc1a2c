package io.vertebra.saga;

import io.vertebra.error.SagaException;
import io.vertebra.saga.SagaLog.Signal;
import io.vertebra.saga.SagaLog.SignalKind;
import io.vertebra.saga.SagaLog.SignalResult;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.Locale;
import java.util.function.Function;

/**
 * What a person can decide on an instance that waits for an operator. Every decision is in the
 * history, with who took it and why, and has its effect once, however often it is sent.
 *
 * <p>A decision is stored beside its instance, so it may be given to any engine that shares the log; the
 * one that owns the instance acts on it. {@link SignalResult#ACCEPTED} says that it is stored. If the
 * step is not stuck when its turn comes, that is what the history tells. Futures complete on the
 * caller's context.
 *
 * @see SagaEngine#operator()
 */
public final class SagaOperator {
  private final Function<Signal, Future<SignalResult>> send;
  private final int maxBytes;

  SagaOperator(Function<Signal, Future<SignalResult>> send, int maxBytes) {
    this.send = send;
    this.maxBytes = maxBytes;
  }

  /**
   * Has a stuck step, or its stuck compensation, tried again with all its attempts: the same message
   * with the same id if nobody knows whether it has run, the same message with a new id if it was
   * refused. A step that waits for an event waits again.
   */
  public Future<SignalResult> retry(Saga<?> saga, String key, String step, Decided decided) {
    return send.apply(signal(saga, key, step, SignalKind.RETRY, Buffer.buffer(), decided));
  }

  /**
   * Lets the instance go on without a stuck step, or without the compensation of one: somebody has seen
   * to it, or nobody needs it.
   */
  public Future<SignalResult> skip(Saga<?> saga, String key, String step, Decided decided) {
    return send.apply(signal(saga, key, step, SignalKind.SKIP, Buffer.buffer(), decided));
  }

  /**
   * Has a stuck step, or its stuck compensation, tried with another message, under a new message id: the
   * participant does not know it for the old one, so make sure first that the old one has not run. For a
   * step that waits for an event the message is the event.
   *
   * @param message of the type that the step's contract, its compensation's, or its event has
   * @throws SagaException {@code SAGA_INVALID} if it has another type, {@code SAGA_TOO_LARGE} if it has
   *     more bytes than {@link SagaOptions#maxState()}
   */
  public Future<SignalResult> edit(
      Saga<?> saga, String key, String step, Object message, Decided decided) {
    Buffer body = encode(saga, step(saga, step), message, maxBytes);
    return send.apply(signal(saga, key, step, SignalKind.EDIT, body, decided));
  }

  private static Signal signal(
      Saga<?> saga, String key, String step, SignalKind kind, Buffer body, Decided decided) {
    String name = step(saga, step).name();
    String id = kind.name().toLowerCase(Locale.ROOT) + "/" + name + "/" + decided.id();
    return new Signal(saga.name(), key, id, kind, name, body, decided.by(), decided.why());
  }

  private static StepDefinition<?> step(Saga<?> saga, String name) {
    StepDefinition<?> step = saga.find(name);
    if (step == null) {
      throw SagaException.invalid(saga.name(), "it has no step '" + name + "'");
    }
    return step;
  }

  private static Buffer encode(Saga<?> saga, StepDefinition<?> step, Object message, int maxBytes) {
    for (Class<?> type : step.inputTypes()) {
      if (type.isInstance(message)) {
        return encode(saga, type, message, maxBytes);
      }
    }
    throw SagaException.invalid(
        saga.name(),
        "the step '" + step.name() + "' takes no " + message.getClass().getSimpleName());
  }

  static Buffer encode(Saga<?> saga, Class<?> type, Object message, int maxBytes) {
    Buffer body = MessageCodec.JSON.encodeAny(type, message);
    if (body.length() > maxBytes) {
      throw SagaException.tooLarge(
          saga.name(), "a " + type.getSimpleName(), body.length(), maxBytes);
    }
    return body;
  }
}
