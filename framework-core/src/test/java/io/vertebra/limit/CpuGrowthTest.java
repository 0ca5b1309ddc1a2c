package io.vertebra.limit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CpuGrowthTest {
  private static final long MS = 1_000_000L;

  private final CpuGrowth growth = new CpuGrowth(0);
  private long now;

  private boolean look(int looks, long lag) {
    boolean grown = false;
    for (int i = 0; i < looks; i++) {
      now += 10 * MS;
      grown = growth.lag(lag, now);
    }
    return grown;
  }

  @Test
  void it_grows_after_a_calm_second_and_shrinks_at_once() {
    assertThat(look(99, MS / 2)).isFalse();
    assertThat(look(1, MS / 2)).isTrue();
    assertThat(look(50, 4 * MS))
        .as("late, but not very late: until the second is over")
        .isTrue();
    assertThat(look(1, CpuGrowth.LATE + 1)).isFalse();
    assertThat(look(99, MS / 2)).as("a whole second again").isFalse();
    assertThat(look(1, MS / 2)).isTrue();
  }

  @Test
  void it_shrinks_after_a_second_in_which_two_of_a_hundred_were_slow() {
    look(100, MS / 2);
    look(2, 2 * MS);
    assertThat(look(97, MS / 2)).isTrue();
    assertThat(look(1, MS / 2)).isFalse();
  }

  @Test
  void too_few_looks_say_nothing() {
    now += CpuGrowth.SPAN;
    assertThat(growth.lag(0, now)).isFalse();
  }

  /** Whatever happens: it is never larger unless a calm second went before, and no look since was very late. */
  @Test
  void right_in_every_history() {
    for (long seed = 0; seed < 100_000; seed++) {
      Random random = new Random(seed);
      CpuGrowth any = new CpuGrowth(0);
      Deque<long[]> seen = new ArrayDeque<>();
      long time = 0;
      int slowOf = 1 + random.nextInt(300);
      for (int i = 0; i < 100; i++) {
        time += random.nextInt((int) (60 * MS));
        long lag =
            random.nextInt(slowOf) == 0 ? random.nextInt((int) (8 * MS)) : random.nextInt((int) MS);
        boolean grown = any.lag(lag, time);
        seen.add(new long[] {time, lag});
        if (lag > CpuGrowth.LATE) {
          assertThat(grown).as("seed %d", seed).isFalse();
          seen.clear();
        }
        if (grown) {
          assertThat(time).as("seed %d", seed).isGreaterThanOrEqualTo(CpuGrowth.SPAN);
          assertThat(seen)
              .as("seed %d: at least so many since the last late one", seed)
              .hasSizeGreaterThanOrEqualTo(10);
        }
      }
    }
  }
}
