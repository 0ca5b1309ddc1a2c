package io.vertebra.benchmarks.load;

import io.vertx.core.Completable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a fixed number of calls in flight for one round: each reply starts the next call. One call
 * in 10,000 also sends one that is never answered and one whose handler throws; these take no place
 * among the calls in flight, since a contestant would otherwise be measured by its 200 ms.
 *
 * <p>Confined to the contestant's calling event loop.
 */
final class ClosedLoop<T> {
  private static final int PROBE_EVERY = 10_000;
  // A contestant may answer at once, on the caller's stack. The loop then goes on from there this
  // many times before it lets other tasks of the event loop run.
  private static final int MAX_DEPTH = 16;
  private static final int LATENCY_DIGITS = 3;

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final Caller<T> caller;
  private final int inFlight;
  private final long nanos;
  private final Promise<Round> done = Promise.promise();
  private final Histogram latencies = new Histogram(LATENCY_DIGITS);

  private @Nullable Thread loop;
  private long startedAt;
  private long cpuAtStart;
  private long started;
  private long completed;
  private long errors;
  private int depth;
  private int open;
  private final Probe lost;
  private final Probe failing;

  ClosedLoop(Caller<T> caller, int inFlight, Duration duration) {
    this.caller = caller;
    this.inFlight = inFlight;
    this.nanos = duration.toNanos();
    this.lost = new Probe(caller::requestLost, caller::isExpiry);
    this.failing = new Probe(caller::requestFailing, caller::isHandlerFailure);
  }

  /** Runs the round; completes when the last call has ended. */
  Future<Round> run() {
    caller.callerContext().runOnContext(v -> begin());
    return done.future();
  }

  private void begin() {
    loop = Thread.currentThread();
    cpuAtStart = THREADS.getCurrentThreadCpuTime();
    startedAt = System.nanoTime();
    open = inFlight;
    for (int i = 0; i < inFlight; i++) {
      new Slot().next(System.nanoTime());
    }
  }

  private void closed() {
    open--;
    if (open == 0) {
      long cpu = THREADS.getCurrentThreadCpuTime() - cpuAtStart;
      done.complete(
          new Round(completed, nanos, cpu, latencies, errors, lost.result(), failing.result()));
    }
  }

  private void sendProbes() {
    int turn = (int) (started++ % PROBE_EVERY);
    if (turn == PROBE_EVERY / 4) {
      lost.send(started);
    } else if (turn == PROBE_EVERY / 2) {
      failing.send(started);
    }
  }

  /** One call at a time, one after the other. */
  private final class Slot implements Completable<T> {
    private long id;
    private long sentAt;

    void next(long now) {
      if (now - startedAt >= nanos) {
        closed();
        return;
      }
      sendProbes();
      id = started;
      sentAt = now;
      caller.request(id).onComplete(this);
    }

    @Override
    public void complete(@Nullable T reply, @Nullable Throwable failure) {
      if (Thread.currentThread() != loop) {
        // Not where the contestant has to answer; counted, and brought back.
        caller.callerContext().runOnContext(v -> {
          errors++;
          next(System.nanoTime());
        });
        return;
      }
      long now = System.nanoTime();
      if (reply == null || caller.idOf(reply) != id) {
        errors++;
      } else if (now - startedAt < nanos) {
        completed++;
        latencies.recordValue(now - sentAt);
      }
      if (depth < MAX_DEPTH) {
        depth++;
        next(now);
        depth--;
      } else {
        caller.callerContext().runOnContext(v -> next(System.nanoTime()));
      }
    }
  }

  /** Calls that have to end badly. */
  private final class Probe {
    private final Call call;
    private final Expectation expectation;
    private long sent;
    private long asExpected;

    Probe(Call call, Expectation expectation) {
      this.call = call;
      this.expectation = expectation;
    }

    void send(long id) {
      sent++;
      open++;
      call.send(id).onComplete(v -> closed(), failure -> {
        if (expectation.isMetBy(failure)) {
          asExpected++;
        }
        closed();
      });
    }

    Round.Probes result() {
      return new Round.Probes(sent, asExpected);
    }
  }

  private interface Call {
    Future<?> send(long id);
  }

  private interface Expectation {
    boolean isMetBy(Throwable failure);
  }
}
