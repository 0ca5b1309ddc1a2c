package io.vertebra.benchmarks.request;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.benchmarks.load.Contestant;
import io.vertebra.benchmarks.load.Round;
import io.vertebra.benchmarks.process.Quiet;
import java.time.Duration;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LocalSidesTest {

  static Stream<Named<Supplier<Contestant>>> sides() {
    return Stream.of(
        Named.of("ours on one loop", () -> new OurLocal(Loops.ONE)),
        Named.of("ours on two loops", () -> new OurLocal(Loops.SPLIT)),
        Named.of("raw on one loop", () -> new RawLocal(Loops.ONE)),
        Named.of("raw on two loops", () -> new RawLocal(Loops.SPLIT)));
  }

  @ParameterizedTest
  @MethodSource("sides")
  void answers_each_call_and_ends_those_that_cannot_be_answered(Supplier<Contestant> side) {
    Quiet.logging();
    Contestant contestant = side.get();
    contestant.start().await();
    try {
      Round round = contestant.round(64, Duration.ofSeconds(1)).await();

      assertThat(round.completed()).isPositive();
      assertThat(round.errors()).isZero();
      assertThat(round.lost().asExpected()).isEqualTo(round.lost().sent());
      assertThat(round.failing().asExpected()).isEqualTo(round.failing().sent());
    } finally {
      contestant.close();
    }
  }
}
