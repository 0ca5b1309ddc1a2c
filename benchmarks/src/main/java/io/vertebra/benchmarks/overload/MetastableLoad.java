package io.vertebra.benchmarks.overload;

import io.vertebra.benchmarks.Arguments;
import io.vertebra.benchmarks.guard.Plan;
import io.vertebra.benchmarks.guard.Result;
import io.vertebra.benchmarks.guard.Rounds;
import io.vertebra.benchmarks.guard.Steady;
import io.vertebra.benchmarks.guard.Windows;
import io.vertebra.benchmarks.process.Pause;
import io.vertx.core.Context;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * A service that gets 0.7 of what it can do browns out to a tenth of its capacity for a while, and its
 * callers retry: how long after that it takes until nearly all calls are answered again, and how many
 * attempts they have made.
 */
public final class MetastableLoad {
  private static final String NAME = "metastable";
  private static final String OURS = "ours";
  private static final String BARE = "bare";
  private static final long COST_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final int SLOWER = 10;
  private static final double PART = 0.7;
  private static final int BROWNOUT_SECONDS = 30;
  private static final Duration BEFORE = Duration.ofSeconds(4);
  private static final Duration WINDOW = Duration.ofMillis(100);
  // Recovered: for a second, 99 of 100 calls are answered.
  private static final int RECOVERED_WINDOWS = 10;
  private static final double RECOVERED = 0.99;
  private static final double TARGET_SECONDS = 5;
  private static final double TARGET_ATTEMPTS = 1.1;

  private MetastableLoad() {}

  /**
   * What one contender did in one round.
   *
   * @param recoveredSeconds after the brown-out; infinite if it did not
   * @param attempts for each call, from the beginning to the end
   * @param brownoutAttempts for each call, during the brown-out
   * @param brownoutShare of the calls that were answered then
   */
  private record Turn(
      double recoveredSeconds, double attempts, double brownoutAttempts, double brownoutShare) {}

  /**
   * {@code --brownout N}: how many seconds it lasts; {@code --seconds N}: for how many it is watched
   * afterwards. Always true: a missed target is printed, and is no failure.
   */
  public static boolean run(Arguments arguments) {
    Duration brownout = Duration.ofSeconds(arguments.takeNumber("brownout", BROWNOUT_SECONDS));
    Plan plan = Plan.of(arguments, 12);
    arguments.end();
    double perSecond = PART * Contenders.capacity(COST_NANOS);
    Map<String, Supplier<Turn>> turns = new LinkedHashMap<>();
    turns.put(OURS, () -> turn(new OurRetries(COST_NANOS), perSecond, brownout, plan.round()));
    turns.put(BARE, () -> turn(new BareRetries(COST_NANOS), perSecond, brownout, plan.round()));
    print(Rounds.of(plan, turns), perSecond, brownout);
    return true;
  }

  private static Turn turn(
      Retrying service, double perSecond, Duration brownout, Duration afterwards) {
    Context caller = service.caller();
    Windows windows = new Windows(WINDOW);
    Steady steady = Steady.start(caller, service::call, perSecond, Duration.ZERO, windows);
    Pause.of(BEFORE);
    Retrying.Made before = service.made();
    service.cost(SLOWER * COST_NANOS);
    int begin = windows.indexOf(System.nanoTime());
    Pause.of(brownout);
    service.cost(COST_NANOS);
    int end = windows.indexOf(System.nanoTime()) + 1;
    Retrying.Made during = service.made().minus(before);
    Pause.of(afterwards);
    steady.stop();
    Turn turn = new Turn(
        recovered(windows, end),
        service.made().perCall(),
        during.perCall(),
        windows.together(begin, end).share());
    service.close();
    return turn;
  }

  private static double recovered(Windows windows, int end) {
    for (int i = end; i + RECOVERED_WINDOWS <= windows.size(); i++) {
      if (windows.together(i, i + RECOVERED_WINDOWS).share() >= RECOVERED) {
        return (i - end) * WINDOW.toMillis() / 1e3;
      }
    }
    return Double.POSITIVE_INFINITY;
  }

  private static void print(Rounds<Turn> rounds, double perSecond, Duration brownout) {
    double bare = rounds.median(BARE, Turn::recoveredSeconds);
    Result recovery =
        Result.of(NAME, "recovered-s").ours(rounds.median(OURS, Turn::recoveredSeconds));
    if (Double.isInfinite(bare)) {
      recovery.peer(BARE, "never");
    } else {
      recovery.peer(BARE, bare);
    }
    recovery
        .atMost(TARGET_SECONDS)
        .with("ours_brownout_share", rounds.median(OURS, Turn::brownoutShare))
        .with("bare_brownout_share", rounds.median(BARE, Turn::brownoutShare))
        .with("brownout_s", brownout.toSeconds())
        .with("offered_per_s", Math.rint(perSecond))
        .print(rounds);
    Result.of(NAME, "attempts-per-call")
        .ours(rounds.median(OURS, Turn::attempts))
        .peer(BARE, rounds.median(BARE, Turn::attempts))
        .atMost(TARGET_ATTEMPTS)
        .with("ours_brownout", rounds.median(OURS, Turn::brownoutAttempts))
        .with("bare_brownout", rounds.median(BARE, Turn::brownoutAttempts))
        .print(rounds);
  }
}
