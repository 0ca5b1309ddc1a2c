package io.vertebra.benchmarks.overload;

import io.vertebra.benchmarks.Arguments;
import io.vertebra.benchmarks.guard.Busy;
import io.vertebra.benchmarks.guard.Plan;
import io.vertebra.benchmarks.guard.Result;
import io.vertebra.benchmarks.guard.Rounds;
import io.vertebra.benchmarks.guard.Steady;
import io.vertebra.benchmarks.guard.Steady.Counts;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Many callers want a little less than an equal share of a service each, and one wants twenty times as
 * much as such a share, which is more than there is: what the small ones get, compared with what they get
 * without the greedy one.
 */
public final class FairnessLoad {
  private static final String NAME = "fairness";
  private static final String OURS = "ours";
  private static final String WITHOUT = "without";
  private static final String BARE = "bare";
  private static final int SMALL = 50;
  private static final int TIMES = 20;
  private static final double PART = 0.8;
  private static final long COST_NANOS = TimeUnit.MICROSECONDS.toNanos(200);
  private static final Duration DEADLINE = Duration.ofMillis(100);
  private static final Duration PATIENT = Duration.ofSeconds(5);
  private static final Duration WARM_UP = Duration.ofSeconds(2);
  private static final double TARGET_SHARE = 0.995;
  private static final double TARGET_JAIN = 0.98;

  private FairnessLoad() {}

  /** What the callers of one contender got in one round. */
  private record Turn(List<Got> small, double greedyShare, Map<String, Integer> lost) {}

  /** What one small caller wanted and got. */
  private static final class Got {
    private long due;
    private long answered;
  }

  /** How many callers there are, and how many calls a second an equal share of the service is. */
  private record Sharing(int small, int times, double equalShare) {}

  /**
   * {@code --small N}: small callers, default 50, each a node; {@code --times N}: equal shares that the
   * greedy one wants, default 20. Always true: a missed target is printed, and is no failure.
   */
  public static boolean run(Arguments arguments) {
    int small = arguments.takeNumber("small", SMALL);
    int times = arguments.takeNumber("times", TIMES);
    Plan plan = Plan.of(arguments, 10);
    arguments.end();
    OurCrowd patient = new OurCrowd(1, COST_NANOS, PATIENT);
    double capacity = Busy.capacity(patient.context(), () -> patient.call(0));
    patient.close();
    Sharing sharing = new Sharing(small, times, capacity / (small + 1));
    OurCrowd ours = new OurCrowd(small + 1, COST_NANOS, DEADLINE);
    Map<String, Supplier<Turn>> turns = new LinkedHashMap<>();
    turns.put(OURS, () -> turn(ours, sharing, plan.round()));
    turns.put(WITHOUT, () -> turn(ours, new Sharing(small, 0, sharing.equalShare()), plan.round()));
    turns.put(BARE, () -> {
      BareCrowd bare = new BareCrowd(COST_NANOS, DEADLINE);
      Turn turn = turn(bare, sharing, plan.round());
      bare.close();
      return turn;
    });
    print(Rounds.of(plan, turns), sharing, capacity);
    ours.close();
    return true;
  }

  private static Turn turn(Crowd crowd, Sharing sharing, Duration round) {
    List<Got> got = Stream.generate(Got::new).limit(sharing.small()).toList();
    long countFrom = System.nanoTime() + WARM_UP.toNanos();
    int[] turn = new int[1];
    Steady small = Steady.start(
        crowd.context(),
        () -> {
          int caller = turn[0]++ % sharing.small();
          int counts = System.nanoTime() - countFrom >= 0 ? 1 : 0;
          Got mine = got.get(caller);
          mine.due += counts;
          return crowd.call(caller + 1).onSuccess(answer -> mine.answered += counts);
        },
        PART * sharing.small() * sharing.equalShare(),
        WARM_UP);
    double greedyShare = 0;
    Counts counts;
    if (sharing.times() == 0) {
      counts = small.stopAfter(round);
    } else {
      Steady greedy = Steady.start(
          crowd.context(), () -> crowd.call(0), sharing.times() * sharing.equalShare(), WARM_UP);
      greedyShare = greedy.stopAfter(round).share();
      counts = small.stop();
    }
    return new Turn(got, greedyShare, counts.lost());
  }

  private static void print(Rounds<Turn> rounds, Sharing sharing, double capacity) {
    double[] ours = shares(rounds, OURS);
    double[] bare = shares(rounds, BARE);
    double[] without = shares(rounds, WITHOUT);
    Result.of(NAME, "least-share-of-that-without")
        .ours(least(ours, without))
        .peer(BARE, least(bare, without))
        .atLeast(TARGET_SHARE)
        .with("small_callers", sharing.small())
        .with("small_per_s_each", PART * sharing.equalShare())
        .with("greedy_per_s", sharing.times() * sharing.equalShare())
        .with("greedy_share", rounds.median(OURS, Turn::greedyShare))
        .with("least_without", DoubleStream.of(without).min().orElse(0))
        .with("lost", rounds.failures(OURS, Turn::lost))
        .with("capacity_per_s", Math.rint(capacity))
        .print(rounds);
    Result.of(NAME, "jain-index")
        .ours(jain(ours))
        .peer(BARE, jain(bare))
        .atLeast(TARGET_JAIN)
        .print(rounds);
  }

  /** What each small caller was answered, as a share of what it wanted, over all rounds. */
  private static double[] shares(Rounds<Turn> rounds, String contender) {
    int callers = rounds.of(contender).get(0).small().size();
    return IntStream.range(0, callers)
        .mapToDouble(caller -> rounds.sum(contender, turn -> turn.small().get(caller).answered)
            / rounds.sum(contender, turn -> turn.small().get(caller).due))
        .toArray();
  }

  private static double least(double[] shares, double[] without) {
    return IntStream.range(0, shares.length)
        .mapToDouble(caller -> shares[caller] / without[caller])
        .min()
        .orElse(0);
  }

  /** 1 if all got the same, 1/n if one got all (Jain, Chiu and Hawe, 1984). */
  private static double jain(double[] shares) {
    double sum = DoubleStream.of(shares).sum();
    double squares = DoubleStream.of(shares).map(share -> share * share).sum();
    return squares == 0 ? 0 : sum * sum / (shares.length * squares);
  }
}
