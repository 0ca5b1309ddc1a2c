package io.vertebra.benchmarks.stall;

import io.vertebra.benchmarks.Arguments;
import io.vertebra.benchmarks.guard.Plan;
import io.vertebra.benchmarks.guard.Result;
import io.vertebra.benchmarks.guard.Rounds;
import io.vertebra.benchmarks.stall.Trials.Paused;
import io.vertebra.benchmarks.stall.Trials.Trial;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
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
  private static final int TRIALS = 4;
  private static final int PAUSES = 10;
  private static final long LONG_MILLIS = 1000;
  private static final long WITHIN_MILLIS = 13;
  private static final double TARGET_PERCENT = 99;

  private StallLoad() {}

  /** What one contender did in one round. */
  private record Turn(List<Trial> trials, List<Paused> pauses) {}

  /** What is done to each contender in a round. */
  private record Mix(List<Long> millis, int trials, int pauses) {}

  /**
   * {@code --trials N}: stalls of each kind and length in a round, if shorter than 1 s; one of those
   * that are longer. {@code --millis N,N}: their lengths. {@code --pauses N}: collections in a round.
   * Always true: a missed target is printed, and is no failure.
   */
  public static boolean run(Arguments arguments) {
    String millis = arguments.takeOption("millis").orElse("20,50,300,3000");
    if (!millis.matches("[1-9]\\d{0,4}(,[1-9]\\d{0,4})*")) {
      throw new IllegalArgumentException("--millis wants numbers, with commas between: " + millis);
    }
    Mix mix = new Mix(
        Arrays.stream(millis.split(",", -1)).map(Long::valueOf).toList(),
        arguments.takeNumber("trials", TRIALS),
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
      List<Trial> stalls = new ArrayList<>();
      for (long millis : mix.millis()) {
        for (int i = 0; i < (millis < LONG_MILLIS ? mix.trials() : 1); i++) {
          for (Kind kind : Kind.values()) {
            stalls.add(trials.stall(kind, millis, WITHIN_MILLIS));
          }
        }
      }
      List<Paused> pauses = Stream.generate(trials::pause).limit(mix.pauses()).toList();
      return new Turn(stalls, pauses);
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
        .with("on_time", ours.stream().filter(Trial::isOnTime).count() + "/" + ours.size())
        .with("default_seen", share(all(rounds, DEFAULT, Turn::trials), Trial::isSeen))
        .print(rounds);
    Result.of(NAME, "right-contract-and-cause-percent")
        .ours(share(ours, Trial::isRight))
        .peer(DEFAULT, share(all(rounds, DEFAULT, Turn::trials), Trial::isRight))
        .peer(FINEST, share(all(rounds, FINEST, Turn::trials), Trial::isRight))
        .atLeast(TARGET_PERCENT)
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
  }

  private static <T> List<T> all(
      Rounds<Turn> rounds, String contender, Function<Turn, List<T>> part) {
    return rounds.of(contender).stream().map(part).flatMap(List::stream).toList();
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
