package io.vertebra.dispatch;

import io.vertebra.contract.Request;
import io.vertebra.error.CallException;
import io.vertebra.error.ErrorCode;
import io.vertebra.error.OverloadedException;
import io.vertebra.error.VertebraException;
import io.vertebra.messaging.CallOptions;
import io.vertebra.messaging.CallRetry;
import io.vertebra.messaging.Cancellation;
import io.vertebra.messaging.GuardEvent;
import io.vertebra.messaging.Hedge;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A call that may be made more than once: again after it failed, or a second time while it takes long.
 * Each attempt is an exchange of its own. Confined to the caller's lane; its one timer is the delay
 * before the next attempt, or while one runs the delay before its hedge.
 *
 * @param <Q> the message
 * @param <R> the reply
 */
final class Attempts<Q, R> extends ScopeChild implements Cancellation.Listener {
  private final Engine engine;
  private final Call<Q, R> call;
  private final ContextInternal context;
  private final Lane lane;
  private final Promise<R> promise;
  private final String messageId;
  private final long deadline;
  private final List<Exchange<Q, R>> running = new ArrayList<>(2);
  private int made;
  private boolean mayHaveRun;
  private boolean waits;
  private boolean done;
  /** Why the attempt before the next one failed. */
  private String reason = "";

  /** What is asked. */
  record Call<Q, R>(
      @Nullable Scope parent, Request<Q, R> contract, Q message, CallOptions options) {

    @Nullable
    CallRetry retry() {
      Envelope cause = parent == null ? null : parent.envelope();
      return cause != null && cause.repeated() ? null : options.retry();
    }
  }

  Attempts(Engine engine, Call<Q, R> call) {
    this.engine = engine;
    this.call = call;
    this.context = engine.vertx().getOrCreateContext();
    Scope parent = call.parent;
    this.lane = parent != null ? parent.lane : engine.lanes().of(context.nettyEventLoop());
    this.promise = context.promise();
    String chosen = call.options.messageId();
    this.messageId = chosen == null ? engine.nextMessageId().toString() : chosen;
    long now = System.nanoTime();
    long own = now + call.options.timeoutNanos();
    this.deadline = parent != null && parent.hasDeadline() && parent.deadlineNanos() - own < 0
        ? parent.deadlineNanos()
        : own;
  }

  Future<R> begin() {
    lane.run(() -> {
      if (call.retry() != null) {
        route().repeats().budget().called();
      }
      Hedge hedge = call.options.hedge();
      if (hedge != null) {
        route().repeats().times().called(hedge.budget());
      }
      attempt(null);
    });
    return promise.future();
  }

  private Route route() {
    return engine.route(call.contract.id());
  }

  /** Makes the call, elsewhere than {@code slow} if that is given. */
  private void attempt(@Nullable Exchange<Q, R> slow) {
    long now = lane.nanoTime();
    long left = Math.max(1, deadline - now);
    CallRetry retry = call.retry();
    Duration most = retry == null ? null : retry.attemptTimeout();
    long nanos = most == null ? left : Math.min(left, most.toNanos());
    CallOptions options = call.options
        .single()
        .withTimeout(Duration.ofNanos(nanos))
        .withMessageId(messageId)
        .withAttempt(call.options.attempt() + made);
    made++;
    Exchange<Q, R> exchange =
        engine.exchange(call.parent, call.contract, call.message, options, context);
    if (slow != null) {
      exchange.avoid(slow);
    }
    running.add(exchange);
    exchange.begin().onComplete(answer -> lane.run(() -> ended(exchange, answer)));
    if (slow == null && !done) {
      armHedge(now);
    }
  }

  private void armHedge(long now) {
    Hedge hedge = call.options.hedge();
    if (hedge == null || running.isEmpty()) {
      return;
    }
    long delay = route().repeats().times().delay(now);
    if (delay >= 0) {
      lane.arm(this, now + Math.max(delay, hedge.shortestDelay().toNanos()));
    }
  }

  @Override
  protected void onDeadline(long nowNanos) {
    if (done) {
      return;
    }
    if (running.isEmpty()) {
      waitNoMore();
      engine.guard().count(GuardEvent.Kind.RETRIED, call.contract.id(), reason);
      attempt(null);
    } else if (running.size() == 1 && route().repeats().times().tryHedge(nowNanos)) {
      engine.guard().count(GuardEvent.Kind.HEDGED, call.contract.id(), "slow");
      attempt(running.get(0));
    }
  }

  private void ended(Exchange<Q, R> exchange, AsyncResult<R> answer) {
    running.remove(exchange);
    if (done) {
      return;
    }
    if (answer.succeeded()) {
      Hedge hedge = call.options.hedge();
      if (hedge != null) {
        noteTime(exchange, hedge);
      }
      finish();
      promise.tryComplete(answer.result());
    } else {
      failed(answer.cause());
    }
  }

  private void noteTime(Exchange<Q, R> winner, Hedge hedge) {
    HedgeTimes times = route().repeats().times();
    long now = lane.nanoTime();
    Exchange<Q, R> loser = running.isEmpty() ? winner : running.get(0);
    if (loser.startNanos() - winner.startNanos() < 0) {
      times.tookAtLeast(now - loser.startNanos(), now, hedge.budget());
    } else {
      times.took(now - winner.startNanos(), now, hedge.budget());
    }
  }

  private void failed(Throwable cause) {
    if (call.options.hedge() != null && cause instanceof OverloadedException) {
      route().repeats().times().refused(lane.nanoTime());
    }
    if (!running.isEmpty()) {
      return;
    }
    lane.disarm(this);
    if (cause instanceof VertebraException failure) {
      mayHaveRun |= failure.mayHaveRun();
      long delay = delayAfter(failure);
      if (delay >= 0) {
        reason = failure.code().name().toLowerCase(Locale.ROOT).replace('_', '-');
        backOff(delay);
        return;
      }
    }
    giveUp(cause);
  }

  /** Waits for the next attempt, unless somebody ends the call meanwhile, who could end an attempt too. */
  private void backOff(long delay) {
    Scope parent = call.parent;
    Cancellation outside = call.options.cancellation();
    if (parent != null && parent.isCancelled()) {
      cancelFromParent();
      return;
    }
    waits = true;
    lane.arm(this, lane.nanoTime() + delay);
    if (parent != null) {
      parent.add(this);
    }
    if (outside != null) {
      outside.add(this);
    }
  }

  private void waitNoMore() {
    if (!waits) {
      return;
    }
    waits = false;
    Scope parent = call.parent;
    Cancellation outside = call.options.cancellation();
    if (parent != null) {
      parent.remove(this);
    }
    if (outside != null) {
      outside.remove(this);
    }
  }

  /** Ends the wait for the next attempt; an attempt that runs hears of it by itself. Any thread. */
  @Override
  public void cancelled() {
    lane.post(() -> {
      if (waits) {
        cancelFromParent();
      }
    });
  }

  @Override
  void cancelFromParent() {
    if (!done) {
      giveUp(CallException.cancelled(call.contract.name(), mayHaveRun));
    }
  }

  /** How long to wait before the call is made again; -1 if it is not. */
  private long delayAfter(VertebraException failure) {
    CallRetry retry = call.retry();
    if (retry == null || made >= retry.attempts() || !mayRepeat(failure)) {
      return -1;
    }
    long now = lane.nanoTime();
    long delay = Backoff.fullJitter(
        retry.base().toNanos(), retry.longest().toNanos(), made - 1, Route.draw());
    if (failure instanceof OverloadedException refusal) {
      delay = Math.max(delay, refusal.retryAfter().toNanos());
    }
    if (now + delay - deadline >= 0) {
      return -1;
    }
    if (!route().repeats().budget().tryRetry(now)) {
      engine.guard().count(GuardEvent.Kind.THROTTLED, call.contract.id(), "retry-budget");
      return -1;
    }
    return delay;
  }

  private boolean mayRepeat(VertebraException failure) {
    boolean certainlyNotRun = !failure.mayHaveRun() && failure.isRetryable();
    boolean unknown = failure.code() == ErrorCode.PEER_GONE
        || failure.code() == ErrorCode.DEADLINE_EXCEEDED
        || (failure.isRetryable() && failure.mayHaveRun());
    return certainlyNotRun
        || (unknown
            && (call.contract.isReadOnly()
                || call.contract.idempotencyKeyOf(call.message) != null));
  }

  private void finish() {
    done = true;
    waitNoMore();
    lane.disarm(this);
    for (Exchange<Q, R> loser : List.copyOf(running)) {
      loser.cancelFromParent();
    }
  }

  private void giveUp(Throwable cause) {
    finish();
    Function<? super VertebraException, ? extends R> fallback =
        call.options.fallback(call.contract);
    if (fallback == null
        || !(cause instanceof VertebraException failure)
        || failure.code() == ErrorCode.DECLARED
        || failure.code() == ErrorCode.CANCELLED) {
      promise.tryFail(cause);
      return;
    }
    context.emit(failure, known -> {
      try {
        promise.tryComplete(fallback.apply(known));
      } catch (Throwable thrown) {
        promise.tryFail(thrown);
      }
    });
  }
}
