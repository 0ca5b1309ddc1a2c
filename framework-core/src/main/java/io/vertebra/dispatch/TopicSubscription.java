package io.vertebra.dispatch;

import io.vertebra.messaging.Subscription;
import io.vertebra.messaging.SubscriptionOptions;
import io.vertx.core.Completable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One subscriber: a bounded buffer that publishers fill, each on its own thread, and a handler that
 * gets one message at a time, in order. Whoever finds the buffer full drops a message at once, so it
 * stays bounded also while the subscriber's loop is busy.
 */
final class TopicSubscription<T> implements Subscription, Runnable, DispatchOwner {
  private static final int MESSAGES_PER_TURN = 64;

  private final TopicRoute<T> route;
  private final Function<? super T, ? extends Future<?>> handler;
  private final SubscriptionOptions options;
  private final ContextInternal context;
  private final Lane lane;
  private final Engine engine;
  private final Queue<Delivery> buffer = new ConcurrentLinkedQueue<>();
  private final AtomicInteger buffered = new AtomicInteger();
  private final AtomicLong discarded = new AtomicLong();
  private final AtomicBoolean scheduled = new AtomicBoolean();
  private final Promise<Void> closed = Promise.promise();
  private boolean busy;
  private boolean closing;

  TopicSubscription(
      Engine engine,
      TopicRoute<T> route,
      Function<? super T, ? extends Future<?>> handler,
      SubscriptionOptions options,
      ContextInternal context) {
    this.engine = engine;
    this.route = route;
    this.handler = handler;
    this.options = options;
    this.context = context;
    this.lane = engine.lanes().of(context.nettyEventLoop());
  }

  /** Takes a message; false if one was dropped for it, or it was. Any thread. */
  boolean offer(ServedCall.Body<T> body, Envelope envelope) {
    boolean full = buffered.incrementAndGet() > options.buffer();
    if (full && options.overflow() == SubscriptionOptions.Overflow.DROP_NEWEST) {
      buffered.decrementAndGet();
      discarded.incrementAndGet();
      return false;
    }
    buffer.add(new Delivery(body, envelope));
    boolean dropped = full && poll() != null;
    if (dropped) {
      discarded.incrementAndGet();
    }
    schedule();
    return !dropped;
  }

  private @Nullable Delivery poll() {
    Delivery oldest = buffer.poll();
    if (oldest != null) {
      buffered.decrementAndGet();
    }
    return oldest;
  }

  private void schedule() {
    if (!scheduled.get() && scheduled.compareAndSet(false, true)) {
      lane.post(this);
    }
  }

  /** Hands messages to the handler until it is busy, on the lane. A busy handler comes back here. */
  @Override
  public void run() {
    if (busy) {
      return;
    }
    scheduled.set(false);
    for (int i = 0; i < MESSAGES_PER_TURN; i++) {
      Delivery delivery = poll();
      if (delivery == null) {
        if (closing) {
          closed.tryComplete();
        }
        return;
      }
      if (!closing) {
        busy = true;
        delivery.run();
        if (busy) {
          return;
        }
      }
    }
    schedule();
  }

  @Override
  public String contractId() {
    return route.topic();
  }

  @Override
  public String verticle() {
    return "a subscriber";
  }

  private void handled(@Nullable Throwable cause) {
    if (cause != null) {
      engine.warnings().handlerFailed(route.topic(), cause);
    }
    busy = false;
  }

  @Override
  public long discarded() {
    return discarded.get();
  }

  @Override
  public int buffered() {
    return buffered.get();
  }

  @Override
  public Future<Void> close() {
    route.remove(this);
    lane.run(() -> {
      closing = true;
      while (poll() != null) {
        // What still waits is dropped now, also if the handler is busy for long.
      }
      run();
    });
    Promise<Void> promise = engine.vertx().getOrCreateContext().promise();
    closed.future().onComplete(promise);
    return promise.future();
  }

  /** One message on its way to the handler; the origin of the calls that the handler makes. */
  private final class Delivery extends Scope implements Completable<Object> {
    private final ServedCall.Body<T> body;
    private final Envelope envelope;

    Delivery(ServedCall.Body<T> body, Envelope envelope) {
      super(TopicSubscription.this.lane);
      this.body = body;
      this.envelope = envelope;
    }

    @Override
    Envelope envelope() {
      return envelope;
    }

    void run() {
      ContextInternal call = context.duplicate();
      CallLocal.put(call, this);
      if (!context.isEventLoopContext()) {
        call.execute(() -> handle(call).onComplete(this));
        return;
      }
      Future<?> future = handle(call);
      if (future.isComplete()) {
        handled(future.cause());
      } else {
        future.onComplete(this);
      }
    }

    private Future<?> handle(ContextInternal call) {
      boolean onLoop = context.isEventLoopContext();
      DispatchOwner around = onLoop ? lane.stamp().enter(TopicSubscription.this) : null;
      ContextInternal previous = call.beginDispatch();
      try {
        Future<?> future = handler.apply(body.read());
        return future == null ? Future.succeededFuture() : future;
      } catch (Throwable thrown) {
        return Future.failedFuture(thrown);
      } finally {
        call.endDispatch(previous);
        if (onLoop) {
          lane.stamp().leave(around);
        }
      }
    }

    @Override
    public void complete(@Nullable Object result, @Nullable Throwable cause) {
      lane.post(() -> {
        handled(cause);
        TopicSubscription.this.run();
      });
    }
  }
}
