package io.vertebra.benchmarks.overload;

import io.vertebra.benchmarks.Arguments;
import io.vertebra.benchmarks.guard.Plan;
import io.vertebra.benchmarks.guard.Result;
import io.vertebra.benchmarks.guard.Rounds;
import io.vertebra.benchmarks.guard.Steady;
import io.vertebra.benchmarks.guard.Steady.Counts;
import io.vertebra.benchmarks.process.Pause;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A service that computes gets less, twice and ten times as much as it can do; what counts is the share
 * of its capacity that is answered within the callers' deadline. The service has one event loop, its
 * callers another.
 */
public final class OverloadLoad {
  private static final String NAME = "overload";
  private static final Duration DEADLINE = Duration.ofMillis(100);
  private static final Duration WARM_UP = Duration.ofMillis(1500);
  private static final Duration SETTLE = Duration.ofMillis(500);
  private static final double PART = 0.8;

  private OverloadLoad() {}

  /** One amount of load on one kind of service. */
  private record Case(String name, long costNanos, double times, double target) {}

  private static final List<Case> CASES = List.of(
      new Case("1ms-0.8x", 1_000_000, PART, 0.97),
      new Case("1ms-2x", 1_000_000, 2, 0.97),
      new Case("1ms-10x", 1_000_000, 10, 0.95),
      new Case("50us-10x", 50_000, 10, 0.9));

  /**
   * {@code --two-jvms}: the service in another JVM, each of the two on a core of its own. Always true: a
   * missed target is printed, and is no failure.
   */
  public static boolean run(Arguments arguments) {
    boolean isRemote = arguments.takeFlag("two-jvms");
    Plan plan = Plan.of(arguments, 2);
    arguments.end();
    for (Case each : CASES) {
      if (isRemote) {
        double capacity = Contenders.remoteCapacity(each.costNanos);
        run(
            each,
            plan,
            Contenders.remote(each.costNanos, DEADLINE),
            capacity,
            RemoteService.WARM_UP);
      } else {
        double capacity = Contenders.capacity(each.costNanos);
        run(each, plan, Contenders.all(each.costNanos, DEADLINE), capacity, WARM_UP);
      }
    }
    return true;
  }

  private static void run(
      Case load,
      Plan plan,
      Map<String, Supplier<Contender>> services,
      double capacity,
      Duration warmUp) {
    double perSecond = capacity * load.times;
    Map<String, Supplier<Counts>> turns = new LinkedHashMap<>();
    services.forEach((name, service) ->
        turns.put(name, () -> turn(service.get(), perSecond, warmUp, plan.round())));
    Rounds<Counts> rounds = Rounds.of(plan, turns);
    double reference = Math.min(capacity, perSecond);
    Result result = Result.of(NAME, load.name)
        .ours(rounds.median(Contenders.OURS, Counts::perSecond) / reference);
    Contenders.peers(turns)
        .forEach(peer -> result.peer(peer, rounds.median(peer, Counts::perSecond) / reference));
    result
        .atLeast(load.target)
        .with("ours_p99_us", rounds.median(Contenders.OURS, counts -> counts.micros(99)))
        .with("lost", rounds.failures(Contenders.OURS, Counts::lost))
        .with("capacity_per_s", Math.rint(capacity))
        .with("offered_per_s", Math.rint(perSecond))
        .print(rounds);
  }

  private static Counts turn(Contender service, double perSecond, Duration warmUp, Duration round) {
    Steady calls = Steady.start(service.caller(), service::call, perSecond, warmUp.plus(SETTLE));
    Pause.of(warmUp);
    service.warmedUp();
    Counts counts = calls.stopAfter(round);
    service.close();
    return counts;
  }
}
