package io.vertebra.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.messaging.Criticality;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PriorityThresholdTest {
  private static final int CRITICAL = Criticality.CRITICAL.rank() * Priority.COHORTS;
  private static final int SHEDDABLE = Criticality.SHEDDABLE.rank() * Priority.COHORTS;

  private final PriorityThreshold threshold = new PriorityThreshold(0, Priority.LOWEST);
  private final Random random = new Random(11);
  private long now;

  /** One period in which that many of each came and {@code granted} of them were served. */
  private void period(int critical, int sheddable, int granted, boolean overloaded) {
    threshold.look(now, overloaded);
    for (int i = 0; i < critical; i++) {
      threshold.arrived(CRITICAL + random.nextInt(Priority.COHORTS));
    }
    for (int i = 0; i < sheddable; i++) {
      threshold.arrived(SHEDDABLE + random.nextInt(Priority.COHORTS));
    }
    for (int i = 0; i < granted; i++) {
      threshold.granted();
    }
    now += PriorityThreshold.PERIOD;
    threshold.look(now, overloaded);
  }

  @Test
  void without_overload_everything_is_taken() {
    period(1000, 1000, 2000, false);

    assertThat(threshold.admits(Priority.LOWEST)).isTrue();
  }

  @Test
  void under_overload_only_as_much_is_taken_as_can_be_served_and_a_little_more() {
    period(1000, 0, 500, true);

    assertThat(threshold.threshold() - CRITICAL).isBetween(60, 80);
  }

  @Test
  void the_less_important_go_first() {
    period(1000, 12_000, 2000, true);

    assertThat(threshold.admits(CRITICAL + Priority.COHORTS - 1)).isTrue();
    assertThat(threshold.admits(SHEDDABLE + 40)).isFalse();
  }

  @Test
  void after_overload_everything_is_taken_again_step_by_step() {
    period(1000, 0, 200, true);
    int tight = threshold.threshold();
    period(1000, 0, 1000, false);
    assertThat(threshold.threshold()).isGreaterThan(tight).isLessThan(Priority.LOWEST);
    for (int i = 0; i < 15; i++) {
      period(1000, 0, 1000, false);
    }

    assertThat(threshold.admits(Priority.LOWEST)).isTrue();
  }

  @Test
  void the_most_important_cohort_is_always_taken_so_that_the_end_of_the_overload_shows() {
    period(1000, 0, 0, true);
    assertThat(threshold.admits(CRITICAL)).isTrue();
    assertThat(threshold.admits(CRITICAL + 8)).isFalse();
    for (int i = 0; i < 30; i++) {
      period(1000, 0, 1000, false);
    }

    assertThat(threshold.admits(Priority.LOWEST)).isTrue();
  }

  @Test
  void a_few_messages_say_nothing() {
    period(5, 5, 0, true);

    assertThat(threshold.admits(Priority.LOWEST)).isTrue();
  }
}
