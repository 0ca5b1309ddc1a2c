package io.vertebra.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class VirtualTimeTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final VirtualTime time = new VirtualTime();
  private final List<String> fired = new ArrayList<>();

  private VirtualTime.Timer set(String name, Duration delay) {
    return time.after(delay, () -> fired.add(name + " at " + time.passed().toMillis()));
  }

  @Test
  void moves_only_when_it_is_told_to() {
    assertThat(time.instant()).isEqualTo("2000-01-01T00:00:00Z");
    time.advance(SECOND);
    assertThat(time.instant()).isEqualTo("2000-01-01T00:00:01Z");
    assertThat(time.nanos()).isEqualTo(1_000_000_000);
    assertThatThrownBy(() -> time.advance(Duration.ofMillis(-1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void fires_timers_in_the_order_of_their_times_then_of_their_setting() {
    set("late", SECOND.multipliedBy(2));
    set("first", SECOND);
    set("second", SECOND);
    set("now", Duration.ofMillis(-5));
    assertThat(fired).isEmpty();
    time.advance(Duration.ZERO);
    assertThat(fired).containsExactly("now at 0");
    time.advance(SECOND);
    assertThat(fired).containsExactly("now at 0", "first at 1000", "second at 1000");
    assertThat(time.next()).contains(time.instant().plus(SECOND));
  }

  @Test
  void fires_timers_that_others_set_on_the_way() {
    time.after(SECOND, () -> set("inner", SECOND));
    time.advance(SECOND.multipliedBy(3));
    assertThat(fired).containsExactly("inner at 2000");
    assertThat(time.next()).isEmpty();
  }

  @Test
  void does_not_fire_a_timer_that_was_taken_back() {
    VirtualTime.Timer timer = set("never", SECOND);
    timer.cancel();
    time.advance(SECOND);
    timer.cancel();
    assertThat(fired).isEmpty();
  }
}
