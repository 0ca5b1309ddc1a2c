package io.vertebra.directory;

import static org.assertj.core.api.Assertions.assertThat;

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
}
