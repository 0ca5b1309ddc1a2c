package io.vertebra.dispatch;

import io.vertebra.contract.Request;
import io.vertebra.contract.Topic;
import io.vertebra.error.CallException;
import io.vertebra.error.DeclaredFailure;
import io.vertebra.error.ErrorCode;
import io.vertebra.error.HandlerException;
import io.vertebra.error.IdempotencyException;
import io.vertebra.error.SagaException;
import io.vertebra.error.VertebraException;
import io.vertebra.messaging.Bus;
import io.vertebra.messaging.Call;
import io.vertebra.messaging.CallMetadata;
import io.vertebra.messaging.CallOptions;
import io.vertebra.messaging.Deadline;
import io.vertebra.messaging.Gather;
import io.vertebra.messaging.GuardEvent;
import io.vertebra.messaging.MessageWriter;
import io.vertebra.messaging.Publication;
import io.vertx.core.Completable;
import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The handler's side of one request, and the {@link Call} that the handler sees. It waits in at most
 * one place at a time: the route's queue (on the control lane), the inbox of the instance's lane, or
 * the line of its key.
 *
 * @param <Q> the message
 * @param <R> the reply
 */
public final class ServedCall<Q, R> extends Scope implements Call, Runnable, Completable<R> {
  private static final int WAITING = 0;
  private static final int RUNNING = 1;
  private static final int ABANDONED = 2;
  private static final int ANSWERED = 3;
  private static final VarHandle STATE;

  static {
    try {
      STATE = MethodHandles.lookup().findVarHandle(ServedCall.class, "state", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Engine engine;
  private final Instance<Q, R> instance;
  private final Origin<R> origin;
  private final Body<Q> body;
  private final Envelope envelope;
  private final long deadlineNanos;

  /** Where it waits for a permit, or has waited. On the control lane. */
  private FairQueue.@Nullable Waiting<ServedCall<?, ?>> waiting;

  private boolean arrived;
  private long startedNanos;

  @SuppressWarnings("unused") // through STATE
  private volatile int state;

  private boolean lost;
  private @Nullable ContextInternal context;
  private @Nullable Runnable onCancel;

  /** A call that came from {@code origin} and is meant for {@code instance}. */
  public ServedCall(
      Engine engine,
      Instance<Q, R> instance,
      Origin<R> origin,
      Body<Q> body,
      Envelope envelope,
      long deadlineNanos) {
    super(instance.lane());
    this.engine = engine;
    this.instance = instance;
    this.origin = origin;
    this.body = body;
    this.envelope = envelope;
    this.deadlineNanos = deadlineNanos;
  }

  /**
   * The message, or the bytes it will be read from on the handler's context.
   *
   * @param <Q> the message
   */
  @FunctionalInterface
  public interface Body<Q> {
    /** The message; throws a ContractException if the bytes are none. */
    Q read();

    /** Bytes that are kept until then; 0 if there are none. */
    default int bytes() {
      return 0;
    }
  }

  /** Runs on the lane of the instance, with a permit in hand. */
  @Override
  public void run() {
    handle();
    if (!arrived) {
      arrived = true;
      instance.arrived();
    }
  }

  /** Gives the permit back, and the place on the way here if it has that still. Lane only. */
  void release() {
    boolean onArrival = !arrived;
    arrived = true;
    instance.release(onArrival);
  }

  private void handle() {
    if (state == ABANDONED) {
      release();
    } else if (deadlineNanos - lane.readClock() <= 0
        && STATE.compareAndSet(this, WAITING, ABANDONED)) {
      expire();
    } else if (instance.isRetiring() && STATE.compareAndSet(this, WAITING, ABANDONED)) {
      release();
      endWith(CallException.draining(contract().name(), engine.nodeId()));
    } else if (instance.mayStart(this)) {
      start();
    }
  }

  private void expire() {
    instance.counters().expired();
    count(GuardEvent.Kind.EXPIRED, "before-start");
    release();
    endWith(CallException.deadlineExceeded(contract().name(), Duration.ZERO, false));
  }

  /** Starts the handler, unless the caller has given up meanwhile. */
  void start() {
    if (!STATE.compareAndSet(this, WAITING, RUNNING)) {
      finish();
      return;
    }
    ContextInternal call = instance.context().duplicate();
    CallLocal.put(call, this);
    context = call;
    instance.counters().started();
    boolean measured = instance.serviceTime().isDue();
    startedNanos = measured ? lane.readClock() : lane.nanoTime();
    DispatchOwner around = lane.stamp().enter(instance);
    ContextInternal previous = call.beginDispatch();
    Future<R> future;
    try {
      Q message = read();
      if (message == null) {
        call.endDispatch(previous);
        lane.stamp().leave(around);
        return;
      }
      future = instance.handler().handle(message, this);
    } catch (Throwable thrown) {
      call.endDispatch(previous);
      lane.stamp().leave(around);
      complete(null, thrown);
      return;
    }
    call.endDispatch(previous);
    lane.stamp().leave(around);
    if (measured) {
      instance.serviceTime().ranOnLoop(lane.readClock() - startedNanos);
    }
    if (future == null) {
      complete(null, null);
    } else if (future.succeeded()) {
      complete(future.result(), null);
    } else {
      future.onComplete(this);
    }
  }

  /** The message, or null if its bytes are none, in which case the call has ended. */
  private @Nullable Q read() {
    try {
      return body.read();
    } catch (VertebraException unfit) {
      if (STATE.compareAndSet(this, RUNNING, ANSWERED)) {
        instance.counters().failed(unfit.code());
        finish();
        endWith(unfit);
      }
      return null;
    }
  }

  /** The handler has answered; on any thread. */
  @Override
  public void complete(@Nullable R reply, @Nullable Throwable cause) {
    if (!STATE.compareAndSet(this, RUNNING, ANSWERED)) {
      return;
    }
    if (lane.isCurrent()) {
      answer(reply, cause);
    } else {
      lane.post(() -> answer(reply, cause));
    }
  }

  private void answer(@Nullable R reply, @Nullable Throwable cause) {
    lane.disarm(this);
    if (lost) {
      instance.found();
    }
    onCancel = null;
    instance.answered(lane.nanoTime(), lane.nanoTime() - startedNanos, isInTime(cause));
    if (cause == null && reply != null) {
      instance.counters().replied();
      finish();
      show(null);
      origin.replied(this, reply);
    } else {
      VertebraException failure =
          cause == null ? HandlerException.answeredNothing(contract().name()) : toFailure(cause);
      instance.counters().failed(failure.code());
      finish();
      endWith(failure);
    }
  }

  private void endWith(VertebraException failure) {
    show(failure);
    origin.failed(this, failure);
  }

  private void show(@Nullable VertebraException failure) {
    CallTap tap = engine.tap();
    if (tap != null) {
      long nanos = startedNanos == 0 ? 0 : System.nanoTime() - startedNanos;
      tap.served(contract(), envelope, failure, nanos);
    }
  }

  private void finish() {
    instance.finished(this);
    release();
  }

  private VertebraException toFailure(Throwable cause) {
    if (cause instanceof DeclaredFailure declared) {
      return contract().declares(declared.failure().getClass())
          ? declared
          : HandlerException.undeclared(
              contract().name(), declared.failure().getClass().getSimpleName());
    }
    if (cause instanceof NotRun refusal) {
      return refusal.failure();
    }
    // What an idempotent consumer or a saga says is meant for the caller; other failures of the
    // framework that come out of a handler belong to the calls which that handler made.
    if (cause instanceof IdempotencyException || cause instanceof SagaException) {
      return (VertebraException) cause;
    }
    if (cause instanceof CallException child && isCutShort(child.code())) {
      return CallException.deadlineExceeded(contract().name(), Duration.ZERO, true);
    }
    engine.warnings().handlerFailed(contract().name(), cause);
    // A handler that was told to stop may fail in its own way; the caller only ran out of time.
    return isCancelled() && isOverdue()
        ? CallException.deadlineExceeded(contract().name(), Duration.ZERO, true)
        : HandlerException.threw(contract().name(), cause);
  }

  /** Whether the time that it took says something about the service; null if not. */
  private @Nullable Boolean isInTime(@Nullable Throwable cause) {
    if (isCancelled()) {
      return deadlineNanos - lane.nanoTime() <= 0 ? Boolean.FALSE : null;
    }
    return cause == null ? Boolean.TRUE : null;
  }

  private boolean isOverdue() {
    return deadlineNanos - System.nanoTime() <= 0;
  }

  /** Whether a child ended only because this call has no time left or nobody waits for it. */
  private boolean isCutShort(ErrorCode child) {
    return (child == ErrorCode.DEADLINE_EXCEEDED || child == ErrorCode.CANCELLED)
        && (isCancelled() || isOverdue());
  }

  /**
   * The caller has given up. True if the handler has not started and never will; false if it runs,
   * in which case it is told. Any thread.
   */
  public boolean abandon(ErrorCode why) {
    if (STATE.compareAndSet(this, WAITING, ABANDONED)) {
      instance.counters().cancelled(why);
      countCancelled(why, "before-start");
      instance.queue().abandoned(this);
      if (envelope.key() != null) {
        lane.run(() -> instance.leaveLine(this));
      }
      return true;
    }
    if (state == ABANDONED) {
      return true;
    }
    lane.run(() -> cancelRunning(why));
    return false;
  }

  private void cancelRunning(ErrorCode why) {
    if (state != RUNNING || isCancelled()) {
      return;
    }
    instance.counters().cancelled(why);
    countCancelled(why, "running");
    lane.arm(this, lane.nanoTime() + engine.settings().lostAfterNanos());
    markCancelled();
    Runnable action = onCancel;
    onCancel = null;
    if (action != null) {
      // Before the children end, because that may make the handler answer.
      dispatch(action);
    }
    cancel();
  }

  private void dispatch(Runnable action) {
    ContextInternal call = context;
    if (call != null) {
      call.dispatch(action);
    }
  }

  /** Ran on long after its caller gave up. */
  @Override
  protected void onDeadline(long nowNanos) {
    if (state == RUNNING) {
      lost = true;
      instance.lost(this);
    }
  }

  private void count(GuardEvent.Kind kind, String reason) {
    engine.guard().count(kind, contract().id(), reason);
  }

  private void countCancelled(ErrorCode why, String reason) {
    count(
        why == ErrorCode.DEADLINE_EXCEEDED ? GuardEvent.Kind.EXPIRED : GuardEvent.Kind.CANCELLED,
        reason);
  }

  boolean isAbandoned() {
    return state == ABANDONED;
  }

  /** Whether it runs on long after its caller gave up. */
  boolean isLost() {
    return lost;
  }

  /** It is not going to wait, or has waited in vain. On the control lane. */
  void shed(Shed why, long waitedNanos, Shed.Rejection rejection) {
    if (STATE.compareAndSet(this, WAITING, ABANDONED)) {
      instance.counters().rejected();
      count(GuardEvent.Kind.REJECTED, why.reason());
      endWith(why.toFailure(contract().name(), waitedNanos, rejection));
    }
  }

  void waitsAs(FairQueue.Waiting<ServedCall<?, ?>> entry) {
    waiting = entry;
  }

  FairQueue.@Nullable Waiting<ServedCall<?, ?>> waiting() {
    return waiting;
  }

  /** Bytes that are kept for it until its handler starts. */
  int bodyBytes() {
    return body.bytes();
  }

  /** The instance is leaving before it could start. */
  void turnAway() {
    if (STATE.compareAndSet(this, WAITING, ABANDONED)) {
      endWith(CallException.draining(contract().name(), engine.nodeId()));
    }
  }

  @Override
  public void onCancel(Runnable action) {
    lane.run(() -> {
      if (state != RUNNING) {
        return;
      }
      if (isCancelled()) {
        dispatch(action);
      } else {
        Runnable before = onCancel;
        onCancel = before == null
            ? action
            : () -> {
              try {
                before.run();
              } finally {
                action.run();
              }
            };
      }
    });
  }

  Instance<Q, R> instance() {
    return instance;
  }

  Engine engine() {
    return engine;
  }

  Request<Q, R> contract() {
    return instance.contract();
  }

  @Override
  boolean hasDeadline() {
    return true;
  }

  @Override
  long deadlineNanos() {
    return deadlineNanos;
  }

  @Override
  Envelope envelope() {
    return envelope;
  }

  @Override
  public Deadline deadline() {
    return new Deadline(deadlineNanos);
  }

  @Override
  public CallMetadata metadata() {
    return envelope.toMetadata(contract().id());
  }

  @Override
  public <T> Future<T> fail(Record failure) {
    return Future.failedFuture(new DeclaredFailure(failure));
  }

  @Override
  public RuntimeException failure(Record failure) {
    return new DeclaredFailure(failure);
  }

  @Override
  public <A, B> Future<B> request(Request<A, B> contract, A message, CallOptions options) {
    return engine.request(this, contract, message, options);
  }

  @Override
  public <A, B> MessageWriter<A, B> writer(Request<A, B> request, CallOptions options) {
    return new RequestWriter<>(engine, this, request, options);
  }

  @Override
  public <T> Future<Void> publish(Topic<T> topic, T message) {
    return engine.publish(this, topic, message);
  }

  @Override
  public <T> Future<Publication> publishAcknowledged(
      Topic<T> topic, T message, CallOptions options) {
    return engine.publishAcknowledged(this, topic, message, options);
  }

  @Override
  public <A, B> Gather<B> gather(Request<A, B> contract, A message) {
    return engine.gather(this, contract, message);
  }

  @Override
  public Bus detached() {
    return engine.detachedBus();
  }
}
