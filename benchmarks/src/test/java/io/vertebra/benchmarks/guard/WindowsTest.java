package io.vertebra.benchmarks.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class WindowsTest {
  private static final Duration HOUR = Duration.ofHours(1);

  @Test
  void calls_count_where_they_were_due() {
    Windows windows = new Windows(HOUR);
    long now = System.nanoTime();
    windows.ended(now, true);
    windows.ended(now + 2 * HOUR.toNanos(), true);
    windows.ended(now + 2 * HOUR.toNanos(), false);
    assertThat(windows.size()).isEqualTo(3);
    assertThat(windows.together(0, 1).share()).isEqualTo(1);
    assertThat(windows.together(1, 2).share()).isEqualTo(1);
    assertThat(windows.together(2, 3).share()).isEqualTo(0.5);
    assertThat(windows.together(0, 3).latencies().getTotalCount()).isEqualTo(2);
  }
}
