package io.vertebra.dispatch;

import io.vertebra.contract.Request;
import io.vertebra.error.CallException;
import io.vertebra.error.ContractException;
import io.vertebra.error.ErrorCode;
import io.vertebra.error.HandlerException;
import io.vertebra.error.OverloadedException;
import io.vertebra.error.VertebraException;
import io.vertebra.messaging.CallOptions;
import io.vertebra.messaging.Cancellation;
import io.vertebra.messaging.GuardEvent;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The caller's side of one request. Confined to its lane, except for {@link #replied},
 * {@link #failed}, {@link #arrived} and {@link #rejected}, through which the other side hands over
 * the outcome.
 *
 * @param <Q> the message
 * @param <R> the reply
 */
public final class Exchange<Q, R> extends ScopeChild
    implements Runnable, Origin<R>, Cancellation.Listener {
  private static final int MAX_ROUTES = 4;

  private final Engine engine;
  private final Route route;
  private final Request<Q, R> contract;
  private final Q message;
  private final CallOptions options;
  private final ContextInternal context;
  private final Lane lane;
  private final @Nullable Scope parent;
  private final Promise<R> promise;
  private final long startNanos;
  private final long deadlineNanos;

  private @Nullable Envelope envelope;
  private boolean started;
  private boolean done;
  private int routes;
  private @Nullable ServedCall<Q, R> served;
  private @Nullable Target target;
  private @Nullable Target avoided;
  private boolean avoidsHere;
  private @Nullable Bulkhead entered;
  private int instanceIndex = -1;
  private boolean pinned;
  private boolean held;
  /** What the link remembers, or the instance in this process that is meant. */
  private @Nullable Object attachment;

  private @Nullable R reply;
  private @Nullable VertebraException failure;
  private @Nullable Arrival<R> arrival;

  Exchange(
      Engine engine,
      Request<Q, R> contract,
      Q message,
      CallOptions options,
      Origins origins,
      long nowNanos) {
    this.engine = engine;
    this.route = engine.route(contract.id());
    this.contract = contract;
    this.message = Objects.requireNonNull(message, "message");
    this.options = options;
    this.context = origins.context();
    this.lane = origins.lane();
    this.parent = origins.parent();
    this.promise = context.promise();
    this.startNanos = nowNanos;
    long own = nowNanos + options.timeoutNanos();
    this.deadlineNanos = parent != null && parent.hasDeadline() && parent.deadlineNanos() - own < 0
        ? parent.deadlineNanos()
        : own;
  }

  /**
   * Who makes a call, and where.
   *
   * @param context completes the future
   * @param lane owns the exchange
   * @param parent ends the exchange when it ends itself
   */
  record Origins(
      ContextInternal context, Lane lane, @Nullable Scope parent) {}

  /** Reads a reply that came over the wire, on the caller's context. */
  @FunctionalInterface
  public interface Arrival<R> {
    /** The reply; throws what the bytes turned out to be otherwise. */
    R read();
  }

  /** The one instance on another node that this exchange is for, when gathering. */
  void pinTo(Target node, int instance) {
    this.pinned = true;
    this.target = node;
    this.instanceIndex = instance;
  }

  /** The one instance in this process that this exchange is for, when gathering. */
  void pinTo(Instance<?, ?> instance) {
    this.pinned = true;
    this.attachment = instance;
  }

  /** Is the second of two: goes elsewhere than the first, if there is an elsewhere. */
  void avoid(Exchange<?, ?> first) {
    avoided = first.target;
    avoidsHere = first.served != null;
  }

  boolean avoidsHere() {
    return avoidsHere;
  }

  long startNanos() {
    return startNanos;
  }

  Future<R> begin() {
    if (lane.isCurrent()) {
      start();
    } else {
      lane.post(this);
    }
    return promise.future();
  }

  /** Ends the exchange with CANCELLED. Any thread. */
  @Override
  public void cancelled() {
    lane.post(this::cancelFromParent);
  }

  @Override
  void cancelFromParent() {
    giveUp(ErrorCode.CANCELLED);
  }

  @Override
  public void run() {
    if (!started) {
      start();
    } else if (!done) {
      end();
    } else {
      engine.stats().lateReply();
    }
  }

  private void start() {
    if (done) {
      return;
    }
    started = true;
    Scope origin = parent;
    Cancellation outside = options.cancellation();
    if ((origin != null && origin.isCancelled()) || (outside != null && outside.isCancelled())) {
      done = true;
      fail(CallException.cancelled(contract.name(), false));
      return;
    }
    if (!enterBulkhead()) {
      done = true;
      fail(OverloadedException.tooManyWaitedFor(contract.name(), bulkheadLimit()));
      return;
    }
    if (origin != null) {
      origin.add(this);
    } else {
      engine.stats().rootCall();
    }
    if (outside != null) {
      outside.add(this);
    }
    try {
      envelope = engine.seal(contract, message, options, origin, lane);
    } catch (VertebraException unfit) {
      settle();
      fail(unfit);
      return;
    }
    if (deadlineNanos - lane.nanoTime() <= 0) {
      giveUp(ErrorCode.DEADLINE_EXCEEDED);
      return;
    }
    lane.arm(this, deadlineNanos);
    dispatch();
  }

  private boolean enterBulkhead() {
    Bulkhead known = route.bulkhead();
    if (known == null) {
      return true;
    }
    if (!known.tryEnter()) {
      engine.guard().count(GuardEvent.Kind.THROTTLED, contract.id(), "too-many-waited-for");
      return false;
    }
    entered = known;
    return true;
  }

  private int bulkheadLimit() {
    Bulkhead known = route.bulkhead();
    return known == null ? 0 : known.limit();
  }

  private void dispatch() {
    routes++;
    if (pinned) {
      Target node = target;
      if (node != null) {
        sendPinned(node);
        return;
      }
      if (attachment instanceof Instance<?, ?> instance) {
        engine.dispatchTo(this, instance);
      }
      return;
    }
    engine.dispatch(this);
  }

  private void sendPinned(Target node) {
    switch (node.fit(contract)) {
      case FITS -> node.send(this);
      case UNKNOWN -> node.examine(this);
      case MISFIT -> rejected(ContractException.mismatch(contract.name(), node.obstacle(contract)));
    }
  }

  /** Waits for a former owner of its key, which may still be busy with that. */
  void hold() {
    held = true;
    engine.keyMoves().hold(this);
  }

  /** Nothing holds it up any more: looks for a node again. Any thread. */
  void resume() {
    lane.post(() -> {
      if (!done) {
        held = false;
        engine.dispatch(this);
      }
    });
  }

  /** Runs here, in this process. */
  void serveBy(ServedCall<Q, R> call) {
    served = call;
    target = null;
  }

  /** Goes to another node. */
  void sendTo(Target node) {
    served = null;
    target = node;
    node.send(this);
  }

  @Override
  public void replied(ServedCall<?, R> call, R value) {
    reply = value;
    lane.post(this);
  }

  @Override
  public void failed(ServedCall<?, R> call, VertebraException cause) {
    failure = cause;
    lane.post(this);
  }

  /** A reply came over the wire; it is decoded on the caller's context. Any thread. */
  public void arrived(Arrival<R> wire) {
    arrival = wire;
    lane.post(this);
  }

  /** The call ended without a reply. Any thread. */
  public void rejected(VertebraException cause) {
    failure = cause;
    lane.post(this);
  }

  /** What was unknown about a node is known now: looks for a node again. Any thread. */
  public void routeAgain() {
    lane.post(() -> {
      if (!done) {
        dispatch();
      }
    });
  }

  /** The node does not even say what it serves: looks for another. Any thread. */
  public void refused(Target node) {
    lane.post(() -> {
      if (!done) {
        avoided = node;
        failure = CallException.peerGone(contract.name(), node.node(), false);
        end();
      }
    });
  }

  private void end() {
    VertebraException cause = failure;
    if (cause != null && canRouteAgain(cause)) {
      failure = null;
      avoided = target == null ? avoided : target;
      target = null;
      served = null;
      engine.stats().rerouted();
      dispatch();
      return;
    }
    if (cause != null && cause.code() == ErrorCode.DEADLINE_EXCEEDED) {
      cause =
          overdue(cause.mayHaveRun()); // the other side does not know how long the caller waited
    }
    settle();
    boolean inline = context.isEventLoopContext() && context.nettyEventLoop() == lane.loop();
    if (!inline) {
      complete(cause);
      return;
    }
    DispatchOwner around = lane.stamp().enter(route);
    ContextInternal previous = context.beginDispatch();
    try {
      complete(cause);
    } finally {
      context.endDispatch(previous);
      lane.stamp().leave(around);
    }
  }

  private void complete(@Nullable VertebraException cause) {
    Arrival<R> wire = arrival;
    R value = reply;
    VertebraException outcome = cause;
    if (outcome == null && wire != null) {
      try {
        value = wire.read();
      } catch (VertebraException unreadable) {
        outcome = unreadable;
      } catch (RuntimeException | StackOverflowError e) {
        outcome = HandlerException.replyInvalid(
            contract.name(), "reading it threw " + e.getClass().getName());
      }
    }
    show(outcome);
    if (outcome == null) {
      promise.tryComplete(value);
    } else {
      promise.tryFail(outcome);
    }
  }

  /** A message that has certainly not run may go to somebody else, while there is time. */
  private boolean canRouteAgain(VertebraException cause) {
    return !pinned
        && routes < MAX_ROUTES
        && !cause.mayHaveRun()
        && (cause.code() == ErrorCode.DRAINING
            || cause.code() == ErrorCode.PEER_GONE
            || (cause.code() == ErrorCode.NOT_SERVED && target != null));
  }

  private void settle() {
    done = true;
    Bulkhead known = entered;
    if (known != null) {
      entered = null;
      known.leave();
    }
    lane.disarm(this);
    if (parent != null) {
      parent.remove(this);
    }
    Cancellation outside = options.cancellation();
    if (outside != null) {
      outside.remove(this);
    }
  }

  @Override
  protected void onDeadline(long nowNanos) {
    giveUp(ErrorCode.DEADLINE_EXCEEDED);
  }

  private void giveUp(ErrorCode code) {
    if (done) {
      return;
    }
    settle();
    boolean mayHaveRun = false;
    ServedCall<Q, R> here = served;
    Target there = target;
    if (held) {
      engine.keyMoves().forget(this);
    } else if (here != null) {
      mayHaveRun = !here.abandon(code);
    } else if (there != null) {
      mayHaveRun = attachment != null;
      there.cancel(this);
    }
    fail(
        code == ErrorCode.CANCELLED
            ? CallException.cancelled(contract.name(), mayHaveRun)
            : overdue(mayHaveRun));
  }

  private CallException overdue(boolean mayHaveRun) {
    return CallException.deadlineExceeded(
        contract.name(), Duration.ofNanos(deadlineNanos - startNanos), mayHaveRun);
  }

  private void show(@Nullable VertebraException cause) {
    CallTap tap = engine.tap();
    Envelope sealed = envelope;
    if (tap != null && sealed != null) {
      tap.called(contract, message, sealed, cause, lane.nanoTime() - startNanos);
    }
  }

  private void fail(VertebraException cause) {
    engine.stats().ended(cause.code());
    show(cause);
    promise.tryFail(cause);
  }

  /** The contract. */
  public Request<Q, R> contract() {
    return contract;
  }

  /** The message. */
  public Q message() {
    return message;
  }

  /** What travels with the message; known once the exchange has started. */
  public Envelope envelope() {
    return Objects.requireNonNull(envelope, "the exchange has not started");
  }

  /** When the caller stops waiting, as {@link System#nanoTime()} counts. */
  public long deadlineNanos() {
    return deadlineNanos;
  }

  /** The lane that owns this exchange. */
  public Lane lane() {
    return lane;
  }

  /** The one instance on the target node that is meant, or -1 for any. */
  public int instanceIndex() {
    return instanceIndex;
  }

  /** The node that did not run it when it was tried last, or null. */
  @Nullable
  Target avoided() {
    return avoided;
  }

  Route route() {
    return route;
  }

  /** What the link remembers about this exchange. */
  public @Nullable Object attachment() {
    return attachment;
  }

  /** See {@link #attachment()}. */
  public void attach(@Nullable Object value) {
    attachment = value;
  }
}
