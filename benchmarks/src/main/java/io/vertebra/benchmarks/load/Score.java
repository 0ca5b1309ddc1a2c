package io.vertebra.benchmarks.load;

import io.vertebra.benchmarks.load.Contestant.Side;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/**
 * The rounds of one contestant at one load.
 *
 * @param side whose side it is on
 * @param layout its layout
 * @param perSecond median of the answered calls per second
 * @param p99Micros median of the 99th percentiles, in microseconds
 * @param callerNanosPerCall median of the caller's processor time per call, in nanoseconds
 * @param errors calls that should have been answered and were not, of all rounds
 * @param lost calls to the handler that never answers, of all rounds
 * @param failing calls to the handler that throws, of all rounds
 */
public record Score(
    Side side,
    String layout,
    double perSecond,
    double p99Micros,
    double callerNanosPerCall,
    long errors,
    Round.Probes lost,
    Round.Probes failing) {

  static Score of(Contestant contestant, List<Round> rounds) {
    return new Score(
        contestant.side(),
        contestant.layout(),
        median(rounds, Round::perSecond),
        median(rounds, Round::p99Micros),
        median(rounds, Round::callerNanosPerCall),
        sum(rounds, Round::errors),
        new Round.Probes(
            sum(rounds, r -> r.lost().sent()), sum(rounds, r -> r.lost().asExpected())),
        new Round.Probes(
            sum(rounds, r -> r.failing().sent()), sum(rounds, r -> r.failing().asExpected())));
  }

  /** What did not end as it should; empty if all did. */
  String problem() {
    if (errors == 0 && lost.sent() == lost.asExpected() && failing.sent() == failing.asExpected()) {
      return "";
    }
    return "%d calls without their reply; of %d never answered %d expired; of %d whose handler throws %d failed"
        .formatted(errors, lost.sent(), lost.asExpected(), failing.sent(), failing.asExpected());
  }

  private static double median(List<Round> rounds, ToDoubleFunction<Round> value) {
    double[] sorted = rounds.stream().mapToDouble(value).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  private static long sum(List<Round> rounds, ToLongFunction<Round> value) {
    return rounds.stream().mapToLong(value).sum();
  }
}
