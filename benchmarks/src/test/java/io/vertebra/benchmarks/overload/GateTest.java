package io.vertebra.benchmarks.overload;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class GateTest {

  @Test
  void the_bulkhead_lets_in_what_it_can_and_again_what_has_left() {
    letsInAgain(Gate.bulkhead());
  }

  @Test
  void gradient2_lets_in_what_it_can_and_again_what_has_left() {
    letsInAgain(Gate.gradient2());
  }

  private static void letsInAgain(Gate gate) {
    List<Gate.Exit> inside = new ArrayList<>();
    for (Gate.Exit exit = gate.enter(); exit != null; exit = gate.enter()) {
      inside.add(exit);
    }
    assertThat(inside).hasSizeBetween(2, 100);
    inside.get(0).ended(true);
    assertThat(gate.enter()).isNotNull();
    assertThat(gate.enter()).isNull();
    inside.get(1).ended(false);
    Objects.requireNonNull(gate.enter()).ended(true);
  }
}
