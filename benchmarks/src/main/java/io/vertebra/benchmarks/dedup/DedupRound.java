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
import java.util.SplittableRandom;
import java.util.UUID;

/**
 * One round on one store.
 *
 * @param completed messages that were answered, run or not
 * @param errors messages that had another end than they should
 * @param nanos how long it took
 */
record DedupRound(long completed, long errors, long nanos) {
  private static final Duration LEASE = Duration.ofSeconds(30);
  private static final Buffer REPLY = Buffer.buffer("{\"reserved\":true,\"at\":12345}");
  private static final int MAX_DEPTH = 16;

  double perSecond() {
    return completed * 1e9 / nanos;
  }

  static DedupRound run(
      Vertx vertx, DedupStore store, int inFlight, int duplicates, Duration time) {
    Half one = new Half(vertx, store, inFlight / 2, duplicates, time);
    Half other = new Half(vertx, store, inFlight - inFlight / 2, duplicates, time);
    Future<DedupRound> first = one.start();
    Future<DedupRound> second = other.start();
    DedupRound a = Patience.await(first);
    DedupRound b = Patience.await(second);
    return new DedupRound(
        a.completed + b.completed, a.errors + b.errors, Math.max(a.nanos, b.nanos));
  }

  /** What one event loop does. Confined to it. */
  private static final class Half {
    private final DedupStore store;
    private final int inFlight;
    private final int duplicates;
    private final long nanos;
    private final Context context;
    private final Promise<DedupRound> done = Promise.promise();
    private final SplittableRandom random = new SplittableRandom(42);
    private final String prefix = UUID.randomUUID() + "-";
    private long begunAt;
    private long next;
    private long completed;
    private long errors;
    private int open;
    private int depth;

    Half(Vertx vertx, DedupStore store, int inFlight, int duplicates, Duration time) {
      this.store = store;
      this.inFlight = inFlight;
      this.duplicates = duplicates;
      this.nanos = time.toNanos();
      this.context = ((VertxInternal) vertx).createEventLoopContext();
    }

    Future<DedupRound> start() {
      context.runOnContext(v -> {
        begunAt = System.nanoTime();
        open = inFlight;
        for (int i = 0; i < inFlight; i++) {
          message();
        }
      });
      return done.future();
    }

    private void message() {
      if (depth >= MAX_DEPTH) {
        context.runOnContext(v -> message());
        return;
      }
      if (System.nanoTime() - begunAt >= nanos) {
        if (--open == 0) {
          done.complete(new DedupRound(completed, errors, System.nanoTime() - begunAt));
        }
        return;
      }
      boolean again = next > 2L * inFlight && random.nextInt(100) < duplicates;
      // A message that was surely answered: as long ago as twice what is in flight.
      long id = again ? next - 2L * inFlight : next++;
      depth++;
      store
          .begin("benchmark", prefix + id, "0123456789abcdef", LEASE)
          .onComplete((begin, failure) -> begun(begin));
      depth--;
    }

    private void begun(DedupStore.Begin begin) {
      if (begin instanceof DedupStore.First first) {
        store
            .complete(first.token(), REPLY)
            .onComplete((stored, failure) ->
                ended(failure == null && stored == DedupStore.Completion.STORED));
      } else {
        ended(begin instanceof DedupStore.Duplicate);
      }
    }

    private void ended(boolean asExpected) {
      if (Vertx.currentContext() != context) {
        context.runOnContext(v -> ended(asExpected));
        return;
      }
      completed++;
      errors += asExpected ? 0 : 1;
      message();
    }
  }
}
