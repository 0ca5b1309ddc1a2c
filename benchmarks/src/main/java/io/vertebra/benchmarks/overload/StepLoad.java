package io.vertebra.benchmarks.overload;

import io.vertebra.benchmarks.Arguments;
import io.vertebra.benchmarks.guard.Plan;
import io.vertebra.benchmarks.guard.Result;
import io.vertebra.benchmarks.guard.Rounds;
import io.vertebra.benchmarks.guard.Steady;
import io.vertebra.benchmarks.guard.Windows;
import io.vertebra.benchmarks.guard.Windows.Window;
import io.vertebra.benchmarks.process.Pause;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * From one moment to the next a service gets 1.4 instead of 0.7 times what it can do: after how long its
 * latencies are what they stay.
 */
public final class StepLoad {
  private static final long COST_NANOS = TimeUnit.MICROSECONDS.toNanos(200);
  private static final Duration DEADLINE = Duration.ofMillis(100);
  private static final Duration WARM_UP = Duration.ofSeconds(2);
  private static final Duration WINDOW = Duration.ofMillis(50);
  private static final double BEFORE = 0.7;
  private static final double AFTER = 1.4;
  // Stable: for half a second the p99 of each window is near what it is in the end, and the service
  // works.
  private static final int STABLE_WINDOWS = 10;
  private static final double NEAR = 1.5;
  private static final double BUSY = 0.9;
  private static final double TARGET_MILLIS = 200;

  private StepLoad() {}

  /**
   * What one contender did in one round.
   *
   * @param settledMillis from the step until it was stable; infinite if never
   * @param worst the highest p99 of a window after the step, in ms
   * @param last p99 of the second half, in ms
   * @param share answers of the second half, as a share of what was due
   */
  private record Turn(double settledMillis, double worst, double last, double share) {}

  /** Always true: a missed target is printed, and is no failure. */
  public static boolean run(Arguments arguments) {
    Plan plan = Plan.of(arguments, 4);
    arguments.end();
    double capacity = Contenders.capacity(COST_NANOS);
    Map<String, Supplier<Turn>> turns = new LinkedHashMap<>();
    Contenders.all(COST_NANOS, DEADLINE)
        .forEach(
            (name, service) -> turns.put(name, () -> turn(service.get(), capacity, plan.round())));
    print(Rounds.of(plan, turns), Contenders.peers(turns), capacity);
    return true;
  }

  private static Turn turn(Contender service, double capacity, Duration after) {
    Windows windows = new Windows(WINDOW);
    Steady before =
        Steady.start(service.caller(), service::call, BEFORE * capacity, Duration.ZERO, windows);
    Pause.of(WARM_UP);
    int step = windows.indexOf(System.nanoTime());
    Steady more = Steady.start(
        service.caller(), service::call, (AFTER - BEFORE) * capacity, Duration.ZERO, windows);
    more.stopAfter(after);
    before.stop();
    service.close();
    return seen(windows, step, step + (int) after.dividedBy(WINDOW));
  }

  private static Turn seen(Windows windows, int step, int end) {
    Window last = windows.together((step + end) / 2, end);
    double lastMillis = p99Millis(last);
    double worst = 0;
    double settled = Double.POSITIVE_INFINITY;
    int stable = 0;
    for (int i = step; i < end; i++) {
      Window window = windows.together(i, i + 1);
      worst = Math.max(worst, p99Millis(window));
      boolean isStable = p99Millis(window) <= NEAR * lastMillis && window.share() >= BUSY / AFTER;
      stable = isStable ? stable + 1 : 0;
      if (stable == STABLE_WINDOWS && Double.isInfinite(settled)) {
        settled = (double) (i - STABLE_WINDOWS + 1 - step) * WINDOW.toMillis();
      }
    }
    return new Turn(settled, worst, lastMillis, last.share());
  }

  private static double p99Millis(Window window) {
    return window.latencies().getValueAtPercentile(99) / 1e6;
  }

  private static void print(Rounds<Turn> rounds, Iterable<String> peers, double capacity) {
    Result result =
        Result.of("step", "settled-ms").ours(rounds.median(Contenders.OURS, Turn::settledMillis));
    for (String peer : peers) {
      double settled = rounds.median(peer, Turn::settledMillis);
      if (Double.isInfinite(settled)) {
        result.peer(peer, "never");
      } else {
        result.peer(peer, settled);
      }
    }
    result
        .atMost(TARGET_MILLIS)
        .with("ours_last_p99_ms", rounds.median(Contenders.OURS, Turn::last))
        .with("ours_worst_p99_ms", rounds.median(Contenders.OURS, Turn::worst))
        .with("ours_goodput_of_capacity", AFTER * rounds.median(Contenders.OURS, Turn::share));
    for (String peer : peers) {
      result.with(peer + "_last_p99_ms", rounds.median(peer, Turn::last));
      result.with(peer + "_goodput_of_capacity", AFTER * rounds.median(peer, Turn::share));
    }
    result.with("capacity_per_s", Math.rint(capacity)).print(rounds);
  }
}
