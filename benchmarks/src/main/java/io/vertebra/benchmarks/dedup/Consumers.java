package io.vertebra.benchmarks.dedup;

import io.vertebra.benchmarks.process.Patience;
import io.vertebra.idempotency.DedupStore;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.VertxInternal;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.HdrHistogram.Histogram;

/** So many consumers that begin and complete one new key after the other, until they are stopped. Confined to a context. */
final class Consumers {
  private static final Duration LEASE = Duration.ofSeconds(30);
  private static final Buffer REPLY = Buffer.buffer("{\"reserved\":true,\"at\":12345}");

  private final DedupStore store;
  private final Context context;
  private final String prefix = UUID.randomUUID() + "-";
  private final Promise<Void> ended = Promise.promise();
  private Histogram latencies = new Histogram(3);
  private long begunAt;
  private long nanos;
  private long next;
  private long errors;
  private int open;
  private boolean stopping;

  private Consumers(DedupStore store, Context context) {
    this.store = store;
    this.context = context;
  }

  static Consumers start(Vertx vertx, DedupStore store, int inFlight) {
    Consumers consumers = new Consumers(store, ((VertxInternal) vertx).createEventLoopContext());
    consumers.on(() -> {
      consumers.begunAt = System.nanoTime();
      consumers.open = inFlight;
      for (int i = 0; i < inFlight; i++) {
        consumers.message();
      }
      return null;
    });
    return consumers;
  }

  /** Forgets what was measured so far. */
  void reset() {
    on(() -> {
      latencies = new Histogram(3);
      begunAt = System.nanoTime();
      return null;
    });
  }

  /** Lets what is under way end. */
  void stop() {
    on(() -> {
      nanos = System.nanoTime() - begunAt;
      stopping = true;
      return null;
    });
    Patience.await(ended.future());
  }

  /** Keys that were not begun and completed, of those since the start. Once they are stopped. */
  long errors() {
    return errors;
  }

  double perSecond() {
    return latencies.getTotalCount() * 1e9 / nanos;
  }

  double p99Millis() {
    return latencies.getValueAtPercentile(99) / 1e6;
  }

  private void on(Callable<Void> work) {
    Promise<Void> done = Promise.promise();
    context.runOnContext(v -> {
      try {
        done.complete(work.call());
      } catch (Exception e) {
        done.fail(e);
      }
    });
    Patience.await(done.future());
  }

  private void message() {
    long sentAt = System.nanoTime();
    store
        .begin("benchmark", prefix + next++, "0123456789abcdef", LEASE)
        .compose(begin -> begin instanceof DedupStore.First first
            ? store.complete(first.token(), REPLY)
            : Future.failedFuture("a new key was known"))
        .onComplete((stored, failure) ->
            context.runOnContext(v -> ended(sentAt, stored == DedupStore.Completion.STORED)));
  }

  private void ended(long sentAt, boolean isStored) {
    errors += isStored ? 0 : 1;
    if (!stopping) {
      latencies.recordValue(System.nanoTime() - sentAt);
      message();
    } else if (--open == 0) {
      ended.complete();
    }
  }
}
