package io.vertebra.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Crashes, pauses longer than a lease, late commits, poison rows, outages, lost answers, unknown
 * outcomes: in each of many seeded runs every row arrives or is given up, and keys keep their order. A
 * failing run names its seed; {@code -Doutbox.seed=N} runs that one alone.
 */
@Tag("simulation")
class RelaySimulationTest {
  private static final int RUNS = Integer.getInteger("outbox.runs", 100_000);

  @Test
  void keeps_every_invariant_in_100000_seeded_runs() {
    Long one = Long.getLong("outbox.seed");
    RelayWorld.Stats stats = new RelayWorld.Stats();
    long first = one == null ? 1 : one;
    long last = one == null ? RUNS : one;
    LongStream.rangeClosed(first, last).parallel().forEach(seed -> {
      RelayWorld.Stats of = new RelayWorld.Stats();
      try {
        new RelayWorld(seed, of).run();
      } catch (Throwable e) {
        throw new AssertionError(
            "seed " + seed + " fails; run it again with -Doutbox.seed=" + seed, e);
      }
      stats.add(of);
    });
    System.out.println(stats);
    if (one == null) {
      assertThat(stats.arrived).isPositive();
      assertThat(stats.repeated).isPositive();
      assertThat(stats.refused).isPositive();
      assertThat(stats.unreachable).isPositive();
      assertThat(stats.givenUp).isPositive();
      assertThat(stats.fenced).isPositive();
      assertThat(stats.unknownSettles).isPositive();
      assertThat(stats.notSent).isPositive();
      assertThat(stats.crashes).isPositive();
      assertThat(stats.pauses).isPositive();
    }
  }

  @Test
  void runs_the_same_way_with_the_same_seed() {
    for (long seed = 1; seed <= 50; seed++) {
      long once = new RelayWorld(seed, new RelayWorld.Stats()).run();
      long again = new RelayWorld(seed, new RelayWorld.Stats()).run();
      assertThat(again).as("seed %d", seed).isEqualTo(once);
    }
  }
}
