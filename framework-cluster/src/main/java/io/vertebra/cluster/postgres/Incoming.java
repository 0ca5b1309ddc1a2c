package io.vertebra.cluster.postgres;

import io.vertebra.error.DeclaredFailure;
import io.vertebra.error.HandlerException;
import io.vertebra.idempotency.IdempotencyKey;
import io.vertebra.messaging.Call;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.PromiseInternal;
import io.vertx.core.internal.VertxInternal;
import java.util.concurrent.Callable;

/** One delivery of a message, on its way to an answer. Its handler runs on the context of its call. */
final class Incoming<Q, R> {
  final Consumer<Q, R> consumer;
  final Q message;
  final Call call;
  final IdempotencyKey key;
  private final ContextInternal context;
  private final PromiseInternal<R> promise;

  Incoming(Vertx vertx, Consumer<Q, R> consumer, Q message, Call call) {
    this.consumer = consumer;
    this.message = message;
    this.call = call;
    this.key = IdempotencyKey.of(
        consumer.contract().name(), consumer.contract(), message, call.metadata());
    this.context = ((VertxInternal) vertx).getOrCreateContext();
    this.promise = context.promise();
  }

  Future<R> future() {
    return promise.future();
  }

  ContextInternal context() {
    return context;
  }

  String messageId() {
    return call.metadata().messageId();
  }

  /** Whether nobody waits for an answer any more. */
  boolean isOver() {
    return call.isCancelled() || call.deadline().isPassed();
  }

  /** Runs a handler on the context of the call; what it throws or leaves out becomes a failure. */
  Future<R> handle(Callable<Future<R>> handler) {
    PromiseInternal<R> answer = context.promise();
    context.emit(answer, into -> {
      Future<R> work;
      try {
        work = handler.call();
      } catch (Exception e) {
        work = Future.failedFuture(e);
      }
      if (work == null) {
        work = Future.failedFuture(
            HandlerException.answeredNothing(consumer.contract().name()));
      }
      work.onComplete(into);
    });
    return answer.future();
  }

  /** What is stored for an answer. Throws if the answer is none that is stored. */
  Buffer encode(Future<R> answer) {
    if (answer.succeeded()) {
      R reply = answer.result();
      if (reply == null) {
        throw HandlerException.answeredNothing(consumer.contract().name());
      }
      return consumer.codec().encode(reply);
    }
    return consumer.codec().encode((DeclaredFailure) answer.cause());
  }

  /** Whether the handler answered with a failure that the contract declares. */
  boolean isDeclared(Future<R> answer) {
    return answer.cause() instanceof DeclaredFailure declared
        && consumer.contract().declares(declared.failure().getClass());
  }

  void answer(Future<R> answer) {
    answer.onComplete(promise);
  }

  /** Answers with what an earlier delivery has stored. */
  void answerStored(Buffer reply) {
    answer(consumer.codec().decode(reply));
  }

  void fail(Throwable cause) {
    promise.tryFail(cause);
  }
}
