package io.vertebra.benchmarks.saga;

import io.vertebra.Node;
import io.vertebra.benchmarks.process.Patience;
import io.vertebra.benchmarks.saga.Transfers.Transfer;
import io.vertebra.messaging.CallOptions;
import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.internal.VertxInternal;
import java.time.Duration;
import java.util.UUID;
import org.HdrHistogram.Histogram;

/**
 * One round: so many sagas at a time, each followed by the next.
 *
 * @param completed sagas that ended within the round
 * @param errors sagas that failed
 * @param nanos how long the round was
 * @param latencies nanoseconds from start to outcome
 */
record SagaRound(long completed, long errors, long nanos, Histogram latencies) {
  private static final CallOptions PATIENCE =
      CallOptions.defaults().withTimeout(Duration.ofSeconds(60));

  double perSecond() {
    return completed * 1e9 / nanos;
  }

  static SagaRound run(Node node, int inFlight, Duration time) {
    Context context = ((VertxInternal) node.vertx()).createEventLoopContext();
    Load load = new Load(node, context, inFlight, time);
    context.runOnContext(v -> load.begin());
    return Patience.await(load.done.future());
  }

  /** Confined to its context. */
  private static final class Load {
    private final Node node;
    private final Context context;
    private final int inFlight;
    private final long nanos;
    private final Promise<SagaRound> done = Promise.promise();
    private final Histogram latencies = new Histogram(3);
    private final String prefix = UUID.randomUUID() + "-";
    private long begunAt;
    private long next;
    private long completed;
    private long errors;
    private int open;

    Load(Node node, Context context, int inFlight, Duration time) {
      this.node = node;
      this.context = context;
      this.inFlight = inFlight;
      this.nanos = time.toNanos();
    }

    void begin() {
      begunAt = System.nanoTime();
      open = inFlight;
      for (int i = 0; i < inFlight; i++) {
        start();
      }
    }

    private void start() {
      long sentAt = System.nanoTime();
      if (sentAt - begunAt >= nanos) {
        if (--open == 0) {
          done.complete(new SagaRound(completed, errors, nanos, latencies));
        }
        return;
      }
      // Sagas that run at the same time have different accounts.
      int account = (int) (next % Participants.ACCOUNTS);
      Transfer transfer = new Transfer(prefix + next++, account, 100);
      node.bus()
          .request(Transfers.START, transfer, PATIENCE)
          .onComplete((outcome, failure) -> context.runOnContext(v -> ended(sentAt, failure)));
    }

    private void ended(long sentAt, Throwable failure) {
      long now = System.nanoTime();
      if (failure != null) {
        errors++;
      } else if (now - begunAt < nanos) {
        completed++;
        latencies.recordValue(now - sentAt);
      }
      start();
    }
  }
}
