package io.vertebra.limit;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.limit.CpuQueue.Job;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CpuQueueTest {
  private static final long MS = 1_000_000L;
  private static final int CRITICAL = 1;
  private static final int SHEDDABLE = 3;

  private final CpuQueue<String> queue = new CpuQueue<>();

  private Job<String> add(String item, int rank, String caller, long deadline, long cost) {
    return queue.add(item, rank, "resize", caller, deadline, cost);
  }

  private List<String> run(int most) {
    List<String> order = new ArrayList<>();
    while (order.size() < most) {
      Job<String> job = queue.poll();
      if (job == null) {
        break;
      }
      order.add(job.item);
      queue.used(job, job.estimate);
    }
    return order;
  }

  @Test
  void within_a_flow_the_earliest_deadline_goes_first_and_then_the_first_that_came() {
    add("late", CRITICAL, "a", 30, MS);
    add("soon", CRITICAL, "a", 10, MS);
    add("also late", CRITICAL, "a", 30, MS);

    assertThat(run(9)).containsExactly("soon", "late", "also late");
    assertThat(queue.flows()).isZero();
  }

  @Test
  void flows_get_equal_time_and_not_equal_numbers() {
    for (int i = 0; i < 100; i++) {
      add("long", CRITICAL, "a", i, 10 * MS);
      add("short", CRITICAL, "b", i, MS);
    }
    List<String> order = run(55);

    assertThat(order.stream().filter("short"::equals).count()).isBetween(44L, 51L);
  }

  @Test
  void what_turned_out_longer_is_paid_for_later() {
    for (int i = 0; i < 100; i++) {
      add("liar", CRITICAL, "a", i, MS);
      add("honest", CRITICAL, "b", i, 5 * MS);
    }
    Map<String, Long> used = new HashMap<>();
    for (int i = 0; i < 60; i++) {
      Job<String> job = queue.poll();
      queue.used(job, 5 * MS);
      used.merge(job.item, 5L, Long::sum);
    }

    assertThat(used.get("liar")).isLessThanOrEqualTo(used.get("honest") + 40);
  }

  @Test
  void more_important_work_goes_first_but_the_least_gets_a_tenth() {
    for (int i = 0; i < 200; i++) {
      add("critical", CRITICAL, "a", i, MS);
      add("batch", SHEDDABLE, "b", i, MS);
    }
    List<String> order = run(200);

    assertThat(order.stream().filter("batch"::equals).count()).isBetween(18L, 22L);
  }

  /** Random work that comes, leaves and runs; repeated by its seed. */
  @Test
  void nothing_is_lost_or_run_twice_and_no_flow_starves() {
    for (long seed = 0; seed < 100_000; seed++) {
      new Run(seed).play();
    }
  }

  private static final class Run {
    private final long seed;
    private final Random random;
    private final CpuQueue<Integer> queue = new CpuQueue<>();
    private final List<Job<Integer>> waiting = new ArrayList<>();
    private final Map<Integer, Integer> ends = new HashMap<>();
    private int added;

    Run(long seed) {
      this.seed = seed;
      this.random = new Random(seed);
    }

    void play() {
      int steps = 10 + random.nextInt(60);
      for (int i = 0; i < steps; i++) {
        step(random.nextInt(10));
        assertThat(queue.size()).as("seed %d", seed).isEqualTo(waiting.size());
      }
      for (int left = queue.size(); left > 0; left--) {
        take();
      }
      assertThat(queue.poll()).as("seed %d", seed).isNull();
      assertThat(queue.flows()).as("seed %d", seed).isZero();
      assertThat(ends).as("seed %d", seed).hasSize(added).doesNotContainValue(2);
    }

    private void step(int what) {
      if (what < 5) {
        waiting.add(queue.add(
            added++,
            random.nextInt(4),
            "contract-" + random.nextInt(2),
            "caller-" + random.nextInt(3),
            random.nextInt(50),
            random.nextInt(20) * MS));
      } else if (what < 8) {
        take();
      } else if (!waiting.isEmpty()) {
        Job<Integer> job = waiting.remove(random.nextInt(waiting.size()));
        assertThat(queue.remove(job)).as("seed %d", seed).isTrue();
        assertThat(queue.remove(job)).as("seed %d", seed).isFalse();
        ends.merge(job.item, 1, Integer::sum);
      }
    }

    private void take() {
      Job<Integer> job = queue.poll();
      assertThat(job == null).as("seed %d", seed).isEqualTo(waiting.isEmpty());
      if (job != null) {
        waiting.remove(job);
        ends.merge(job.item, 1, Integer::sum);
        queue.used(job, random.nextInt(30) * MS);
      }
    }
  }
}
