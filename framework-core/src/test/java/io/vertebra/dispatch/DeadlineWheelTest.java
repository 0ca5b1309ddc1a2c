package io.vertebra.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeadlineWheelTest {
  private static final long SLOT = 1L << 23;
  private static final long ROUND = SLOT * 1024;

  private final List<String> fired = new ArrayList<>();

  /** Notes when it fires, and then does what a test wants. */
  private final class Alarm extends Timed {
    private final String name;
    private final Consumer<Long> then;

    Alarm(String name) {
      this(name, now -> {});
    }

    Alarm(String name, Consumer<Long> then) {
      this.name = name;
      this.then = then;
    }

    @Override
    protected void onDeadline(long nowNanos) {
      fired.add(name);
      then.accept(nowNanos);
    }
  }

  /** What is armed, kept in a map, to compare the wheel with. */
  private static final class Model {
    final Map<Timed, Long> armed = new HashMap<>();

    long earliest() {
      // By difference, because the clock may pass from the largest to the smallest number.
      return armed.values().stream().reduce((a, b) -> a - b < 0 ? a : b).orElseThrow();
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
  void fires_never_early_and_at_most_one_slot_late(long seed) {
    Random random = new Random(seed);
    long origin = random.nextLong();
    DeadlineWheel wheel = new DeadlineWheel(origin);
    Model model = new Model();
    List<Timed> all = new ArrayList<>();
    long[] now = {origin};

    for (int step = 0; step < 20_000; step++) {
      int choice = random.nextInt(10);
      if (choice < 5) {
        Timed timed = new Timed() {
          @Override
          protected void onDeadline(long at) {
            Long due = model.armed.remove(this);
            assertThat(due).as("fires once and only if armed").isNotNull();
            assertThat(at - due).as("never early").isNotNegative();
          }
        };
        long deadline = now[0] + delay(random);
        wheel.arm(timed, deadline);
        model.armed.put(timed, deadline - now[0] < 0 ? now[0] : deadline);
        all.add(timed);
      } else if (choice < 7 && !all.isEmpty()) {
        Timed timed = all.remove(random.nextInt(all.size()));
        wheel.disarm(timed);
        model.armed.remove(timed);
      } else {
        now[0] +=
            random.nextInt(4) == 0 ? Math.max(0, delay(random)) : random.nextInt((int) (3 * SLOT));
        wheel.advance(now[0]);
        model.armed.forEach(
            (timed, due) -> assertThat(now[0] - due).as("at most one slot late").isLessThan(SLOT));
      }
      long next = wheel.nanosToNext(now[0]);
      if (model.armed.isEmpty()) {
        assertThat(next).isEqualTo(-1);
      } else {
        assertThat(next)
            .as("wakes up in time for the earliest")
            .isBetween(0L, Math.max(0, model.earliest() - now[0]) + SLOT);
      }
    }
  }

  private static long delay(Random random) {
    return switch (random.nextInt(4)) {
      case 0 -> -random.nextInt((int) SLOT);
      case 1 -> random.nextInt((int) (2 * SLOT));
      case 2 -> Math.floorMod(random.nextLong(), ROUND);
      default -> Math.floorMod(random.nextLong(), 5 * ROUND);
    };
  }

  @Test
  void an_idle_wheel_wants_no_wake_up() {
    DeadlineWheel wheel = new DeadlineWheel(0);
    Alarm alarm = new Alarm("only");
    wheel.arm(alarm, 5 * SLOT);
    assertThat(wheel.nanosToNext(0)).isEqualTo(5 * SLOT);
    assertThat(wheel.nanosToNext(2 * SLOT)).isEqualTo(3 * SLOT);

    wheel.disarm(alarm);
    wheel.disarm(alarm);
    assertThat(wheel.nanosToNext(0)).isEqualTo(-1);
  }

  @Test
  void what_fires_may_arm_itself_and_others_again() {
    DeadlineWheel wheel = new DeadlineWheel(0);
    Alarm other = new Alarm("other");
    Alarm[] again = new Alarm[1];
    again[0] = new Alarm("again", now -> {
      if (fired.size() < 3) {
        wheel.arm(again[0], now);
        wheel.disarm(other);
        wheel.arm(other, now + SLOT);
      }
    });
    wheel.arm(again[0], SLOT);
    wheel.advance(SLOT);
    wheel.advance(2 * SLOT);
    wheel.advance(3 * SLOT);
    assertThat(fired).containsExactlyInAnyOrder("again", "again", "again", "other");
  }

  @Test
  void what_fires_may_disarm_what_is_due_with_it() {
    DeadlineWheel wheel = new DeadlineWheel(0);
    Alarm[] pair = new Alarm[2];
    pair[0] = new Alarm("first", now -> wheel.disarm(pair[1]));
    pair[1] = new Alarm("second", now -> wheel.disarm(pair[0]));
    wheel.arm(pair[0], SLOT);
    wheel.arm(pair[1], SLOT);
    wheel.advance(10 * SLOT);
    assertThat(fired).hasSize(1);
    assertThat(wheel.nanosToNext(0)).isEqualTo(-1);
  }

  @Test
  void a_failure_leaves_the_rest_due_at_once() {
    DeadlineWheel wheel = new DeadlineWheel(0);
    for (int i = 0; i < 3; i++) {
      wheel.arm(
          new Alarm("broken", now -> {
            throw new IllegalStateException("on purpose");
          }),
          SLOT);
    }
    for (int left = 2; left >= 0; left--) {
      assertThatThrownBy(() -> wheel.advance(SLOT)).hasMessage("on purpose");
      assertThat(wheel.nanosToNext(SLOT)).isEqualTo(left == 0 ? -1 : 0);
    }
    wheel.advance(SLOT);
    assertThat(fired).hasSize(3);
  }
}
