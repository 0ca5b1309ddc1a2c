package io.vertebra.dispatch;

import io.vertebra.contract.Request;
import io.vertebra.messaging.GuardEvent;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.deployment.DeploymentContext;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One contract served by one deployed verticle.
 *
 * @param <Q> the message
 * @param <R> the reply
 */
public final class Instance<Q, R> implements DispatchOwner {
  private final Engine engine;
  private final Route route;
  private final Request<Q, R> contract;
  private final Handler<Q, R> handler;
  private final Admission admission;
  private final ServiceTime serviceTime;
  private final WaitingQueue queue;
  private final ContextInternal context;
  private final Lane lane;
  private final Counters counters = new Counters();
  private final AtomicInteger lostNow = new AtomicInteger();
  private final KeyLines lines = new KeyLines();
  private final Promise<Void> idle = Promise.promise();
  private volatile boolean retiring;
  private volatile @Nullable Relocatable<Q, R> relocatable;

  Instance(
      Engine engine,
      Request<Q, R> contract,
      Handler<Q, R> handler,
      Admission admission,
      ContextInternal context) {
    this.engine = engine;
    this.route = engine.route(contract.id());
    this.contract = contract;
    this.handler = handler;
    this.admission = admission;
    this.serviceTime = new ServiceTime(admission);
    boolean ordered = contract.isKeyed() || contract.isIdempotent();
    this.queue = new WaitingQueue(engine.control(), admission, serviceTime, ordered);
    this.context = context;
    this.lane = engine.lanes().of(context.nettyEventLoop());
  }

  /**
   * For a keyed contract, whether nothing of the same key runs; otherwise the call waits in the line
   * of its key and is started when its turn comes. Lane only.
   */
  boolean mayStart(ServedCall<?, ?> call) {
    String key = call.envelope().key();
    return key == null || lines.enter(call, key);
  }

  /** An abandoned call does not wait for its turn to give its permit back. Lane only. */
  void leaveLine(ServedCall<?, ?> call) {
    String key = call.envelope().key();
    if (key != null && lines.leave(call, key)) {
      call.release();
    }
  }

  /** The call has ended; the next of its key may start. Lane only. */
  void finished(ServedCall<?, ?> call) {
    String key = call.envelope().key();
    ServedCall<?, ?> following = key == null ? null : lines.following(key);
    if (following != null) {
      lane.post(following::start);
    }
  }

  /** The keys of calls that run or wait for their turn. Lane only. */
  List<String> busyKeys() {
    List<String> keys = new ArrayList<>();
    lines.addBusyTo(keys);
    return keys;
  }

  /** A call has come to the loop and keeps its permit. Lane only. */
  void arrived() {
    admission.arrived();
    queue.permitFreed();
  }

  /** Gives the permit of an ended call back; {@code onArrival} if it had only just come. Lane only. */
  void release(boolean onArrival) {
    if (onArrival) {
      admission.releaseOnArrival();
    } else {
      admission.release();
    }
    queue.permitFreed();
    checkIdle();
  }

  private void checkIdle() {
    if (retiring && admission.inFlight() <= lostNow.get() && idle.tryComplete()) {
      route.forget(this);
    }
  }

  /** A call runs on long after its caller has gone: it keeps its permit, but is reported. */
  void lost(ServedCall<?, ?> call) {
    counters.lost();
    int now = lostNow.incrementAndGet();
    engine.guard().count(GuardEvent.Kind.LOST, contract.id(), "running", () -> describe(call, now));
    engine.warnings().callLost(contract.name(), describe(call, now));
    if (now * 2 > admission.limit()) {
      engine.unserve(this);
    }
    checkIdle();
  }

  private String describe(ServedCall<?, ?> lost, int lostNow) {
    return "(message " + lost.metadata().messageId() + ") "
        + engine.settings().lostAfterNanos() / 1_000_000 + " ms after its caller gave up; "
        + lostNow + " of " + admission.limit() + " permits are held by such calls";
  }

  /** A lost call has answered after all. */
  void found() {
    lostNow.decrementAndGet();
  }

  /**
   * Completes once nothing is in flight but lost calls; call after the route has let go of the
   * instance. What has not started yet is turned away from now on.
   */
  public Future<Void> retire() {
    retiring = true;
    checkIdle();
    return idle.future();
  }

  @Override
  public boolean restrictTo(int calls) {
    if (calls > 0) {
      admission.restrict(calls);
    } else {
      admission.unrestrict();
      queue.permitFreed();
    }
    return true;
  }

  /** Its handler can be moved off the loop. */
  public void movesBy(Relocatable<Q, R> relocatable) {
    this.relocatable = relocatable;
  }

  @Override
  public boolean relocate(boolean away) {
    Relocatable<Q, R> known = relocatable;
    if (known == null) {
      return false;
    }
    known.relocate(away);
    return true;
  }

  @Override
  public long lastLongRun() {
    Relocatable<Q, R> known = relocatable;
    return known == null ? DispatchOwner.super.lastLongRun() : known.lastLongRun();
  }

  @Override
  public String contractId() {
    return contract.id();
  }

  @Override
  public String verticle() {
    DeploymentContext deployed = context.deployment();
    return deployed == null ? "no verticle" : deployed.deployment().identifier();
  }

  /** Whether it starts no more calls. */
  boolean isRetiring() {
    return retiring;
  }

  /** The contract, as this instance serves it. */
  public Request<Q, R> contract() {
    return contract;
  }

  /** The lane that runs it. */
  public Lane lane() {
    return lane;
  }

  /** Its permits. */
  public Admission admission() {
    return admission;
  }

  /** Whether a call that comes now starts at once. */
  boolean hasRoom() {
    return admission.hasRoom() && !engine.lanes().isStalled(lane);
  }

  /** What became of its calls. */
  public Counters counters() {
    return counters;
  }

  /**
   * A handler has answered. Lane only.
   *
   * @param inTime whether somebody still waited; null if its time says nothing about the service
   */
  void answered(long now, long nanos, @Nullable Boolean inTime) {
    serviceTime.answeredAfter(nanos);
    if (inTime != null) {
      admission.ended(now, nanos, inTime);
    }
  }

  ServiceTime serviceTime() {
    return serviceTime;
  }

  Handler<Q, R> handler() {
    return handler;
  }

  ContextInternal context() {
    return context;
  }

  WaitingQueue queue() {
    return queue;
  }

  Route route() {
    return route;
  }

  /** The same instance, if it serves {@code caller}'s types. */
  @SuppressWarnings("unchecked")
  <A, B> @Nullable Instance<A, B> as(Request<A, B> caller) {
    return contract == (Object) caller
            || (contract.requestType() == (Object) caller.requestType()
                && contract.replyType() == (Object) caller.replyType())
        ? (Instance<A, B>) this
        : null;
  }
}
