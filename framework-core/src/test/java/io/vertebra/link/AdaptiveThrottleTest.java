package io.vertebra.link;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AdaptiveThrottleTest {
  private static final long MS = 1_000_000L;
  private static final long SECOND = 1000 * MS;

  private final AdaptiveThrottle throttle = new AdaptiveThrottle();
  private final Random random = new Random(9);
  private long now = -5 * SECOND;

  /** Asks for a while; the service takes the given share of what comes. Answers the share that was sent. */
  private double ask(int calls, double taken) {
    int sent = 0;
    for (int i = 0; i < calls; i++) {
      now += 10 * MS;
      if (!throttle.drops(now, random.nextDouble())) {
        sent++;
        if (random.nextDouble() < taken) {
          throttle.accepted(now);
        } else {
          throttle.refused(now);
        }
      }
    }
    return (double) sent / calls;
  }

  @Test
  void a_service_that_takes_at_least_half_is_not_throttled() {
    assertThat(ask(10_000, 1)).isEqualTo(1);
    assertThat(ask(10_000, 0.6)).isGreaterThan(0.99);
  }

  @Test
  void a_burst_of_which_nothing_is_known_is_sent() {
    for (int i = 0; i < 10_000; i++) {
      assertThat(throttle.drops(now, 0)).isFalse();
    }
  }

  @Test
  void a_service_that_takes_little_gets_about_twice_what_it_takes() {
    ask(10_000, 0.1);
    double sent = ask(10_000, 0.1);

    assertThat(sent * 0.1 / sent).isLessThan(0.2);
    assertThat(sent).isBetween(0.08, 0.5);
  }

  @Test
  void a_service_that_takes_nothing_is_still_asked_now_and_then() {
    ask(10_000, 0);

    assertThat(ask(10_000, 0)).isBetween(0.08, 0.12);
  }

  /** Against a list of what happened within the last 30 s. */
  @Test
  void drops_what_the_formula_says_in_every_history() {
    for (long seed = 0; seed < 100_000; seed++) {
      Random any = new Random(seed);
      AdaptiveThrottle tested = new AdaptiveThrottle();
      Deque<long[]> requests = new ArrayDeque<>();
      long accepts = 0;
      long time = any.nextInt() * SECOND;
      double taken = any.nextDouble();
      for (int i = 0; i < 150; i++) {
        time += any.nextInt(50) == 0 ? any.nextInt(40) * SECOND : any.nextInt((int) (300 * MS));
        long second = Math.floorDiv(time, SECOND);
        while (!requests.isEmpty() && requests.peekFirst()[0] <= second - 30) {
          accepts -= requests.removeFirst()[1];
        }
        double draw = any.nextDouble();
        double probability = requests.size() < 50
            ? 0
            : Math.min(0.9, (requests.size() - 2 * accepts) / (requests.size() + 1.0));
        boolean dropped = tested.drops(time, draw);
        assertThat(dropped).as("seed %d step %d", seed, i).isEqualTo(draw < probability);
        boolean accepted = !dropped && any.nextDouble() < taken;
        if (accepted) {
          tested.accepted(time);
          accepts++;
        } else if (!dropped) {
          tested.refused(time);
        }
        requests.addLast(new long[] {second, accepted ? 1 : 0});
      }
    }
  }

  @Test
  void it_recovers_within_the_window_and_a_few_calls_say_nothing() {
    assertThat(ask(40, 0)).isEqualTo(1);
    ask(5_000, 0);
    ask(6_000, 1);
    assertThat(ask(6_000, 1)).isGreaterThan(0.95);
  }
}
