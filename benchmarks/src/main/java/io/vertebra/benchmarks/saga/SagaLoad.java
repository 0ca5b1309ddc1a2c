package io.vertebra.benchmarks.saga;

import io.vertebra.benchmarks.Arguments;
import io.vertebra.test.EmbeddedPostgres;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Sagas of three steps a second, with load, service and database on this machine, each commit flushed
 * to disk. Kinds take turns.
 */
public final class SagaLoad {
  private static final int ROUNDS = 3;
  private static final double TARGET_P50_MILLIS = 15;

  private SagaLoad() {}

  /** {@code --seconds N}, default 2 a round; {@code --inflight N,N}, default 16, 128 and 1024; {@code --kind a,b}. */
  public static boolean run(Arguments arguments) {
    Duration round = arguments.takeRound();
    List<Integer> levels = Arrays.stream(
            arguments.takeOption("inflight").orElse("16,128,1024").split(",", -1))
        .map(Integer::valueOf)
        .toList();
    List<Participants.Kind> kinds = kinds(arguments.takeOption("kind"));
    arguments.end();
    try (EmbeddedPostgres server = EmbeddedPostgres.startTemporary("synchronous_commit=on")) {
      boolean sound = true;
      for (Participants.Kind kind : kinds) {
        sound &= measure(server, kind, levels, round);
      }
      return sound;
    }
  }

  private static List<Participants.Kind> kinds(Optional<String> names) {
    List<String> wanted = names.map(text -> List.of(text.split(",", -1))).orElse(List.of());
    return Arrays.stream(Participants.Kind.values())
        .filter(kind -> wanted.isEmpty() || wanted.contains(kind.text))
        .toList();
  }

  private static boolean measure(
      EmbeddedPostgres server, Participants.Kind kind, List<Integer> levels, Duration round) {
    try (SagaService service = SagaService.start(server, kind)) {
      boolean sound = true;
      SagaRound.run(service.node(), 128, round);
      for (int inFlight : levels) {
        List<SagaRound> rounds = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
          rounds.add(SagaRound.run(service.node(), inFlight, round));
        }
        print(kind, inFlight, rounds);
        sound &= rounds.stream().allMatch(r -> r.errors() == 0);
      }
      return sound;
    }
  }

  private static void print(Participants.Kind kind, int inFlight, List<SagaRound> rounds) {
    double[] rates = rounds.stream().mapToDouble(SagaRound::perSecond).sorted().toArray();
    double perSecond = rates[rates.length / 2];
    double p50 = median(rounds, 50);
    double p99 = median(rounds, 99);
    String target = "";
    if (inFlight == 1024 && kind.target > 0) {
      target =
          String.format(Locale.ROOT, " target=%.0f met=%s", kind.target, perSecond >= kind.target);
    } else if (inFlight == 16) {
      target = String.format(
          Locale.ROOT, " target_p50_ms=%.0f met=%s", TARGET_P50_MILLIS, p50 <= TARGET_P50_MILLIS);
    }
    System.out.printf(
        Locale.ROOT,
        "RESULT saga kind=%s inflight=%d sagas_per_s=%.0f p50_ms=%.1f p99_ms=%.1f errors=%d%s%n",
        kind.text,
        inFlight,
        perSecond,
        p50,
        p99,
        rounds.stream().mapToLong(SagaRound::errors).sum(),
        target);
  }

  private static double median(List<SagaRound> rounds, double percentile) {
    double[] values = rounds.stream()
        .mapToDouble(r -> r.latencies().getValueAtPercentile(percentile) / 1e6)
        .sorted()
        .toArray();
    return values[values.length / 2];
  }
}
