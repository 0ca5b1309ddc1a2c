package io.vertebra.dispatch;

import io.vertebra.dispatch.Relocation.Place;
import io.vertebra.error.CallException;
import io.vertebra.messaging.Call;
import io.vertebra.messaging.GuardEvent;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;

/**
 * A handler that can be moved off its event loop, to a context of worker threads where its calls still
 * run one at a time and in the order in which they came, and back. Confined to the lane of its instance
 * but for {@link #relocate} and {@link #lastLongRun}.
 *
 * @param <Q> the message
 * @param <R> the reply
 */
public final class Relocatable<Q, R> extends Timed implements Handler<Q, R> {
  private static final long DRAINED_WITHIN = 1_000_000_000L;

  private final Engine engine;
  private final String contract;
  private final Handler<Q, R> handler;
  private final Lane lane;
  private final ContextInternal worker;
  private final long longRun;
  private final Relocation<Run> relocation = new Relocation<>();
  private volatile long lastLongRun = System.nanoTime();

  /**
   * At home on the lane.
   *
   * @param worker a context of worker threads
   * @param longRun from how many nanoseconds on a run elsewhere would have been a stall
   */
  public Relocatable(
      Engine engine, String contract, Handler<Q, R> handler, ContextInternal worker, long longRun) {
    this.engine = engine;
    this.contract = contract;
    this.handler = handler;
    this.lane = engine.lanes().of(worker.nettyEventLoop());
    this.worker = worker;
    this.longRun = longRun;
  }

  /** A call that is not started at home at once. */
  private final class Run {
    private final Q message;
    private final Call call;
    private final ContextInternal context;
    private final Promise<R> promise;

    Run(Q message, Call call, ContextInternal context) {
      this.message = message;
      this.call = call;
      this.context = context;
      this.promise = context.promise();
    }

    void start(Place place) {
      if (call.isCancelled()) {
        promise.fail(CallException.cancelled(contract, false));
        ended();
      } else if (place == Place.LOOP) {
        context.dispatch(this::handle);
      } else {
        ContextInternal own = worker.duplicate();
        CallLocal.inherit(own, call);
        try {
          own.runOnContext(none -> handleElsewhere());
        } catch (RejectedExecutionException closed) {
          promise.fail(CallException.draining(contract, engine.nodeId()));
          ended();
        }
      }
    }

    private void handleElsewhere() {
      long begun = System.nanoTime();
      handle();
      long end = System.nanoTime();
      if (end - begun >= longRun) {
        lastLongRun = end;
      }
    }

    private void handle() {
      Future<R> answer;
      try {
        answer = handler.handle(message, call);
      } catch (Throwable thrown) {
        answer = Future.failedFuture(thrown);
      }
      // What answers nothing is a mistake that the call tells.
      Future<R> known = Objects.requireNonNullElseGet(answer, Future::succeededFuture);
      known.onComplete(promise);
      known.onComplete(over -> lane.run(Relocatable.this::ended));
    }
  }

  @Override
  public Future<R> handle(Q message, Call call) throws Exception {
    if (lane.isCurrent() && relocation.isAtHome()) {
      relocation.startedAtHome();
      return handleAtHome(message, call);
    }
    Run run = new Run(message, call, Objects.requireNonNull(ContextInternal.current()));
    lane.run(() -> {
      relocation.arrived(run);
      startHeld();
    });
    return run.promise.future();
  }

  private Future<R> handleAtHome(Q message, Call call) throws Exception {
    Future<R> answer;
    try {
      answer = handler.handle(message, call);
    } catch (Throwable thrown) {
      ended();
      throw thrown;
    }
    if (answer == null || answer.isComplete()) {
      ended();
    } else {
      answer.onComplete(over -> lane.run(this::ended));
    }
    return answer;
  }

  private void ended() {
    Place before = relocation.place();
    relocation.ended();
    moved(before);
  }

  private void moved(Place before) {
    Place now = relocation.place();
    if (now != before) {
      lane.disarm(this);
      tell(now == Place.LOOP ? "no-stalls" : "stalls");
    }
    startHeld();
  }

  private void startHeld() {
    for (Run run = relocation.next(); run != null; run = relocation.next()) {
      run.start(relocation.place());
    }
  }

  private void tell(String reason) {
    engine.guard().count(GuardEvent.Kind.RELOCATED, contract, reason);
  }

  /** Lets it run elsewhere from now on, or at home. Any thread. */
  void relocate(boolean away) {
    lane.run(() -> {
      Place before = relocation.place();
      relocation.move(away ? Place.ELSEWHERE : Place.LOOP);
      lane.disarm(this);
      if (relocation.isMoving()) {
        lane.arm(this, lane.nanoTime() + DRAINED_WITHIN);
      }
      moved(before);
    });
  }

  /** A call that runs does not end: the others cannot wait for it for ever. */
  @Override
  protected void onDeadline(long nowNanos) {
    if (relocation.isMoving()) {
      relocation.stay();
      tell("not-drained");
      startHeld();
    }
  }

  /** When it last ran elsewhere for as long as a stall, or when it was made. Any thread. */
  long lastLongRun() {
    return lastLongRun;
  }
}
