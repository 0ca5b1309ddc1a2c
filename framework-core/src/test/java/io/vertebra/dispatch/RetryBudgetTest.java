package io.vertebra.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class RetryBudgetTest {
  private static final long SECOND = 1_000_000_000L;

  private final RetryBudget budget = new RetryBudget(0);

  private int retries(long now, int most) {
    int granted = 0;
    while (granted < most && budget.tryRetry(now)) {
      granted++;
    }
    return granted;
  }

  @Test
  void it_begins_with_ten_and_never_saves_more() {
    for (int i = 0; i < 1000; i++) {
      budget.called();
    }
    assertThat(retries(100 * SECOND, 99)).isEqualTo(10);
  }

  @Test
  void a_tenth_of_the_calls_may_be_repeated() {
    retries(0, 99);
    int repeated = 0;
    for (int i = 0; i < 1000; i++) {
      budget.called();
      repeated += budget.tryRetry(0) ? 1 : 0;
    }
    assertThat(repeated).isEqualTo(100);
  }

  @Test
  void one_a_second_may_be_repeated_in_any_case() {
    retries(0, 99);
    assertThat(retries(SECOND / 2, 99)).isZero();
    assertThat(retries(SECOND, 99)).isEqualTo(1);
    assertThat(retries(4 * SECOND, 99)).isEqualTo(3);
  }

  @Test
  void attempts_stay_below_what_the_budget_allows_in_any_history() {
    for (long seed = 0; seed < 100_000; seed++) {
      Random random = new Random(seed);
      RetryBudget any = new RetryBudget(0);
      long now = 0;
      int calls = 0;
      int repeated = 0;
      for (int i = 0; i < 50; i++) {
        now += random.nextInt((int) (SECOND / 2));
        for (int burst = random.nextInt(20); burst > 0; burst--) {
          any.called();
          calls++;
          repeated += random.nextBoolean() && any.tryRetry(now) ? 1 : 0;
        }
      }
      assertThat(repeated)
          .as("seed %d", seed)
          .isLessThanOrEqualTo((int) (10 + calls * 0.1 + now / (double) SECOND) + 1);
    }
  }

  @Test
  void full_jitter_is_even_below_a_bound_that_doubles() {
    assertThat(Backoff.fullJitter(20, 1000, 1, 0.999)).isEqualTo(19);
    assertThat(Backoff.fullJitter(20, 1000, 3, 0.5)).isEqualTo(40);
    assertThat(Backoff.fullJitter(20, 1000, 60, 0.5)).isEqualTo(500);
    assertThat(Backoff.fullJitter(20, 1000, 5, 0)).isZero();
  }
}
