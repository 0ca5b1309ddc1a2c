package io.vertebra.dispatch;

import io.vertebra.messaging.Subscription;
import io.vertebra.messaging.SubscriptionOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One subscriber: a bounded buffer and a handler that gets one message at a time, in order. The
 * count of what waits may be changed by any thread; the buffer is confined to the lane.
 */
final class TopicSubscription<T> implements Subscription {
  private final TopicRoute<T> route;
  private final Function<? super T, ? extends Future<?>> handler;
  private final SubscriptionOptions options;
  private final ContextInternal context;
  private final Lane lane;
  private final Engine engine;
  private final Deque<Delivery> buffer = new ArrayDeque<>();
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicLong discarded = new AtomicLong();
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

  /** Takes a message, or says that one was dropped for it. Any thread. */
  boolean offer(ServedCall.Body<T> body, Envelope envelope) {
    boolean full = waiting.incrementAndGet() > options.buffer();
    if (full) {
      discarded.incrementAndGet();
      waiting.decrementAndGet();
      if (options.overflow() == SubscriptionOptions.Overflow.DROP_NEWEST) {
        return false;
      }
    }
    lane.post(() -> accept(new Delivery(body, envelope), full));
    return !full;
  }

  private void accept(Delivery delivery, boolean dropOldest) {
    if (closing) {
      return;
    }
    if (dropOldest) {
      buffer.poll();
    }
    buffer.add(delivery);
    next();
  }

  private void next() {
    while (!busy) {
      Delivery delivery = buffer.poll();
      if (delivery == null) {
        if (closing) {
          closed.tryComplete();
        }
        return;
      }
      waiting.decrementAndGet();
      busy = true;
      delivery.run();
    }
  }

  private void handled(@Nullable Throwable cause) {
    if (cause != null) {
      engine.reportHandler(route.topic(), cause);
    }
    busy = false;
  }

  @Override
  public long discarded() {
    return discarded.get();
  }

  @Override
  public int buffered() {
    return waiting.get();
  }

  @Override
  public Future<Void> close() {
    route.remove(this);
    lane.run(() -> {
      closing = true;
      buffer.clear();
      next();
    });
    return closed.future();
  }

  /** One message on its way to the handler; the origin of the calls that the handler makes. */
  private final class Delivery extends Scope {
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
      ContextInternal previous = call.beginDispatch();
      Future<?> future = null;
      Throwable thrown = null;
      try {
        future = handler.apply(body.read());
      } catch (Throwable cause) {
        thrown = cause;
      } finally {
        call.endDispatch(previous);
      }
      if (future == null || future.isComplete()) {
        handled(future == null ? thrown : future.cause());
      } else {
        future.onComplete(done -> lane.post(() -> {
          handled(done.cause());
          next();
        }));
      }
    }
  }
}
