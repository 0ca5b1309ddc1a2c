package io.vertebra;

import io.vertebra.dispatch.Engine;
import io.vertebra.dispatch.GuardLog;
import io.vertebra.messaging.GuardEvent;
import io.vertx.core.Context;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Takes events of the guard to the context of whoever listens, without ever holding the guard up:
 * what comes while too many are on their way is left out and counted.
 */
final class GuardFeed implements GuardLog.Listener {
  private static final int MOST_WAITING = 1024;

  private final Context context;
  private final Consumer<? super GuardEvent> handler;
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicLong missed = new AtomicLong();
  private volatile boolean closed;

  private GuardFeed(Context context, Consumer<? super GuardEvent> handler) {
    this.context = context;
    this.handler = handler;
  }

  /** Begins on the current context; the answer ends it. */
  static Runnable open(Engine engine, Consumer<? super GuardEvent> handler) {
    GuardFeed feed = new GuardFeed(engine.vertx().getOrCreateContext(), handler);
    Runnable unlisten = engine.guard().listen(feed);
    return () -> {
      feed.closed = true;
      unlisten.run();
    };
  }

  @Override
  public void happened(GuardEvent event) {
    if (waiting.incrementAndGet() > MOST_WAITING) {
      waiting.decrementAndGet();
      missed.incrementAndGet();
      return;
    }
    long before = missed.getAndSet(0);
    context.runOnContext(none -> {
      waiting.decrementAndGet();
      if (!closed) {
        handler.accept(event.missing(before));
      }
    });
  }
}
