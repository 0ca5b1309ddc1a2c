package io.vertebra.benchmarks.load;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class ComparisonTest {
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

  @Test
  void prints_medians_and_the_better_layout_of_the_peer() {
    boolean sound = run(
        new Scripted(Contestant.Side.OURS, "own", 3, 500, 900, 100, 700, 10_000),
        new Scripted(Contestant.Side.RAW, "shared", 3, 100, 100, 100, 100, 100),
        new Scripted(Contestant.Side.RAW, "split", 3, 200, 200, 200, 200, 200));

    assertThat(sound).isTrue();
    assertThat(printed.toString(UTF_8).lines().toList())
        .hasSize(3)
        .allSatisfy(line -> assertThat(line)
            .startsWith("RESULT name inflight=")
            .contains(" ours=700 raw=200 ratio=3.50 ours_p99_us=5.0 raw_p99_us=5.0 layout=split ")
            .contains(" raw_shared=100 raw_split=200 key=value ")
            .endsWith(" expired=15 failed=15"));
  }

  @Test
  void is_not_sound_if_one_of_our_calls_that_get_no_answer_did_not_expire() {
    Scripted ours = new Scripted(Contestant.Side.OURS, "own", 2, 1, 1, 1, 1, 1);
    Scripted raw = new Scripted(Contestant.Side.RAW, "shared", 3, 1, 1, 1, 1, 1);

    assertThat(run(ours, raw)).isFalse();
    assertThat(printed.toString(UTF_8))
        .contains(" expired=10 ")
        .contains("of 15 never answered 10 expired");
  }

  @Test
  void forgives_the_peer_what_it_loses() {
    Scripted ours = new Scripted(Contestant.Side.OURS, "own", 3, 1, 1, 1, 1, 1);
    Scripted raw = new Scripted(Contestant.Side.RAW, "shared", 0, 1, 1, 1, 1, 1);

    assertThat(run(ours, raw)).isTrue();
    assertThat(printed.toString(UTF_8)).contains("of 15 never answered 0 expired");
  }

  private boolean run(Scripted... contestants) {
    PrintStream out = new PrintStream(printed, true, UTF_8);
    return new Comparison(
            "name",
            "key=value",
            List.of(contestants),
            new Load(Duration.ofSeconds(1), List.of(1, 64, 1024)),
            out)
        .run();
  }

  /** Answers each round that counts with the next number of calls, and warm-up rounds with any. */
  private static final class Scripted implements Contestant {
    private static final int FIRST_WARM_UPS = 2;

    private final Side side;
    private final String layout;
    private final int expired;
    private final long[] script;
    private final Queue<Long> next = new ArrayDeque<>();

    Scripted(Side side, String layout, int expired, long... script) {
      this.side = side;
      this.layout = layout;
      this.expired = expired;
      this.script = script;
      for (int i = 0; i < FIRST_WARM_UPS; i++) {
        next.add(0L);
      }
    }

    @Override
    public Side side() {
      return side;
    }

    @Override
    public String layout() {
      return layout;
    }

    @Override
    public Future<Void> start() {
      return Future.succeededFuture();
    }

    @Override
    public Future<Round> round(int inFlight, Duration duration) {
      if (next.isEmpty()) {
        for (long completed : script) {
          next.add(completed);
        }
        return Future.succeededFuture(round(0));
      }
      return Future.succeededFuture(round(next.remove()));
    }

    private Round round(long completed) {
      Histogram latencies = new Histogram(3);
      latencies.recordValue(5_000);
      return new Round(
          completed,
          Duration.ofSeconds(1).toNanos(),
          0,
          latencies,
          0,
          new Round.Probes(3, expired),
          new Round.Probes(3, 3));
    }

    @Override
    public void close() {}
  }
}
