package io.vertebra.benchmarks.guard;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * What contenders did that took turns, so that whatever else happens on the machine meets all of them.
 * Before and after each round the machine is looked at without load; a round between two looks of which
 * one was bad is taken again, at most twice, and then counts as it is.
 *
 * @param <R> what one contender does in one round
 */
public final class Rounds<R> {
  private static final double QUIET_MICROS = 1000;

  private final Map<String, List<R>> results = new LinkedHashMap<>();
  private final List<Double> controls = new ArrayList<>();
  private int rounds;
  private int repeated;

  private Rounds() {}

  /** Lets each contender take its turns, in the order of the map. */
  public static <R> Rounds<R> of(Plan plan, Map<String, Supplier<R>> turns) {
    Rounds<R> taken = new Rounds<>();
    double before = NoLoad.p99Micros();
    for (int i = 0; i < plan.rounds(); i++) {
      before = taken.round(plan, turns, before);
    }
    return taken;
  }

  private double round(Plan plan, Map<String, Supplier<R>> turns, double lookBefore) {
    double before = lookBefore;
    for (int repeats = 0; ; repeats++) {
      Map<String, R> round = new LinkedHashMap<>();
      turns.forEach((name, turn) -> round.put(name, turn.get()));
      double after = NoLoad.p99Micros();
      double worse = Math.max(before, after);
      before = after;
      if (worse <= QUIET_MICROS || repeats == plan.repeats()) {
        round.forEach((name, result) ->
            results.computeIfAbsent(name, n -> new ArrayList<>()).add(result));
        controls.add(worse);
        rounds++;
        return after;
      }
      repeated++;
    }
  }

  /** The rounds of one contender. */
  public List<R> of(String contender) {
    return List.copyOf(results.getOrDefault(contender, List.of()));
  }

  /** The median of one figure over the rounds of one contender. */
  public double median(String contender, ToDoubleFunction<R> figure) {
    return median(of(contender).stream().map(figure::applyAsDouble).toList());
  }

  /** The sum of one figure over the rounds of one contender. */
  public double sum(String contender, ToDoubleFunction<R> figure) {
    return of(contender).stream().mapToDouble(figure).sum();
  }

  /** What failures there were in all rounds of one contender, and how often. */
  public String failures(String contender, Function<R, Map<String, Integer>> figure) {
    Map<String, Integer> sum = new TreeMap<>();
    for (R round : of(contender)) {
      figure.apply(round).forEach((what, count) -> sum.merge(what, count, Integer::sum));
    }
    return sum.isEmpty() ? "none" : sum.toString().replace(" ", "");
  }

  /** The middle one. */
  static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }

  /** How many rounds count. */
  int rounds() {
    return rounds;
  }

  /** How many were taken again. */
  int repeated() {
    return repeated;
  }

  /** The median of the looks without load. */
  double controlMicros() {
    return median(controls);
  }
}
