package io.vertebra.limit;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.limit.CpuQueue.Job;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CpuQueueTest {
  private static final long MS = 1_000_000L;
  private static final int CRITICAL = 1;
  private static final int SHEDDABLE = 3;

  private final CpuQueue<String> queue = new CpuQueue<>();

  private Job<String> add(String item, int rank, String caller, long deadline, long cost) {
    return queue.add(item, new CpuFlow.Key(rank, "resize", caller), deadline, cost, 0);
  }

  private List<String> run(int most) {
    List<String> order = new ArrayList<>();
    while (order.size() < most) {
      Job<String> job = queue.poll();
      if (job == null) {
        break;
      }
      order.add(job.item);
      queue.used(job, job.estimate, 0);
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
      queue.used(job, 5 * MS, 0);
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

  @Test
  void who_has_one_piece_at_a_time_pays_for_it_as_well() {
    for (int i = 0; i < 200; i++) {
      add("steady", CRITICAL, "b", i, MS);
      add("other", CRITICAL, "c", i, MS);
    }
    add("single", CRITICAL, "a", 0, MS);
    Map<String, Long> used = new HashMap<>();
    for (int i = 0; i < 200; i++) {
      Job<String> job = queue.poll();
      long took = job.item.equals("single") ? 20 * MS : MS;
      queue.used(job, took, 0);
      used.merge(job.item, took / MS, Long::sum);
      if (job.item.equals("single")) {
        add("single", CRITICAL, "a", i, MS);
      }
    }
    assertThat(used.get("single")).isBetween(used.get("steady") / 2, used.get("steady") + 30);
  }

  @Test
  void debts_are_forgotten_when_others_have_had_as_much_or_after_a_while_and_are_few() {
    long second = 1_000 * MS;
    for (int i = 0; i < 5_000; i++) {
      owe("caller-" + i, i);
    }
    assertThat(queue.debtors()).isEqualTo(CpuDebts.MOST);
    assertThat(queue.flows()).isZero();
    owe("late", 5_000 + CpuDebts.KEPT);
    assertThat(queue.debtors()).as("those of before are forgotten").isEqualTo(1);
    CpuDebts debts = new CpuDebts();
    CpuFlow.Key key = new CpuFlow.Key(CRITICAL, "resize", "a");
    debts.keep(key, -second, 0, 0);
    assertThat(debts.takeUp(key, second / 4, second)).isEqualTo(-second * 3 / 4);
    debts.keep(key, -second, 0, 0);
    assertThat(debts.takeUp(key, 3 * second, second)).isZero();
    debts.keep(key, -second, 0, 0);
    assertThat(debts.takeUp(key, 0, CpuDebts.KEPT)).isZero();
    debts.keep(key, second, 0, 0);
    assertThat(debts.size()).as("what was saved is not kept").isZero();
  }

  private void owe(String caller, long now) {
    Job<String> job = queue.add("x", new CpuFlow.Key(CRITICAL, "resize", caller), 0, 0, now);
    assertThat(queue.poll()).isSameAs(job);
    queue.used(job, 100 * MS, now);
  }

  @Test
  void of_the_least_important_class_the_newest_of_the_flow_with_most_work_is_given_up_first() {
    add("important", CRITICAL, "a", 0, 100 * MS);
    add("small", SHEDDABLE, "b", 0, MS);
    add("old", SHEDDABLE, "c", 9, 2 * MS);
    Job<String> newest = add("newest", SHEDDABLE, "c", 1, MS);

    assertThat(queue.leastFair()).isSameAs(newest);
    queue.remove(newest, 0);
    assertThat(queue.leastFair().item).isEqualTo("old");
    queue.remove(queue.leastFair(), 0);
    assertThat(queue.leastFair().item).isEqualTo("small");
    queue.remove(queue.leastFair(), 0);
    assertThat(queue.leastFair().item).isEqualTo("important");
  }

  /**
   * However wrong the estimates are: of flows of one class that always have work none has used more than
   * another by more than two turns, a piece, and what may be running; and one that has a single piece at
   * a time no more than those.
   */
  @Test
  void nobody_has_more_than_another_by_more_than_a_bound() {
    for (long seed = 0; seed < 100_000; seed++) {
      new FairRun(seed).play();
    }
  }

  private static final class FairRun {
    private static final int LONGEST = 30;
    private final long seed;
    private final Random random;
    private final CpuQueue<Integer> queue = new CpuQueue<>();
    private final List<Job<Integer>> running = new ArrayList<>();
    private final long[] used;
    private final boolean single;
    private final int workers;
    private long now;

    FairRun(long seed) {
      this.seed = seed;
      this.random = new Random(seed);
      this.used = new long[2 + random.nextInt(3)];
      this.single = random.nextBoolean();
      this.workers = 1 + random.nextInt(3);
    }

    private void add(int flow) {
      queue.add(
          flow,
          new CpuFlow.Key(CRITICAL, "resize", "caller-" + flow),
          random.nextInt(50),
          random.nextInt(LONGEST) * MS,
          now);
    }

    void play() {
      for (int flow = 0; flow < used.length; flow++) {
        add(flow);
        if (!isSingle(flow)) {
          add(flow);
          add(flow);
        }
      }
      for (int i = 0; i < 80; i++) {
        Job<Integer> next = running.size() < workers ? queue.poll() : null;
        if (next == null) {
          end(running.remove(random.nextInt(running.size())));
        } else {
          running.add(next);
          if (!isSingle(next.item)) {
            add(next.item);
          }
        }
      }
    }

    /** The first flow may be one that waits for its only piece before it comes with another. */
    private boolean isSingle(int flow) {
      return single && flow == 0;
    }

    private void end(Job<Integer> job) {
      // The first flow takes always as long as can be.
      long took = (job.item == 0 ? LONGEST : random.nextInt(LONGEST)) * MS;
      now += took / workers;
      queue.used(job, took, now);
      used[job.item] += took;
      if (isSingle(job.item)) {
        add(job.item);
      }
      long most = 2 * CpuQueue.QUANTUM + LONGEST * MS + workers * 2L * LONGEST * MS;
      for (int one = 0; one < used.length; one++) {
        for (int other = 0; other < used.length; other++) {
          if (!isSingle(other)) {
            assertThat(used[one] - used[other]).as("seed %d", seed).isLessThanOrEqualTo(most);
          }
        }
      }
    }
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
    private long time;

    Run(long seed) {
      this.seed = seed;
      this.random = new Random(seed);
    }

    private long now() {
      time += random.nextInt((int) (100 * MS));
      return time;
    }

    void play() {
      int steps = 10 + random.nextInt(60);
      for (int i = 0; i < steps; i++) {
        step(random.nextInt(10));
        assertThat(queue.size()).as("seed %d", seed).isEqualTo(waiting.size());
        assertThat(queue.cost()).as("seed %d", seed).isEqualTo(sum(waiting));
        assertThat(queue.leastFair()).as("seed %d", seed).isSameAs(leastFair());
      }
      for (int left = queue.size(); left > 0; left--) {
        take();
      }
      assertThat(queue.poll()).as("seed %d", seed).isNull();
      assertThat(queue.flows()).as("seed %d", seed).isZero();
      assertThat(ends).as("seed %d", seed).hasSize(added).doesNotContainValue(2);
    }

    /** As the queue finds it, by looking at everything. */
    private @Nullable Job<Integer> leastFair() {
      Map<CpuFlow.Key, List<Job<Integer>>> flows =
          waiting.stream().collect(Collectors.groupingBy(Job::key));
      return flows.entrySet().stream()
          .max(Comparator.<Map.Entry<CpuFlow.Key, List<Job<Integer>>>>comparingInt(
                  flow -> flow.getKey().rank())
              .thenComparingLong(flow -> sum(flow.getValue()))
              .thenComparingInt(flow -> flow.getValue().size())
              .thenComparing(flow -> flow.getKey().contract())
              .thenComparing(flow -> flow.getKey().caller()))
          .map(flow -> flow.getValue().stream()
              .max(Comparator.comparingLong(job -> job.sequence))
              .orElseThrow())
          .orElse(null);
    }

    private static long sum(List<Job<Integer>> jobs) {
      return jobs.stream().mapToLong(job -> job.estimate).sum();
    }

    private void step(int what) {
      if (what < 5) {
        waiting.add(queue.add(
            added++,
            new CpuFlow.Key(
                random.nextInt(4), "contract-" + random.nextInt(2), "caller-" + random.nextInt(3)),
            random.nextInt(50),
            random.nextInt(20) * MS,
            now()));
      } else if (what < 8) {
        take();
      } else if (!waiting.isEmpty()) {
        Job<Integer> job = waiting.remove(random.nextInt(waiting.size()));
        assertThat(queue.remove(job, now())).as("seed %d", seed).isTrue();
        assertThat(queue.remove(job, now())).as("seed %d", seed).isFalse();
        ends.merge(job.item, 1, Integer::sum);
      }
    }

    private void take() {
      Job<Integer> job = queue.poll();
      assertThat(job == null).as("seed %d", seed).isEqualTo(waiting.isEmpty());
      if (job != null) {
        waiting.remove(job);
        ends.merge(job.item, 1, Integer::sum);
        queue.used(job, random.nextInt(30) * MS, now());
      }
    }
  }
}
