package io.vertebra.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.dispatch.Priority;
import io.vertebra.error.OverloadedException;
import io.vertebra.messaging.Criticality;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RefusalsTest {
  private static final long MS = 1_000_000L;
  private static final int CRITICAL = Criticality.CRITICAL.rank() * Priority.COHORTS;
  private static final int SHEDDABLE = Criticality.SHEDDABLE.rank() * Priority.COHORTS;

  private final Refusals refusals = new Refusals(3, null);

  private void refused(int priority, int threshold, long now) {
    refusals
        .of(priority)
        .refused(
            OverloadedException.unimportant("stock.reserve", Duration.ofMillis(100), threshold),
            now);
  }

  /** How many of the cohorts of a class are sent. */
  private long sent(int first, long now) {
    return IntStream.range(first, first + Priority.COHORTS)
        .filter(priority -> !refusals.isBelowThreshold(priority, now))
        .count();
  }

  @Test
  void a_threshold_is_obeyed_and_a_fifth_more_is_sent_after_each_tenth_of_a_second() {
    refused(CRITICAL + 100, CRITICAL + 19, 0);

    assertThat(sent(CRITICAL, 99 * MS)).isEqualTo(20);
    assertThat(sent(CRITICAL, 100 * MS)).isEqualTo(24);
    assertThat(sent(CRITICAL, 500 * MS)).isBetween(49L, 51L);
    assertThat(sent(CRITICAL, 999 * MS)).isBetween(102L, 104L);
    assertThat(sent(CRITICAL, 1000 * MS)).isEqualTo(Priority.COHORTS);
  }

  @Test
  void each_class_is_refused_by_itself() {
    refused(SHEDDABLE, CRITICAL + 5, 0);

    assertThat(sent(CRITICAL, 1)).isEqualTo(Priority.COHORTS);
    assertThat(sent(SHEDDABLE, 1)).isEqualTo(1);
  }

  @Test
  void only_refusals_that_do_not_say_what_is_taken_make_a_node_send_less_by_chance() {
    for (int i = 0; i < 1000; i++) {
      refused(CRITICAL, CRITICAL + 5, i * MS);
    }
    assertThat(refusals.of(CRITICAL).throttles(1000 * MS)).isFalse();
    boolean throttled = false;
    for (int i = 0; i < 1000; i++) {
      refused(CRITICAL, Priority.LOWEST, i * MS);
      throttled |= refusals.of(CRITICAL).throttles(i * MS);
    }
    assertThat(throttled).isTrue();
  }
}
