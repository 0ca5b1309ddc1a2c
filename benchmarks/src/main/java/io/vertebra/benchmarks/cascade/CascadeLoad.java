package io.vertebra.benchmarks.cascade;

import io.vertebra.benchmarks.Arguments;
import io.vertebra.benchmarks.guard.Busy;
import io.vertebra.benchmarks.guard.Plan;
import io.vertebra.benchmarks.guard.Result;
import io.vertebra.benchmarks.guard.Rounds;
import io.vertebra.benchmarks.guard.Steady;
import io.vertebra.benchmarks.guard.Steady.Counts;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A chain of three services gets twice what it can do, from callers that wait 100 ms: how much work is
 * begun for those who do not wait any more.
 */
public final class CascadeLoad {
  private static final String NAME = "cascade";
  private static final String OURS = "ours";
  private static final String BARE = "bare";
  private static final double TIMES = 2;
  private static final Duration WARM_UP = Duration.ofMillis(1500);
  private static final double TARGET_LATE = 0.005;

  private CascadeLoad() {}

  /** What one contender did in one round. */
  private record Turn(Counts counts, Wasted.Count work) {
    double lateShare() {
      return work.late() / (double) work.begun();
    }
  }

  /** Always true: a missed target is printed, and is no failure. */
  public static boolean run(Arguments arguments) {
    Plan plan = Plan.of(arguments, 4);
    arguments.end();
    BareChain chain = new BareChain();
    double capacity = Busy.capacity(chain.caller(), chain::call);
    chain.close();
    Map<String, Supplier<Turn>> turns = new LinkedHashMap<>();
    turns.put(OURS, () -> turn(new OurChain(), capacity, plan));
    turns.put(BARE, () -> turn(new BareChain(), capacity, plan));
    print(Rounds.of(plan, turns), capacity);
    return true;
  }

  private static Turn turn(Chain chain, double capacity, Plan plan) {
    Counts counts = Steady.start(chain.caller(), chain::call, TIMES * capacity, WARM_UP)
        .stopAfter(plan.round());
    Wasted.Count work = chain.wasted().count();
    chain.close();
    return new Turn(counts, work);
  }

  private static void print(Rounds<Turn> rounds, double capacity) {
    Result.of(NAME, "begun-after-root-deadline")
        .ours(rounds.median(OURS, Turn::lateShare))
        .peer(BARE, rounds.median(BARE, Turn::lateShare))
        .atMost(TARGET_LATE)
        .with("ours_goodput_of_capacity", goodput(rounds, OURS) / capacity)
        .with("bare_goodput_of_capacity", goodput(rounds, BARE) / capacity)
        .with("ours_begun", rounds.sum(OURS, turn -> turn.work().begun()))
        .with("capacity_per_s", Math.rint(capacity))
        .print(rounds);
    Result.of(NAME, "expired-handlers-run")
        .ours(rounds.sum(OURS, turn -> turn.work().expired()))
        .peer(BARE, "unknown")
        .atMost(0)
        .with("by_more_than_1ms", rounds.sum(OURS, turn -> turn.work().wellExpired()))
        .with("begun", rounds.sum(OURS, turn -> turn.work().begun()))
        .print(rounds);
  }

  private static double goodput(Rounds<Turn> rounds, String contender) {
    return rounds.median(contender, turn -> turn.counts().perSecond());
  }
}
