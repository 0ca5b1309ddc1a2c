package io.vertebra.limit;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.limit.StallDetector.Step;
import io.vertebra.limit.StallScore.Measure;
import java.lang.Thread.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StallDetectorTest {
  private static final long MS = 1_000_000L;
  private static final long THRESHOLD = 10 * MS;

  private final StallDetector detector = new StallDetector(THRESHOLD);
  private long now;

  private List<Step> look(int looks, long apart, long stamp) {
    List<Step> steps = new ArrayList<>();
    for (int i = 0; i < looks; i++) {
      now += apart;
      Step step = detector.look(now, stamp);
      if (step != Step.NONE && step != Step.SEEN) {
        steps.add(step);
      }
    }
    return steps;
  }

  @Test
  void a_handler_that_runs_for_ten_milliseconds_is_seen_at_the_next_look() {
    look(3, MS, 2);
    assertThat(look(10, MS, 3)).isEmpty();
    assertThat(look(1, MS, 3)).containsExactly(Step.BEGAN);
    assertThat(look(300, MS, 3)).containsExactly(Step.GOES_ON, Step.GOES_ON);
    assertThat(look(1, MS, 4)).containsExactly(Step.ENDED);
    assertThat(look(100, MS, 4)).as("idle").isEmpty();
  }

  @Test
  void however_long_a_stall_is_its_stack_is_asked_for_five_times() {
    List<Step> steps = look(100_000, MS, 1);
    assertThat(steps).hasSize(5).startsWith(Step.BEGAN);
    assertThat(steps.subList(1, 5)).containsOnly(Step.GOES_ON);
  }

  @Test
  void a_process_takes_ten_stacks_a_second_at_most() {
    SampleBudget budget = new SampleBudget(0);
    int taken = 0;
    for (long at = 0; at < 10_000 * MS; at += MS) {
      taken += budget.take(at) ? 1 : 0;
    }
    assertThat(taken).isBetween(SampleBudget.MOST + 99, SampleBudget.MOST + 100);
  }

  @Test
  void many_short_handlers_are_no_stall() {
    for (long stamp = 1; stamp < 1000; stamp++) {
      assertThat(look(4, MS, stamp)).isEmpty();
    }
  }

  @Test
  void while_nobody_could_look_nobody_is_blamed() {
    look(3, MS, 3);
    assertThat(look(1, 5_000 * MS, 3)).as("the process stood still").isEmpty();
    assertThat(look(2, 100 * MS, 3)).isEmpty();
    assertThat(look(1, MS, 4)).isEmpty();
  }

  @Test
  void a_look_each_four_milliseconds_is_enough_to_see_it() {
    look(1, 4 * MS, 2);
    assertThat(look(20, 2 * MS, 3)).contains(Step.BEGAN);
  }

  /** Whatever happens, a stall that is seen was one, and one that lasts is seen. */
  @Test
  void right_in_every_history() {
    for (long seed = 0; seed < 100_000; seed++) {
      Random random = new Random(seed);
      StallDetector any = new StallDetector(THRESHOLD);
      long time = 0;
      long stamp = 0;
      long since = 0;
      long lastLook = 0;
      long missed = 0;
      boolean told = false;
      for (int i = 0; i < 60; i++) {
        time += random.nextInt(10) == 0 ? random.nextInt((int) (50 * MS)) : MS;
        missed += Math.max(0, time - lastLook - StallDetector.MOST_PER_LOOK);
        if (random.nextInt(12) == 0) {
          stamp++;
          since = lastLook;
          missed = Math.max(0, time - lastLook - StallDetector.MOST_PER_LOOK);
          told = false;
        }
        Step step = any.look(time, stamp);
        lastLook = time;
        if (step == Step.BEGAN) {
          assertThat(stamp % 2).as("seed %d", seed).isEqualTo(1);
          assertThat(time - since).as("seed %d", seed).isGreaterThanOrEqualTo(THRESHOLD);
          assertThat(told).as("seed %d", seed).isFalse();
          told = true;
        }
        if (stamp % 2 == 1 && time - since - missed >= THRESHOLD + StallDetector.MOST_PER_LOOK) {
          assertThat(told).as("seed %d", seed).isTrue();
        }
      }
    }
  }

  @Test
  void the_cause_follows_from_the_state_and_the_processor_time() {
    StackTraceElement code = new StackTraceElement("shop.Stock", "count", "Stock.java", 7);
    StackTraceElement lock =
        new StackTraceElement("java.util.concurrent.locks.ReentrantLock", "lock", null, 1);
    StackTraceElement socket =
        new StackTraceElement("sun.nio.ch.SocketDispatcher", "read0", null, -2);

    assertThat(cause(State.RUNNABLE, 0.95, code)).isEqualTo(StallCause.CPU);
    assertThat(cause(State.TIMED_WAITING, 0.01, code)).isEqualTo(StallCause.BLOCKED);
    assertThat(cause(State.BLOCKED, 0.01, code)).isEqualTo(StallCause.LOCK);
    assertThat(cause(State.WAITING, 0.01, lock, code)).isEqualTo(StallCause.LOCK);
    assertThat(cause(State.RUNNABLE, 0.02, socket, code)).isEqualTo(StallCause.BLOCKED);
    assertThat(cause(State.RUNNABLE, 0.1, code)).isEqualTo(StallCause.STARVED);
  }

  private static StallCause cause(State state, double busy, StackTraceElement... stack) {
    return StallSample.of(state, stack, busy).cause();
  }

  @Test
  void a_contract_is_restricted_after_a_hundred_milliseconds_and_forgiven_after_ten_seconds() {
    StallScore score = new StallScore();
    assertThat(score.stalled(60 * MS, 0)).isFalse();
    assertThat(score.stalled(30 * MS, 100 * MS)).isFalse();
    assertThat(score.stalled(20 * MS, 200 * MS)).isTrue();
    score.takes(Measure.RESTRICTED);
    assertThat(score.forgive(5_000 * MS)).isEqualTo(Measure.NONE);
    assertThat(score.isForgotten(10_200 * MS)).isFalse();
    assertThat(score.forgive(10_200 * MS)).isEqualTo(Measure.RESTRICTED);
    assertThat(score.forgive(10_300 * MS)).isEqualTo(Measure.NONE);
    assertThat(score.isForgotten(10_300 * MS)).isTrue();
    StallScore rare = new StallScore();
    for (long at = 0; at < 1_000_000 * MS; at += 6_000 * MS) {
      assertThat(rare.stalled(50 * MS, at)).isFalse();
    }
  }

  @Test
  void a_contract_that_was_moved_comes_back_ten_minutes_after_it_last_took_long() {
    StallScore score = new StallScore();
    assertThat(score.stalled(200 * MS, 0)).isTrue();
    score.takes(Measure.RELOCATED);
    score.stalledElsewhere(30_000 * MS);
    score.stalledElsewhere(10_000 * MS);

    assertThat(score.forgive(629_999 * MS)).isEqualTo(Measure.NONE);
    assertThat(score.forgive(630_000 * MS)).isEqualTo(Measure.RELOCATED);
    assertThat(score.measure()).isEqualTo(Measure.NONE);
  }
}
