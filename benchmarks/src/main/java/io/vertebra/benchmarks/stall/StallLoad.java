package io.vertebra.benchmarks.stall;

import io.vertebra.benchmarks.Arguments;
import io.vertebra.benchmarks.guard.Plan;
import io.vertebra.benchmarks.guard.Result;
import io.vertebra.benchmarks.guard.Rounds;
import io.vertebra.benchmarks.stall.Trials.Paused;
import io.vertebra.benchmarks.stall.Trials.Trial;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * One of 50 contracts holds up their event loop, in one of five ways and for 20 ms to 3 s, and now and
 * then the whole process stands still: who is named, how soon, and for what.
 */
public final class StallLoad {
  private static final String NAME = "stall";
  private static final String OURS = "ours";
  private static final String DEFAULT = "checker-default";
  private static final String FINEST = "checker-finest";
  private static final String MILLIS = "20,50,300,3000";
  private static final String TRIALS = "16,16,6,2";
  private static final int PAUSES = 60;
  private static final long WITHIN_MILLIS = 13;
  private static final double TARGET_PERCENT = 99;
  private static final double TARGET_WATCHER_PERCENT = 1;

  private StallLoad() {}

  /** What one contender did in one round. */
  private record Turn(double watcherPercent, List<Trial> trials, List<Paused> pauses) {}

  /** What is done to each contender in a round; so many trials of each length and kind. */
  private record Mix(List<Integer> millis, List<Integer> trials, int pauses) {
    Mix {
      if (millis.size() != trials.size()) {
        throw new IllegalArgumentException(
            "--trials wants a number for each of " + millis + ", but has " + trials);
      }
    }
  }

  /**
   * {@code --millis N,N}: lengths of stalls; {@code --trials N,N}: how many of each length and kind in a
   * round. {@code --pauses N}: pauses of the process in a round, every other one a collection. Always
   * true: a missed target is printed, and is no failure.
   */
  public static boolean run(Arguments arguments) {
    Mix mix = new Mix(
        arguments.takeNumbers("millis", MILLIS),
        arguments.takeNumbers("trials", TRIALS),
        arguments.takeNumber("pauses", PAUSES));
    // Trials say how long a round is.
    Plan plan = Plan.of(arguments, 1);
    arguments.end();
    try (Hiccups hiccups = new Hiccups()) {
      Map<String, Supplier<Turn>> turns = new LinkedHashMap<>();
      turns.put(OURS, () -> turn(new Trials(new OurSuspects(), hiccups), mix));
      turns.put(DEFAULT, () -> turn(new Trials(BareSuspects.asItComes(), hiccups), mix));
      turns.put(FINEST, () -> turn(new Trials(BareSuspects.atItsFinest(), hiccups), mix));
      print(Rounds.of(plan, turns));
    }
    return true;
  }

  private static Turn turn(Trials fresh, Mix mix) {
    try (Trials trials = fresh) {
      for (Kind kind : Kind.values()) {
        trials.stall(kind, mix.millis().get(0), WITHIN_MILLIS); // warms up, and does not count
      }
      double watcherPercent = trials.watcherPercent();
      List<Trial> stalls = new ArrayList<>();
      for (int length = 0; length < mix.millis().size(); length++) {
        for (int i = 0; i < mix.trials().get(length); i++) {
          for (Kind kind : Kind.values()) {
            stalls.add(trials.stall(kind, mix.millis().get(length), WITHIN_MILLIS));
          }
        }
      }
      List<Paused> pauses = IntStream.range(0, mix.pauses())
          .mapToObj(i -> i % 2 == 0 ? trials.collect() : trials.stop())
          .toList();
      return new Turn(watcherPercent, stalls, pauses);
    }
  }

  private static void print(Rounds<Turn> rounds) {
    List<Trial> ours = all(rounds, OURS, Turn::trials);
    Result.of(NAME, "seen-within-13ms-percent")
        .ours(seen(ours))
        .peer(DEFAULT, seen(all(rounds, DEFAULT, Turn::trials)))
        .peer(FINEST, seen(all(rounds, FINEST, Turn::trials)))
        .atLeast(TARGET_PERCENT)
        .with("ours_p50_ms", percentile(ours, 0.5))
        .with("ours_p99_ms", percentile(ours, 0.99))
        .with("finest_p50_ms", percentile(all(rounds, FINEST, Turn::trials), 0.5))
        .with(
            "late",
            kinds(ours.stream()
                .filter(Trial::isOnTime)
                .filter(trial -> trial.detectedMillis() > WITHIN_MILLIS)))
        .with("on_time", ours.stream().filter(Trial::isOnTime).count() + "/" + ours.size())
        .with("default_seen", share(all(rounds, DEFAULT, Turn::trials), Trial::isSeen))
        .print(rounds);
    Result.of(NAME, "right-contract-and-cause-percent")
        .ours(share(ours, Trial::isRight))
        .peer(DEFAULT, share(all(rounds, DEFAULT, Turn::trials), Trial::isRight))
        .peer(FINEST, share(all(rounds, FINEST, Turn::trials), Trial::isRight))
        .atLeast(TARGET_PERCENT)
        .with("wrong", kinds(ours.stream().filter(trial -> !trial.isRight())))
        .print(rounds);
    List<Paused> pauses = all(rounds, OURS, Turn::pauses);
    Result.of(NAME, "wrongly-named")
        .ours(ours.stream().mapToInt(Trial::wronglyNamed).sum() + blamed(rounds, OURS))
        .peer(DEFAULT, blamed(rounds, DEFAULT))
        .peer(FINEST, blamed(rounds, FINEST))
        .atMost(0)
        .with("pauses", pauses.size())
        .with("median_pause_ms", middle(pauses.stream().map(Paused::millis).toList(), 0.5))
        .print(rounds);
    Result.of(NAME, "watcher-percent-of-a-core")
        .ours(rounds.median(OURS, Turn::watcherPercent))
        .peer(DEFAULT, rounds.median(DEFAULT, Turn::watcherPercent))
        .peer(FINEST, rounds.median(FINEST, Turn::watcherPercent))
        .atMost(TARGET_WATCHER_PERCENT)
        .print(rounds);
  }

  private static <T> List<T> all(
      Rounds<Turn> rounds, String contender, Function<Turn, List<T>> part) {
    return rounds.of(contender).stream().map(part).flatMap(List::stream).toList();
  }

  /** How often what was taken for what. */
  private static String kinds(Stream<Trial> trials) {
    Map<String, Long> counts =
        trials.collect(Collectors.groupingBy(Trial::seenAs, TreeMap::new, Collectors.counting()));
    return counts.isEmpty() ? "none" : counts.toString().replace(" ", "");
  }

  /** Pauses of the process for which a handler or a thread was named. */
  private static double blamed(Rounds<Turn> rounds, String contender) {
    return all(rounds, contender, Turn::pauses).stream()
        .mapToDouble(pause -> pause.named() > 0 ? 1 : 0)
        .sum();
  }

  private static double seen(List<Trial> trials) {
    return share(
        trials.stream().filter(Trial::isOnTime).toList(),
        trial -> trial.detectedMillis() <= WITHIN_MILLIS);
  }

  private static double share(List<Trial> trials, Function<Trial, Boolean> property) {
    return 100.0 * trials.stream().filter(property::apply).count() / trials.size();
  }

  private static double percentile(List<Trial> trials, double rank) {
    return middle(
        trials.stream()
            .filter(Trial::isOnTime)
            .filter(Trial::isSeen)
            .map(Trial::detectedMillis)
            .toList(),
        rank);
  }

  private static double middle(List<Double> values, double rank) {
    List<Double> sorted = values.stream().sorted().toList();
    return sorted.isEmpty()
        ? Double.NaN
        : sorted.get((int) Math.min(sorted.size() - 1L, (long) (rank * sorted.size())));
  }
}
