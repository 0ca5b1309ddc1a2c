package io.vertebra.benchmarks.load;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;
import org.HdrHistogram.Histogram;

/**
 * Makes calls at a fixed rate, whatever becomes of them, and keeps those that fail. A latency counts
 * from when the call was due.
 *
 * <p>May be started and stopped from any thread, once; all else happens on the context given.
 */
public final class OpenLoop {
  private final Context context;
  private final LongFunction<Future<?>> call;
  private final Arrivals arrivals;
  private final Promise<Report> done = Promise.promise();
  private final Histogram latencies = new Histogram(3);
  private final List<Failed> failed = new ArrayList<>();

  private long calls;
  private int open;
  private boolean stopped;

  /**
   * A load, not yet started.
   *
   * @param context where calls are made
   * @param call makes the call with this number
   * @param perSecond calls per second
   */
  public OpenLoop(Context context, LongFunction<Future<?>> call, int perSecond) {
    this.context = context;
    this.call = call;
    this.arrivals = new Arrivals(context, perSecond, this::call);
  }

  /** Starts calling. */
  public OpenLoop start() {
    arrivals.start();
    return this;
  }

  /** Makes no more calls; completes when those made have ended. */
  public Future<Report> stop() {
    arrivals.stop();
    context.runOnContext(v -> {
      stopped = true;
      end();
    });
    return done.future();
  }

  private void call(long number, long dueAt) {
    long sentAt = System.nanoTime();
    calls = number;
    open++;
    call.apply(number).onComplete(reply -> ended(dueAt), failure -> {
      failed.add(new Failed(sentAt, System.nanoTime(), failure));
      ended(dueAt);
    });
  }

  private void ended(long dueAt) {
    latencies.recordValue(System.nanoTime() - dueAt);
    open--;
    end();
  }

  private void end() {
    if (stopped && open == 0) {
      done.tryComplete(new Report(calls, latencies, List.copyOf(failed)));
    }
  }

  /**
   * What became of the calls.
   *
   * @param calls how many were made
   * @param latencies of all of them, in nanoseconds
   * @param failed those that failed, in the order in which they did
   */
  public record Report(long calls, Histogram latencies, List<Failed> failed) {}

  /**
   * A call that failed.
   *
   * @param sentAt when it was made, as {@link System#nanoTime()} counts
   * @param endedAt when its caller heard
   * @param cause what its caller heard
   */
  public record Failed(long sentAt, long endedAt, Throwable cause) {}
}
