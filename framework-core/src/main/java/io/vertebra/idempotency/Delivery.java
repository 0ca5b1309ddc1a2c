package io.vertebra.idempotency;

import io.vertebra.contract.Request;
import io.vertebra.error.DeclaredFailure;
import io.vertebra.error.HandlerException;
import io.vertebra.error.IdempotencyException;
import io.vertebra.messaging.Call;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.logging.Logger;
import io.vertx.core.internal.logging.LoggerFactory;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** One delivery of a message to an idempotent consumer. Goes on where it began: on the context of the call. */
final class Delivery<Q, R> {
  private static final Logger LOG = LoggerFactory.getLogger(Delivery.class);

  private final Consumer<Q, R> consumer;
  private final Idempotency idempotency;
  private final Q message;
  private final Call call;
  private final IdempotencyKey key;
  private final @Nullable Context context = Vertx.currentContext();
  private final Promise<R> promise = Promise.promise();

  Delivery(Consumer<Q, R> consumer, Idempotency idempotency, Q message, Call call) {
    this.consumer = consumer;
    this.idempotency = idempotency;
    this.message = message;
    this.call = call;
    this.key = IdempotencyKey.of(consumer.name, consumer.contract, message, call.metadata());
  }

  Future<R> begin() {
    ask();
    return promise.future();
  }

  private void ask() {
    Future<DedupStore.Begin> answer;
    try {
      answer = idempotency
          .store()
          .begin(
              key.consumer(), key.key(), key.fingerprint(), idempotency.leases().lease());
    } catch (RuntimeException e) {
      answer = Future.failedFuture(e);
    }
    here(answer, this::answered);
  }

  private void answered(AsyncResult<DedupStore.Begin> result) {
    if (result.failed()) {
      promise.fail(unavailable(result.cause()));
    } else if (result.result() instanceof DedupStore.First first) {
      run(first.token());
    } else if (result.result() instanceof DedupStore.Duplicate duplicate) {
      consumer.codec.decode(duplicate.reply()).onComplete(promise);
    } else if (result.result() instanceof DedupStore.Running running) {
      waitFor(running);
    } else {
      promise.fail(IdempotencyException.conflict(consumer.name));
    }
  }

  private Throwable unavailable(Throwable cause) {
    return cause instanceof IdempotencyException
        ? cause
        : IdempotencyException.storeUnavailable(consumer.name, cause);
  }

  /** Asks again when the first delivery has ended, or when it may have. */
  private void waitFor(DedupStore.Running running) {
    Duration left = call.deadline().remaining();
    if (left.isZero() || call.isCancelled()) {
      promise.fail(IdempotencyException.stillRunning(consumer.name, running.retryAfter()));
      return;
    }
    AtomicBoolean asked = new AtomicBoolean();
    Runnable again = () -> {
      if (asked.compareAndSet(false, true)) {
        onContext(this::ask);
      }
    };
    long wait = Math.min(left.toMillis() + 1, Math.max(1, running.retryAfter().toMillis()));
    idempotency.timers().after(wait, again);
    if (running.ended() != null) {
      running.ended().onComplete(ended -> again.run());
    }
  }

  private void run(DedupStore.Token token) {
    Future<R> work;
    try {
      work = consumer.handler.apply(message, call);
    } catch (Throwable e) {
      work = Future.failedFuture(e);
    }
    if (work == null) {
      work = Future.failedFuture(HandlerException.answeredNothing(consumer.contract.name()));
    }
    if (!work.isComplete()) {
      idempotency.leases().add(token, call.deadline());
    }
    here(work, result -> ended(token, result));
  }

  private void ended(DedupStore.Token token, AsyncResult<R> result) {
    idempotency.leases().remove(token);
    try {
      R reply = result.result();
      if (result.succeeded() && reply != null) {
        complete(token, consumer.codec.encode(reply), result);
        return;
      } else if (result.cause() instanceof DeclaredFailure declared
          && consumer.contract.declares(declared.failure().getClass())) {
        complete(token, consumer.codec.encode(declared), result);
        return;
      }
    } catch (RuntimeException e) {
      release(
          token,
          Future.failedFuture(HandlerException.replyInvalid(
              consumer.contract.name(), String.valueOf(e.getMessage()))));
      return;
    }
    release(token, result);
  }

  private void complete(DedupStore.Token token, Buffer reply, AsyncResult<R> result) {
    here(idempotency.store().complete(token, reply), stored -> {
      if (stored.failed()) {
        promise.fail(HandlerException.threw(consumer.contract.name(), stored.cause()));
      } else if (stored.result() == DedupStore.Completion.STORED) {
        answer(result);
      } else {
        fenced(result);
      }
    });
  }

  /** Somebody else took over: all callers hear the same, so their reply counts, if there is one. */
  private void fenced(AsyncResult<R> own) {
    LOG.warn("'" + consumer.name
        + "' has handled a message after its lease had run out; it may have been handled twice.");
    here(
        idempotency
            .store()
            .begin(
                key.consumer(),
                key.key(),
                key.fingerprint(),
                idempotency.leases().lease()),
        result -> {
          if (result.succeeded() && result.result() instanceof DedupStore.Duplicate duplicate) {
            consumer.codec.decode(duplicate.reply()).onComplete(promise);
          } else if (result.succeeded() && result.result() instanceof DedupStore.First first) {
            release(first.token(), own);
          } else {
            answer(own);
          }
        });
  }

  private void release(DedupStore.Token token, AsyncResult<R> result) {
    here(idempotency.store().release(token), released -> answer(result));
  }

  private void answer(AsyncResult<R> result) {
    if (result.succeeded()) {
      promise.complete(result.result());
    } else {
      promise.fail(result.cause());
    }
  }

  /** Goes on with a result: at once if it is there, otherwise on the context of the call. */
  private <T> void here(Future<T> future, java.util.function.Consumer<AsyncResult<T>> next) {
    if (future.isComplete()) {
      next.accept(future);
    } else {
      future.onComplete(result -> onContext(() -> next.accept(result)));
    }
  }

  private void onContext(Runnable action) {
    if (context == null || context == Vertx.currentContext()) {
      action.run();
    } else {
      context.runOnContext(ignored -> action.run());
    }
  }

  /** What all deliveries to a consumer have in common. */
  record Consumer<Q, R>(
      String name,
      Request<Q, R> contract,
      BiFunction<? super Q, ? super Call, Future<R>> handler,
      ReplyCodec<R> codec) {}
}
