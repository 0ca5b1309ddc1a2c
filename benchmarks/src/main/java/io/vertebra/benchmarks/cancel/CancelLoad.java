package io.vertebra.benchmarks.cancel;

import io.vertebra.benchmarks.Arguments;
import io.vertebra.benchmarks.cancel.BarePair.Given;
import io.vertebra.benchmarks.guard.Plan;
import io.vertebra.benchmarks.guard.Result;
import io.vertebra.benchmarks.guard.Rounds;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.HdrHistogram.Histogram;

/** A caller gives up: how long another node goes on with its call, which waits there or runs. */
public final class CancelLoad {
  private static final String OURS = "ours";
  private static final String BARE = "bare";
  private static final Duration WARM_UP = Duration.ofSeconds(1);
  private static final Duration BARE_TURN = Duration.ofSeconds(1);

  private CancelLoad() {}

  /** What one contender did in one round: ours has latencies, the bare bus only counts. */
  private record Turn(Histogram latencies, Given given) {}

  /** Always true: a missed target is printed, and is no failure. */
  public static boolean run(Arguments arguments) {
    Plan plan = Plan.of(arguments, 2);
    arguments.end();
    try (OurPair ours = new OurPair();
        BarePair bare = new BarePair()) {
      for (Kind kind : Kind.values()) {
        ours.giveUp(kind, WARM_UP);
        Map<String, Supplier<Turn>> turns = new LinkedHashMap<>();
        turns.put(OURS, () -> new Turn(ours.giveUp(kind, plan.round()), new Given(0, 0)));
        turns.put(BARE, () -> new Turn(new Histogram(3), bare.giveUp(kind, BARE_TURN)));
        print(kind, Rounds.of(plan, turns));
      }
    }
    return true;
  }

  private static void print(Kind kind, Rounds<Turn> rounds) {
    Histogram all = new Histogram(3);
    rounds.of(OURS).forEach(turn -> all.add(turn.latencies()));
    List<Given> given = rounds.of(BARE).stream().map(Turn::given).toList();
    int calls = given.stream().mapToInt(Given::calls).sum();
    int inFull = given.stream().mapToInt(Given::inFull).sum();
    Result.of("cancel", kind.name().toLowerCase(Locale.ROOT) + "-p99-ms")
        .ours(all.getValueAtPercentile(99) / 1e6)
        .peer(BARE, inFull == calls ? "never" : (calls - inFull) + "-of-" + calls)
        .atMost(kind.targetMillis)
        .with("p50_ms", all.getValueAtPercentile(50) / 1e6)
        .with("max_ms", all.getMaxValue() / 1e6)
        .with("calls", all.getTotalCount())
        .with("bare_done_in_full", inFull + "/" + calls)
        .print(rounds);
  }
}
