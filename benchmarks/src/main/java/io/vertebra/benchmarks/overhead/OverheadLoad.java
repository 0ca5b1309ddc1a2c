package io.vertebra.benchmarks.overhead;

import io.vertebra.benchmarks.Arguments;
import io.vertebra.benchmarks.guard.Result;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * Time and memory of a call with the guard, without what of it can be left out (shedding, a limit that
 * can be reached, looking for stalls), and on the bare event bus. JMH runs it, in JVMs of its own.
 */
public final class OverheadLoad {
  private static final String NAME = "overhead";
  private static final String BYTES = "gc.alloc.rate.norm";
  private static final int FORKS = 3;
  private static final int ITERATIONS = 5;
  private static final double TARGET_ADDED_NANOS = 200;
  private static final double TARGET_ADDED_BYTES = 64;
  private static final double TARGET_TIMES_BARE = 5;

  private OverheadLoad() {}

  /** What one call took. */
  private record Cost(double nanos, double error, double bytes) {}

  /**
   * {@code --forks N}, default 3; {@code --seconds N}: of each of ten iterations, default 2. Always true:
   * a missed target is printed, and is no failure.
   */
  public static boolean run(Arguments arguments) {
    int forks = arguments.takeNumber("forks", FORKS);
    TimeValue iteration = TimeValue.seconds(arguments.takeNumber("seconds", 2));
    arguments.end();
    Map<String, Cost> costs = measure(forks, iteration);
    Cost on = Objects.requireNonNull(costs.get(CallBenchmark.ON));
    Cost off = Objects.requireNonNull(costs.get(CallBenchmark.OFF));
    Cost bare = Objects.requireNonNull(costs.get(CallBenchmark.BARE));
    Result.of(NAME, "ns-a-call")
        .ours(on.nanos())
        .peer("unguarded", off.nanos())
        .peer(CallBenchmark.BARE, bare.nanos())
        .atMost(off.nanos() + TARGET_ADDED_NANOS)
        .with("ours_error", on.error())
        .with("unguarded_error", off.error())
        .with("bare_error", bare.error())
        .with("forks", forks)
        .print();
    Result.of(NAME, "bytes-a-call")
        .ours(on.bytes())
        .peer("unguarded", off.bytes())
        .peer(CallBenchmark.BARE, bare.bytes())
        .atMost(off.bytes() + TARGET_ADDED_BYTES)
        .print();
    Result.of(NAME, "times-as-fast-as-bare")
        .ours(bare.nanos() / on.nanos())
        .peer(CallBenchmark.BARE, 1)
        .atLeast(TARGET_TIMES_BARE)
        .print();
    return true;
  }

  private static Map<String, Cost> measure(int forks, TimeValue iteration) {
    Map<String, Cost> costs = new HashMap<>();
    try {
      Collection<RunResult> results = new Runner(new OptionsBuilder()
              .include(CallBenchmark.class.getName())
              .forks(forks)
              .warmupIterations(ITERATIONS)
              .warmupTime(iteration)
              .measurementIterations(ITERATIONS)
              .measurementTime(iteration)
              .addProfiler(GCProfiler.class)
              .build())
          .run();
      for (RunResult result : results) {
        costs.put(
            result.getParams().getParam("guard"),
            new Cost(
                result.getPrimaryResult().getScore(),
                result.getPrimaryResult().getScoreError(),
                Objects.requireNonNull(result.getSecondaryResults().get(BYTES)).getScore()));
      }
    } catch (RunnerException e) {
      throw new IllegalStateException(e);
    }
    return costs;
  }
}
