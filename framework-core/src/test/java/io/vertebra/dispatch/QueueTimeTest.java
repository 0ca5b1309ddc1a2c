package io.vertebra.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class QueueTimeTest {
  private static final long MS = 1_000_000L;

  private final QueueTime time = new QueueTime(1000 * MS);

  private boolean standsFor(long millis, long age, long from) {
    boolean overloaded = false;
    for (long now = from; now <= from + millis; now++) {
      overloaded = time.observe(now * MS, age * MS);
    }
    return overloaded;
  }

  @Test
  void a_burst_is_no_overload() {
    time.arrived(100 * MS, MS);
    assertThat(standsFor(99, 50, 0)).isFalse();
    assertThat(time.observe(100 * MS, 0)).as("the queue was empty for a moment").isFalse();
    assertThat(standsFor(99, 50, 101)).isFalse();
  }

  @Test
  void a_queue_that_stands_for_an_interval_is_overloaded_until_it_empties() {
    time.arrived(100 * MS, MS);
    assertThat(standsFor(250, 11, 0)).isTrue();
    assertThat(standsFor(300, 1, 251)).isFalse();
  }

  @Test
  void a_wait_below_the_target_is_no_overload() {
    time.arrived(100 * MS, MS);
    assertThat(standsFor(1000, 9, 0)).isFalse();
  }

  @Test
  void the_target_is_a_tenth_of_what_callers_allow_within_bounds() {
    time.arrived(5_000 * MS, MS);
    assertThat(time.patience()).isEqualTo(1000 * MS);
    QueueTime hasty = new QueueTime(1000 * MS);
    hasty.arrived(10 * MS, 0);
    assertThat(hasty.patience()).isEqualTo(2 * QueueTime.LEAST_TARGET);
    QueueTime slow = new QueueTime(1000 * MS);
    slow.arrived(100 * MS, 20 * MS);
    assertThat(slow.patience()).isEqualTo(2 * 100 * MS);
    QueueTime brief = new QueueTime(4 * MS);
    brief.arrived(5_000 * MS, 0);
    assertThat(brief.patience()).isEqualTo(4 * MS);
  }

  @Test
  void a_long_silence_is_forgotten() {
    time.arrived(100 * MS, MS);
    assertThat(standsFor(250, 11, 0)).isTrue();
    assertThat(time.observe(60_000 * MS, 50 * MS)).isFalse();
  }
}
