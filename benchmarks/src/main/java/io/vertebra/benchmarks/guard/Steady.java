package io.vertebra.benchmarks.guard;

import io.vertebra.benchmarks.load.Arrivals;
import io.vertebra.benchmarks.process.Patience;
import io.vertebra.benchmarks.process.Pause;
import io.vertebra.error.VertebraException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.HdrHistogram.Histogram;

/**
 * Calls at a fixed rate whatever becomes of them, and what became of those that were due after the
 * warm-up. A latency counts from when its call was due. Started and stopped by a thread that may wait.
 */
public final class Steady {
  private final Context context;
  private final Supplier<? extends Future<?>> call;
  private final Arrivals arrivals;
  private final double perSecond;
  private final long countFrom;
  private final Ended listener;
  private final Promise<Counts> done = Promise.promise();
  private final Histogram latencies = new Histogram(3);
  private final Map<String, Integer> lost = new TreeMap<>();
  private long due;
  private long answered;
  private int open;
  private boolean stopped;

  /** Hears how each call ended, on the context where it was made. */
  @FunctionalInterface
  public interface Ended {
    /** The call that was due then has ended just now, with an answer or not. */
    void ended(long dueAt, boolean isAnswer);
  }

  private Steady(
      Context context,
      Supplier<? extends Future<?>> call,
      double perSecond,
      Duration warmUp,
      Ended listener) {
    this.listener = listener;
    this.context = context;
    this.call = call;
    this.perSecond = perSecond;
    this.arrivals = new Arrivals(context, perSecond, this::due);
    this.countFrom = System.nanoTime() + warmUp.toNanos();
  }

  /** Starts to call. Calls are made on the context and have to complete there. */
  public static Steady start(
      Context context, Supplier<? extends Future<?>> call, double perSecond, Duration warmUp) {
    return start(context, call, perSecond, warmUp, (dueAt, isAnswer) -> {});
  }

  /** Starts to call, and tells how each call ends. */
  public static Steady start(
      Context context,
      Supplier<? extends Future<?>> call,
      double perSecond,
      Duration warmUp,
      Ended listener) {
    Steady steady = new Steady(context, call, perSecond, warmUp, listener);
    steady.arrivals.start();
    return steady;
  }

  /** Waits until the warm-up and that much more is over, then stops. */
  public Counts stopAfter(Duration counted) {
    long left = countFrom + counted.toNanos() - System.nanoTime();
    Pause.of(Duration.ofNanos(Math.max(0, left)));
    return stop();
  }

  /** Makes no more calls, and waits until those made have ended. */
  public Counts stop() {
    arrivals.stop();
    long shouldBe = (long) ((System.nanoTime() - countFrom) * perSecond / 1e9);
    context.runOnContext(v -> {
      stopped = true;
      // A caller that is late has not made all; what it did not make was not answered.
      due = Math.max(due, shouldBe);
      end();
    });
    return Patience.await(done.future());
  }

  private void due(long number, long dueAt) {
    boolean counts = dueAt - countFrom >= 0;
    due += counts ? 1 : 0;
    open++;
    call.get().onComplete(answer -> ended(counts, dueAt, true), failure -> {
      if (counts) {
        lost.merge(reason(failure), 1, Integer::sum);
      }
      ended(counts, dueAt, false);
    });
  }

  private static String reason(Throwable failure) {
    return failure instanceof VertebraException ours
        ? ours.code().name()
        : failure.getClass().getSimpleName();
  }

  private void ended(boolean counts, long dueAt, boolean isAnswer) {
    if (counts && isAnswer) {
      answered++;
      latencies.recordValue(System.nanoTime() - dueAt);
    }
    listener.ended(dueAt, isAnswer);
    open--;
    end();
  }

  private void end() {
    if (stopped && open == 0) {
      done.tryComplete(new Counts(due, answered, due / perSecond, latencies, lost));
    }
  }

  /**
   * What became of the calls.
   *
   * @param due calls that were due
   * @param answered those of them that were answered, and not with a failure
   * @param seconds how long that took
   * @param latencies of those that were answered, in nanoseconds
   * @param lost how many of the others failed with what
   */
  public record Counts(
      long due, long answered, double seconds, Histogram latencies, Map<String, Integer> lost) {
    /** Answers a second. */
    public double perSecond() {
      return answered / seconds;
    }

    /** The share of the calls that was answered. */
    public double share() {
      return answered / (double) due;
    }

    /** A percentile of the latencies, in microseconds. */
    public double micros(double percentile) {
      return latencies.getValueAtPercentile(percentile) / 1e3;
    }
  }
}
