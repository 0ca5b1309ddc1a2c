package io.vertebra.benchmarks.overload;

import io.vertebra.benchmarks.Arguments;
import io.vertebra.benchmarks.guard.Plan;
import io.vertebra.benchmarks.guard.Result;
import io.vertebra.benchmarks.guard.Rounds;
import io.vertebra.benchmarks.guard.Steady;
import io.vertebra.benchmarks.guard.Steady.Counts;
import io.vertebra.benchmarks.process.Pause;
import io.vertebra.messaging.CallOptions;
import io.vertebra.messaging.Criticality;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Critical calls need 0.4 of what a service can do, and so do sheddable ones, until there are twelve
 * times as many of these: how many of the critical ones are answered in time, compared with those of the
 * same round that had the service to themselves.
 */
public final class CriticalityLoad {
  private static final String OURS = "ours";
  private static final String ALONE = "alone";
  private static final String BARE = "bare";
  private static final long COST_NANOS = TimeUnit.MICROSECONDS.toNanos(200);
  private static final Duration DEADLINE = Duration.ofMillis(100);
  private static final Duration WARM_UP = Duration.ofMillis(1500);
  private static final double PART = 0.4;
  private static final int TIMES = 12;
  private static final int CALLS = 20_000;
  private static final double TARGET_POINTS = 0.05;

  private CriticalityLoad() {}

  /** What one contender did in one round. */
  private record Turn(Counts critical, double sheddableShare) {
    double percent() {
      return 100 * critical.share();
    }
  }

  /** {@code --calls N}: critical calls a round. Always true: a missed target is printed, and is no failure. */
  public static boolean run(Arguments arguments) {
    int calls = arguments.takeNumber("calls", CALLS);
    Plan asked = Plan.of(arguments, 1);
    arguments.end();
    double capacity = Contenders.capacity(COST_NANOS);
    double perSecond = PART * capacity;
    // The calls say how long a round is.
    Plan plan = new Plan(
        Duration.ofMillis((long) (1000 * calls / perSecond) + 1), asked.rounds(), asked.repeats());
    Map<String, Supplier<Turn>> turns = new LinkedHashMap<>();
    turns.put(OURS, () -> ours(perSecond, TIMES, plan.round()));
    turns.put(ALONE, () -> ours(perSecond, 0, plan.round()));
    turns.put(BARE, () -> bare(perSecond, plan.round()));
    print(Rounds.of(plan, turns), capacity);
    return true;
  }

  private static Turn ours(double perSecond, int times, Duration round) {
    CallOptions critical = CallOptions.defaults().withTimeout(DEADLINE);
    CallOptions sheddable = critical.withCriticality(Criticality.SHEDDABLE);
    OurService service = new OurService(() -> COST_NANOS, critical);
    return turn(service, () -> service.call(sheddable), perSecond, times, round);
  }

  private static Turn bare(double perSecond, Duration round) {
    BareService service = new BareService(COST_NANOS, DEADLINE);
    return turn(service, service::call, perSecond, TIMES, round);
  }

  private static Turn turn(
      Contender service,
      Supplier<Future<?>> sheddable,
      double perSecond,
      int times,
      Duration round) {
    Steady critical = Steady.start(service.caller(), service::call, perSecond, WARM_UP);
    if (times == 0) {
      Turn alone = new Turn(critical.stopAfter(round), 0);
      service.close();
      return alone;
    }
    Steady usual = Steady.start(service.caller(), sheddable, perSecond, WARM_UP);
    Pause.of(WARM_UP);
    Steady spike =
        Steady.start(service.caller(), sheddable, (times - 1) * perSecond, Duration.ZERO);
    Counts counts = critical.stopAfter(round);
    Counts shed = spike.stop();
    usual.stop();
    service.close();
    return new Turn(counts, shed.share());
  }

  private static void print(Rounds<Turn> rounds, double capacity) {
    List<Turn> ours = rounds.of(OURS);
    List<Turn> alone = rounds.of(ALONE);
    double worst = 100;
    for (int i = 0; i < ours.size(); i++) {
      worst = Math.min(worst, ours.get(i).percent() - alone.get(i).percent());
    }
    Result.of("criticality", "critical-goodput-percent")
        .ours(rounds.median(OURS, Turn::percent))
        .peer(BARE, rounds.median(BARE, Turn::percent))
        .atLeast(rounds.median(ALONE, Turn::percent) - TARGET_POINTS)
        .with("alone", rounds.median(ALONE, Turn::percent))
        .with("worst_difference_points", worst)
        .with("ours_p99_ms", rounds.median(OURS, turn -> turn.critical().micros(99)) / 1e3)
        .with("ours_sheddable_share", rounds.median(OURS, Turn::sheddableShare))
        .with("critical_calls", rounds.median(OURS, turn -> turn.critical().due()))
        .with("lost", rounds.failures(OURS, turn -> turn.critical().lost()))
        .with("capacity_per_s", Math.rint(capacity))
        .print(rounds);
  }
}
