package io.vertebra.directory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Runs directories and pending calls through random histories. {@code -Dvertebra.seed=N} runs and
 * prints one of them, {@code -Dvertebra.seeds=N} sets how many are run (default 100,000).
 */
@Tag("simulation")
class DirectorySimulationTest {
  @Test
  void keeps_its_promises_through_a_hundred_thousand_histories() {
    Long seed = Long.getLong("vertebra.seed");
    if (seed != null) {
      Simulation.run(seed, true);
      return;
    }
    int seeds = Integer.getInteger("vertebra.seeds", 100_000);
    for (int each = 0; each < seeds; each++) {
      Simulation.run(each, false);
    }
  }

  @Test
  void does_the_same_again_with_the_same_seed() {
    for (int seed = 0; seed < 1_000; seed++) {
      long trace = Simulation.run(seed, false);
      assertThat(Simulation.run(seed, false)).as("trace of seed %d", seed).isEqualTo(trace);
      assertThat(Simulation.run(seed + 1, false)).isNotEqualTo(trace);
    }
  }

  @Test
  void meets_every_end_of_a_call_and_every_way_to_lose_a_peer() {
    Set<String> seen = new HashSet<>();
    for (int seed = 0; seed < 1_000; seed++) {
      Simulation.run(seed, false, seen);
    }
    assertThat(seen)
        .contains("reply", "deadline exceeded", "peer gone", "request lost", "reply lost");
    for (GoneReason each : GoneReason.values()) {
      assertThat(seen).contains(each.name());
    }
  }
}
