package io.vertebra.dispatch;

import io.vertebra.contract.Request;
import io.vertebra.error.OverloadedException;
import io.vertebra.messaging.CallOptions;
import io.vertebra.messaging.MessageWriter;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Messages of one contract, a window of them at a time. Confined to the lane of its context but for
 * what counts messages.
 */
final class RequestWriter<Q, R> extends Timed implements MessageWriter<Q, R> {
  private static final int QUEUE = 1024;
  private static final long SHORTEST_PAUSE_NANOS = 1_000_000L;
  private static final long LONGEST_PAUSE_NANOS = 100_000_000L;

  private final Engine engine;
  private final @Nullable Scope parent;
  private final Request<Q, R> contract;
  private final CallOptions options;
  private final ContextInternal context;
  private final Lane lane;
  private final SendWindow window = new SendWindow();
  private final Deque<Message> queue = new ArrayDeque<>();
  private final AtomicInteger waiting = new AtomicInteger();
  private final Promise<Void> ended;
  private volatile int mostWaiting = QUEUE;
  private volatile int windowSize = SendWindow.FIRST;
  private volatile boolean ending;
  private volatile boolean wasFull;
  private volatile @Nullable Handler<Void> drained;
  private volatile @Nullable Handler<Throwable> failed;
  private int underWay;
  private boolean pausing;
  private boolean sending;

  RequestWriter(
      Engine engine, @Nullable Scope parent, Request<Q, R> contract, CallOptions options) {
    if (!options.isSingle()) {
      throw new IllegalArgumentException(
          "the writer of '" + contract.name()
              + "' sends refused messages again itself; leave retry, hedge and fallback out of its options");
    }
    this.engine = engine;
    this.parent = parent;
    this.contract = contract;
    this.options = options;
    this.context = engine.vertx().getOrCreateContext();
    this.lane = engine.lanes().of(context.nettyEventLoop());
    this.ended = context.promise();
  }

  /** One message until it has ended. */
  private final class Message implements Runnable {
    private final Q body;
    private final Promise<R> reply = context.promise();
    private long number;
    private long deadline;

    Message(Q body) {
      this.body = body;
    }

    /** It has been written; on the lane. */
    @Override
    public void run() {
      queue.add(this);
      sendWaiting();
    }

    void send() {
      long now = lane.nanoTime();
      if (number == 0) {
        deadline = now + options.timeoutNanos();
      }
      number = window.send();
      underWay++;
      CallOptions rest = options.withTimeout(Duration.ofNanos(Math.max(1, deadline - now)));
      engine
          .exchange(parent, contract, body, rest, context)
          .begin()
          .onComplete(answer -> lane.run(() -> answered(answer)));
    }

    private void answered(AsyncResult<R> answer) {
      boolean isRefused = answer.cause() instanceof OverloadedException;
      if (isRefused) {
        window.refused(number);
      } else {
        window.taken(underWay);
      }
      windowSize = window.size();
      underWay--;
      long now = lane.nanoTime();
      if (isRefused && !isOver(now)) {
        waiting.incrementAndGet();
        queue.addFirst(this);
        if (window.isSmallest()) {
          pause(now, ((OverloadedException) answer.cause()).retryAfter());
        }
      } else if (answer.succeeded()) {
        reply.complete(answer.result());
      } else {
        reply.fail(answer.cause());
      }
      sendWaiting();
    }

    /** Whether nobody would have anything of its being sent again. */
    private boolean isOver(long now) {
      return deadline - now <= 0 || (parent != null && parent.isCancelled()) || engine.isClosed();
    }
  }

  private void pause(long now, Duration retryAfter) {
    if (!pausing) {
      pausing = true;
      long pause =
          Math.max(SHORTEST_PAUSE_NANOS, Math.min(LONGEST_PAUSE_NANOS, retryAfter.toNanos()));
      lane.arm(this, now + pause);
    }
  }

  @Override
  protected void onDeadline(long nowNanos) {
    pausing = false;
    sendWaiting();
  }

  private void sendWaiting() {
    if (sending) {
      return; // A call that ended at once; who sends it goes on.
    }
    sending = true;
    while (!pausing && underWay < window.size() && !queue.isEmpty()) {
      Message next = queue.remove();
      waiting.decrementAndGet();
      next.send();
    }
    sending = false;
    if (wasFull && waiting.get() <= mostWaiting / 2) {
      wasFull = false;
      Handler<Void> handler = drained;
      if (handler != null) {
        context.emit(null, handler);
      }
    }
    if (ending && underWay == 0 && waiting.get() == 0) {
      ended.tryComplete();
    }
  }

  @Override
  public Future<R> send(Q message) {
    Objects.requireNonNull(message, "message");
    if (ending) {
      return context.failedFuture(
          new IllegalStateException("the writer of '" + contract.name() + "' has ended"));
    }
    if (engine.isClosed()) {
      return engine.closedFailure();
    }
    int most = mostWaiting;
    int now = waiting.incrementAndGet();
    if (now > 2L * most) {
      waiting.decrementAndGet();
      return context.failedFuture(OverloadedException.writerFull(contract.id(), 2 * most));
    }
    if (now >= most) {
      wasFull = true;
    }
    Message written = new Message(message);
    lane.run(written);
    return written.reply.future();
  }

  @Override
  public Future<Void> write(Q message) {
    Future<R> reply = send(message);
    return reply
        .onFailure(cause -> {
          Handler<Throwable> handler = failed;
          if (handler != null) {
            handler.handle(cause);
          }
        })
        .mapEmpty();
  }

  @Override
  public MessageWriter<Q, R> exceptionHandler(@Nullable Handler<Throwable> handler) {
    failed = handler;
    return this;
  }

  @Override
  public MessageWriter<Q, R> setWriteQueueMaxSize(int messages) {
    if (messages < 1) {
      throw new IllegalArgumentException("at least 1 message must be able to wait: " + messages);
    }
    mostWaiting = messages;
    return this;
  }

  @Override
  public boolean writeQueueFull() {
    return waiting.get() >= mostWaiting;
  }

  @Override
  public MessageWriter<Q, R> drainHandler(@Nullable Handler<Void> handler) {
    drained = handler;
    return this;
  }

  @Override
  public Future<Void> end() {
    ending = true;
    lane.run(this::sendWaiting);
    return ended.future();
  }

  @Override
  public int waiting() {
    return waiting.get();
  }

  @Override
  public int window() {
    return windowSize;
  }
}
