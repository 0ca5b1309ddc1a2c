package io.vertebra.benchmarks.hedge;

import io.vertebra.benchmarks.Arguments;
import io.vertebra.benchmarks.guard.Plan;
import io.vertebra.benchmarks.guard.Result;
import io.vertebra.benchmarks.guard.Rounds;
import io.vertebra.benchmarks.guard.Steady;
import io.vertebra.benchmarks.guard.Steady.Counts;
import io.vertebra.messaging.CallOptions;
import io.vertebra.messaging.Hedge;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Two replies in a hundred take 200 ms longer: how long one call in a thousand takes at least, with a
 * hedging budget of 2.5% and without hedging, and how many more requests that costs.
 */
public final class HedgeLoad {
  private static final String NAME = "hedge";
  private static final String OURS = "ours";
  private static final String NONE = "no-hedge";
  private static final int PER_SECOND = 2000;
  // The delay is found out each 3 s.
  private static final Duration WARM_UP = Duration.ofSeconds(4);
  private static final double TARGET_CUT = 5;
  private static final double TARGET_REQUESTS = 1.026;

  private HedgeLoad() {}

  /** What one contender did in one round. */
  private record Turn(Counts counts, long calls, long requests) {}

  /** Always true: a missed target is printed, and is no failure. */
  public static boolean run(Arguments arguments) {
    Plan plan = Plan.of(arguments, 10);
    arguments.end();
    CallOptions once = CallOptions.defaults();
    CallOptions hedged = once.withHedge(Hedge.defaults());
    try (SlowAtTimes service = new SlowAtTimes()) {
      Map<String, Supplier<Turn>> turns = new LinkedHashMap<>();
      turns.put(OURS, () -> turn(service, hedged, plan));
      turns.put(NONE, () -> turn(service, once, plan));
      print(Rounds.of(plan, turns));
    }
    return true;
  }

  private static Turn turn(SlowAtTimes service, CallOptions options, Plan plan) {
    long calls = service.calls();
    long requests = service.requests();
    Counts counts = Steady.start(service.caller(), () -> service.call(options), PER_SECOND, WARM_UP)
        .stopAfter(plan.round());
    return new Turn(counts, service.calls() - calls, service.requests() - requests);
  }

  private static void print(Rounds<Turn> rounds) {
    double ours = millis(rounds, OURS, 99.9);
    double none = millis(rounds, NONE, 99.9);
    Result.of(NAME, "p999-cut")
        .ours(none / ours)
        .peer(NONE, 1)
        .atLeast(TARGET_CUT)
        .with("ours_p999_ms", ours)
        .with("no_hedge_p999_ms", none)
        .with("ours_p99_ms", millis(rounds, OURS, 99))
        .with("no_hedge_p99_ms", millis(rounds, NONE, 99))
        .with("ours_p50_ms", millis(rounds, OURS, 50))
        .print(rounds);
    Result.of(NAME, "requests-per-call")
        .ours(rounds.sum(OURS, Turn::requests) / rounds.sum(OURS, Turn::calls))
        .peer(NONE, rounds.sum(NONE, Turn::requests) / rounds.sum(NONE, Turn::calls))
        .atMost(TARGET_REQUESTS)
        .with("calls", rounds.sum(OURS, Turn::calls))
        .print(rounds);
  }

  private static double millis(Rounds<Turn> rounds, String contender, double percentile) {
    return rounds.median(contender, turn -> turn.counts().micros(percentile)) / 1e3;
  }
}
