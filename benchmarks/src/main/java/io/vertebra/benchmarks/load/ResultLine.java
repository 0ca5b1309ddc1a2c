package io.vertebra.benchmarks.load;

import io.vertebra.benchmarks.load.Contestant.Side;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The line a comparison prints for one load. */
final class ResultLine {

  private ResultLine() {}

  static String of(String name, int inFlight, List<Score> scores, String details) {
    Score raw = best(scores, Side.RAW).orElseThrow();
    StringBuilder line =
        new StringBuilder("RESULT ").append(name).append(" inflight=").append(inFlight);
    Optional<Score> ours = best(scores, Side.OURS);
    line.append(" ours=").append(ours.map(s -> whole(s.perSecond())).orElse("-"));
    line.append(" raw=").append(whole(raw.perSecond()));
    line.append(" ratio=")
        .append(ours.map(s -> decimals(s.perSecond() / raw.perSecond(), 2)).orElse("-"));
    line.append(" ours_p99_us=")
        .append(ours.map(s -> decimals(s.p99Micros(), 1)).orElse("-"));
    line.append(" raw_p99_us=").append(decimals(raw.p99Micros(), 1));
    line.append(" layout=").append(raw.layout());
    for (Score score : scores) {
      if (score.side() == Side.RAW) {
        line.append(" raw_").append(score.layout()).append('=').append(whole(score.perSecond()));
      }
    }
    if (!details.isEmpty()) {
      line.append(' ').append(details);
    }
    line.append(" expired=")
        .append(ours.map(s -> Long.toString(s.lost().asExpected())).orElse("-"));
    line.append(" failed=")
        .append(ours.map(s -> Long.toString(s.failing().asExpected())).orElse("-"));
    return line.toString();
  }

  private static Optional<Score> best(List<Score> scores, Side side) {
    return scores.stream()
        .filter(s -> s.side() == side)
        .max(Comparator.comparingDouble(Score::perSecond));
  }

  private static String whole(double value) {
    return String.format(Locale.ROOT, "%.0f", value);
  }

  private static String decimals(double value, int digits) {
    return String.format(Locale.ROOT, "%." + digits + "f", value);
  }
}
