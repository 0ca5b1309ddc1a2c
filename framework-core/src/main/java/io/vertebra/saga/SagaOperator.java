package io.vertebra.saga;

import io.vertebra.saga.SagaLog.Signal;
import io.vertebra.saga.SagaLog.SignalKind;
import io.vertebra.saga.SagaLog.SignalResult;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
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
    return send.apply(
        SagaSignals.decision(SignalKind.RETRY, saga, key, step, Buffer.buffer(), decided));
  }

  /**
   * Lets the instance go on without a stuck step, or without the compensation of one: somebody has seen
   * to it, or nobody needs it.
   */
  public Future<SignalResult> skip(Saga<?> saga, String key, String step, Decided decided) {
    return send.apply(
        SagaSignals.decision(SignalKind.SKIP, saga, key, step, Buffer.buffer(), decided));
  }

  /**
   * Has a stuck step, or its stuck compensation, tried with another message, under a new message id: the
   * participant does not know it for the old one, so make sure first that the old one has not run. For a
   * step that waits for an event the message is the event.
   *
   * @param message of the type that the step's contract, its compensation's, or its event has
   * @throws io.vertebra.error.SagaException {@code SAGA_INVALID} if it has another type, {@code SAGA_TOO_LARGE} if it has
   *     more bytes than {@link SagaOptions#maxState()}
   */
  public Future<SignalResult> edit(
      Saga<?> saga, String key, String step, Object message, Decided decided) {
    Buffer body = SagaSignals.input(saga, step, message, maxBytes);
    return send.apply(SagaSignals.decision(SignalKind.EDIT, saga, key, step, body, decided));
  }
}
