package io.vertebra.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class HedgeTimesTest {
  private static final long MS = 1_000_000L;
  private static final double BUDGET = 0.025;

  private final HedgeTimes times = new HedgeTimes(0);
  private long now;

  /** A period of calls that take about {@code common}, two in a hundred of them 200 ms more. */
  private void learn(long common, boolean withSlow) {
    Random random = new Random(5);
    for (int i = 0; i < 1000; i++) {
      long took = common / 2 + random.nextInt((int) common);
      now += MS;
      times.took(withSlow && i % 50 == 0 ? took + 200 * MS : took, now, BUDGET);
    }
    now += HedgeTimes.PERIOD;
    times.took(common, now, BUDGET);
  }

  @Test
  void buckets_are_right_within_an_eighth() {
    for (long nanos = 8; nanos < 1L << 40; nanos += 1 + nanos / 7) {
      long end = HedgeTimes.upperEnd(HedgeTimes.bucket(nanos));
      assertThat(end).isGreaterThanOrEqualTo(nanos).isLessThanOrEqualTo(nanos + nanos / 8 + 1);
    }
  }

  @Test
  void nothing_is_hedged_before_anything_is_known() {
    assertThat(times.delay(now)).isEqualTo(-1);
  }

  @Test
  void the_delay_leaves_out_the_slow_ones_and_no_more_than_the_budget() {
    learn(2 * MS, true);

    assertThat(times.delay(now)).isBetween(2 * MS, 4 * MS);
  }

  /** A period in which all that take longer than the delay are hedged; {@code wins} of a hundred second calls are first. */
  private void hedge(long common, int wins) {
    Random random = new Random(7);
    long delay = times.delay(now);
    for (int i = 0; i < 1000; i++) {
      now += MS;
      times.called(BUDGET);
      if (i % 50 == 0 && times.tryHedge(now) && random.nextInt(100) < wins) {
        times.tookAtLeast(delay + common / 2, now, BUDGET);
      } else {
        times.took(common / 2 + random.nextInt((int) common), now, BUDGET);
      }
    }
    now += HedgeTimes.PERIOD;
    times.took(common, now, BUDGET);
  }

  @Test
  void the_delay_stays_while_hedges_hide_how_long_the_slow_ones_take() {
    learn(2 * MS, true);
    for (int period = 0; period < 5; period++) {
      hedge(2 * MS, 95);

      assertThat(times.delay(now)).as("period " + period).isBetween(2 * MS, 4 * MS);
    }
  }

  @Test
  void hedging_ends_when_second_calls_come_too_late_to_win() {
    learn(2 * MS, true);
    hedge(2 * MS, 10);

    assertThat(times.delay(now)).isEqualTo(-1);
  }

  @Test
  void a_service_that_is_equally_fast_always_is_not_hedged() {
    learn(2 * MS, false);

    assertThat(times.delay(now)).isEqualTo(-1);
  }

  @Test
  void hedges_never_exceed_the_budget() {
    int hedged = 0;
    for (int i = 0; i < 10_000; i++) {
      times.called(BUDGET);
      hedged += times.tryHedge(now) ? 1 : 0;
    }

    assertThat(hedged).isBetween(240, 250);
  }

  @Test
  void right_in_every_history() {
    for (long seed = 0; seed < 100_000; seed++) {
      new Run(seed).play();
    }
  }

  private static final class Run {
    private final long seed;
    private final Random random;
    private final double budget;
    private final HedgeTimes times;
    private final long common;
    private long now;
    private long calls;
    private long hedged;
    private long refusedAt = Long.MIN_VALUE / 2;
    private long longest;

    Run(long seed) {
      this.seed = seed;
      this.random = new Random(seed);
      this.budget = 0.001 + random.nextInt(200) / 1000.0;
      this.now = random.nextLong() / 4;
      this.times = new HedgeTimes(now);
      this.common = 1 + random.nextInt((int) (10 * MS));
    }

    void play() {
      for (int i = 0; i < 200; i++) {
        now += random.nextInt((int) (40 * MS));
        int what = random.nextInt(100);
        if (what < 2) {
          times.refused(now);
          refusedAt = now;
        } else if (what < 90) {
          call();
        } else {
          hedge();
        }
        check();
      }
    }

    private void call() {
      times.called(budget);
      calls++;
      long took = random.nextInt(20) == 0 ? 50 * common : 1 + random.nextInt((int) common);
      longest = Math.max(longest, took);
      times.took(took, now, budget);
    }

    private void hedge() {
      boolean allowed = times.tryHedge(now);
      hedged += allowed ? 1 : 0;
      if (now - refusedAt < HedgeTimes.PAUSE_AFTER_REFUSAL) {
        assertThat(allowed).as("seed %d: refused lately", seed).isFalse();
      }
    }

    private void check() {
      assertThat((double) hedged).as("seed %d", seed).isLessThanOrEqualTo(calls * budget + 1e-3);
      long delay = times.delay(now);
      if (now - refusedAt < HedgeTimes.PAUSE_AFTER_REFUSAL) {
        assertThat(delay).as("seed %d: refused lately", seed).isEqualTo(-1);
      }
      assertThat(delay).as("seed %d", seed).isBetween(-1L, longest + longest / 8 + 8);
    }
  }

  @Test
  void after_a_refusal_there_is_a_pause() {
    learn(2 * MS, true);
    for (int i = 0; i < 100; i++) {
      times.called(BUDGET);
    }
    times.refused(now);

    assertThat(times.delay(now)).isEqualTo(-1);
    assertThat(times.tryHedge(now)).isFalse();
    assertThat(times.tryHedge(now + HedgeTimes.PAUSE_AFTER_REFUSAL)).isTrue();
  }
}
