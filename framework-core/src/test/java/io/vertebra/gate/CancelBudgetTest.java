package io.vertebra.gate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class CancelBudgetTest {
  private static final long MILLI = 1_000_000;
  private static final long SECOND = 1_000 * MILLI;

  @Test
  void a_thousand_may_come_at_once_and_then_one_each_millisecond() {
    long now = Long.MAX_VALUE - SECOND; // the clock may wrap
    CancelBudget budget = new CancelBudget(now);
    assertThat(taken(budget, now, 5_000)).isEqualTo(1_000);
    now += MILLI;
    assertThat(taken(budget, now, 5_000)).isEqualTo(1);
    now += 3 * SECOND;
    assertThat(taken(budget, now, 5_000)).isEqualTo(1_000);
  }

  private static int taken(CancelBudget budget, long now, int tries) {
    int taken = 0;
    for (int i = 0; i < tries; i++) {
      taken += budget.take(now) ? 1 : 0;
    }
    return taken;
  }

  @Test
  void no_span_of_time_has_more_than_a_thousand_and_one_for_each_of_its_milliseconds() {
    long seed = Long.getLong("seed", System.nanoTime());
    Random random = new Random(seed);
    long start = random.nextLong();
    long now = start;
    CancelBudget budget = new CancelBudget(now);
    long[] times = new long[100_000];
    int count = 0;
    while (count < times.length) {
      now += random.nextInt(10) == 0 ? random.nextInt((int) SECOND) : random.nextInt(20_000);
      if (budget.take(now)) {
        times[count++] = now;
      }
    }
    for (int i = 0; i < 1_000_000; i++) {
      int from = random.nextInt(count);
      int to = from + random.nextInt(count - from);
      long millis = (times[to] - times[from]) / MILLI;
      assertThat(to - from + 1L).as("seed %d", seed).isLessThanOrEqualTo(1_000 + millis + 1);
    }
  }
}
