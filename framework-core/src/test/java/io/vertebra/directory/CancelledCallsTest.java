package io.vertebra.directory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CancelledCallsTest {
  private static final long SECOND = 1_000_000_000;

  private final CancelledCalls cancelled = new CancelledCalls(SECOND, 4);

  @Test
  void tells_once_that_a_call_was_cancelled() {
    cancelled.remember(7, 0);
    cancelled.remember(8, 0);
    cancelled.remember(0, 0);

    assertThat(cancelled.take(8, 10)).isTrue();
    assertThat(cancelled.take(8, 10)).isFalse();
    assertThat(cancelled.take(7, 10)).isTrue();
    assertThat(cancelled.take(0, 10)).isTrue();
    assertThat(cancelled.size()).isZero();
  }

  @Test
  void forgets_after_a_second() {
    cancelled.remember(1, 0);
    cancelled.remember(2, SECOND / 2);

    assertThat(cancelled.take(1, SECOND + 1)).isFalse();
    assertThat(cancelled.take(2, SECOND + 1)).isTrue();
  }

  @Test
  void drops_the_oldest_when_there_are_too_many() {
    for (int id = 1; id <= 6; id++) {
      cancelled.remember(id, 0);
    }

    assertThat(cancelled.dropped()).isEqualTo(2);
    assertThat(cancelled.take(2, 0)).isFalse();
    for (int id = 3; id <= 6; id++) {
      assertThat(cancelled.take(id, 0)).isTrue();
    }
    cancelled.remember(9, 0);
    cancelled.clear();
    assertThat(cancelled.take(9, 0)).isFalse();
  }

  @Test
  void a_cancel_that_comes_again_is_remembered_once_and_anew() {
    cancelled.remember(1, 0);
    cancelled.remember(1, SECOND);

    assertThat(cancelled.size()).isEqualTo(1);
    assertThat(cancelled.take(1, 2 * SECOND)).isTrue();
  }

  /** Against a list that does what the rules say, one by one. */
  @Test
  void does_as_a_plain_list_would_in_a_hundred_thousand_random_steps() {
    long seed = Long.getLong("seed", System.nanoTime());
    Random random = new Random(seed);
    CancelledCalls indexed = new CancelledCalls(SECOND, 40);
    List<long[]> plain = new ArrayList<>();
    long now = -5 * SECOND;
    for (int step = 0; step < 100_000; step++) {
      now += random.nextInt((int) SECOND / 20);
      long at = now;
      long id = random.nextInt(100);
      plain.removeIf(each -> at - each[1] > SECOND);
      boolean known = plain.removeIf(each -> each[0] == id);
      if (random.nextInt(3) > 0) {
        indexed.remember(id, now);
        if (plain.size() == 40) {
          plain.remove(0);
        }
        plain.add(new long[] {id, now});
      } else {
        assertThat(indexed.take(id, now)).as("seed %d step %d", seed, step).isEqualTo(known);
      }
      assertThat(indexed.size()).as("seed %d step %d", seed, step).isEqualTo(plain.size());
    }
  }
}
