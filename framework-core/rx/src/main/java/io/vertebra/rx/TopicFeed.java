package io.vertebra.rx;

import io.vertebra.messaging.Subscription;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;

/**
 * Between a subscription to a topic and a subscriber downstream: lets the topic hand over the next
 * message once the subscriber has asked for it. Signals come on the context, one at a time.
 */
final class TopicFeed<T> implements org.reactivestreams.Subscription {
  private final Subscriber<? super T> downstream;
  private final Context context;
  private final AtomicLong requested = new AtomicLong();
  /** What there may be to do since {@link #work} last looked; who counts it up from 0 does it. */
  private final AtomicInteger work = new AtomicInteger();

  private volatile boolean ended;
  private volatile @Nullable Subscription subscription;
  private volatile @Nullable Throwable failure;

  // Written by the handler, of which one runs at a time, and by whoever works.
  private @Nullable T message;
  private @Nullable Promise<Void> handled;

  TopicFeed(Subscriber<? super T> downstream, Context context) {
    this.downstream = downstream;
    this.context = context;
  }

  void begin(Subscription begun) {
    subscription = begun;
    if (ended) {
      var unused = begun.close();
    }
  }

  void fail(Throwable cause) {
    failure = cause;
    schedule();
  }

  /** Takes a message from the topic; completes when the subscriber has asked for the next. */
  Future<Void> handle(T next) {
    Promise<Void> promise = Promise.promise();
    message = next;
    handled = promise;
    if (work.getAndIncrement() == 0) {
      work();
    }
    return promise.future();
  }

  @Override
  public void request(long n) {
    if (n <= 0) {
      fail(new IllegalArgumentException("a subscriber asks for more than 0 messages, not " + n));
      return;
    }
    requested.accumulateAndGet(n, (before, more) -> {
      long sum = before + more;
      return sum < 0 ? Long.MAX_VALUE : sum;
    });
    schedule();
  }

  @Override
  public void cancel() {
    end();
    schedule();
  }

  private void end() {
    ended = true;
    Subscription begun = subscription;
    if (begun != null) {
      var unused = begun.close();
    }
  }

  private void schedule() {
    if (work.getAndIncrement() == 0) {
      context.runOnContext(none -> work());
    }
  }

  private void work() {
    int seen = 1;
    while (seen != 0) {
      Throwable cause = failure;
      if (cause != null && !ended) {
        end();
        downstream.onError(cause);
      }
      deliver();
      letGo();
      seen = work.addAndGet(-seen);
    }
  }

  private void deliver() {
    T next = message;
    if (next == null) {
      return;
    }
    if (ended) {
      message = null;
    } else if (requested.get() > 0) {
      message = null;
      if (requested.get() != Long.MAX_VALUE) {
        requested.decrementAndGet();
      }
      downstream.onNext(next);
    }
  }

  private void letGo() {
    Promise<Void> promise = handled;
    if (promise != null && message == null && (ended || requested.get() > 0)) {
      handled = null;
      promise.complete();
    }
  }
}
