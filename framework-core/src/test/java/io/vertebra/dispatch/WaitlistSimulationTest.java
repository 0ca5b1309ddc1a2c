package io.vertebra.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.dispatch.FairQueue.Waiting;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Random arrivals, cancels, slow and fast services in virtual time. A failing run is repeated by its
 * seed: {@code new Run(seed, true).play()}.
 */
@Tag("simulation")
class WaitlistSimulationTest {
  private static final int RUNS = 100_000;

  @Test
  void every_call_has_one_end_and_every_permit_comes_back() {
    Map<Shed, Integer> shed = new HashMap<>();
    long started = 0;
    for (long seed = 0; seed < RUNS; seed++) {
      Run run = new Run(seed);
      run.play();
      run.shed.forEach((why, count) -> shed.merge(why, count, Integer::sum));
      started += run.started;
    }
    assertThat(shed).as("each reason occurs").containsOnlyKeys(Shed.values());
    assertThat(started).isPositive();
  }

  /** One call. */
  private static final class Job {
    final int number;
    final String caller;
    final int priority;
    int ends;
    Waiting<Job> waiting;

    Job(int number, String caller, int priority) {
      this.number = number;
      this.caller = caller;
      this.priority = priority;
    }
  }

  /** One history. */
  private static final class Run implements Waitlist.Decisions<Job> {
    private final long seed;
    private final Random random;
    private final boolean ordered;
    private final Admission admission;
    private final Waitlist<Job> waitlist;
    private final List<Job> onTheirWay = new ArrayList<>();
    private final List<Job> running = new ArrayList<>();
    private final List<Job> waiting = new ArrayList<>();
    private final Map<String, Integer> lastStarted = new HashMap<>();
    private final int messages;
    private final long maxWait;
    private final boolean sheds;
    final Map<Shed, Integer> shed = new HashMap<>();
    long started;
    private long now;

    Run(long seed) {
      this.seed = seed;
      this.random = new Random(seed);
      this.ordered = random.nextInt(3) == 0;
      this.messages = random.nextInt(12);
      this.maxWait = 1_000_000L * (1 + random.nextInt(300));
      this.sheds = random.nextInt(4) != 0;
      this.admission = new Admission(
          1 + random.nextInt(4),
          new Admission.QueueSettings(messages, 1 + random.nextInt(400), maxWait, sheds),
          null);
      admission.setWindow(1 + random.nextInt(4));
      this.waitlist = new Waitlist<>(admission, ordered, this);
    }

    void play() {
      int calls = 10 + random.nextInt(40);
      List<Job> all = new ArrayList<>();
      int load = 1 + random.nextInt(6);
      for (int i = 0; i < calls; i++) {
        now += random.nextInt(20_000_000);
        for (int events = random.nextInt(4 + load) - load; events > 0; events--) {
          happen();
        }
        Job job = new Job(i, "caller-" + random.nextInt(3), random.nextInt(Priority.LOWEST + 1));
        all.add(job);
        arrive(job);
        checkCounts();
      }
      while (!running.isEmpty() || !onTheirWay.isEmpty() || waitlist.size() > 0) {
        now += random.nextInt(5_000_000);
        happen();
        checkCounts();
      }
      assertThat(admission.inFlight()).as("permits, seed %d", seed).isZero();
      assertThat(admission.onTheirWay()).as("places, seed %d", seed).isZero();
      for (Job job : all) {
        assertThat(job.ends).as("ends of job %d, seed %d", job.number, seed).isEqualTo(1);
      }
    }

    private void arrive(Job job) {
      long patience = 1_000_000L * (1 + random.nextInt(200));
      Waitlist.Arrival who = new Waitlist.Arrival(
          job.caller, job.priority, random.nextInt(40), patience, random.nextInt(2_000_000));
      job.waiting = waitlist.arrived(job, who, now);
      if (job.waiting != null && job.waiting.isQueued()) {
        waiting.add(job);
      }
    }

    private void happen() {
      switch (random.nextInt(5)) {
        case 0 -> reachLoop();
        case 1, 2 -> finish();
        case 3 -> {
          if (waitlist.size() > 0 && random.nextBoolean()) {
            waitlist.expire(now);
          }
        }
        default -> giveUp();
      }
      waitlist.grant(now);
    }

    private void reachLoop() {
      if (onTheirWay.isEmpty()) {
        return;
      }
      Job job = onTheirWay.remove(0);
      if (random.nextBoolean()) {
        admission.releaseOnArrival();
        job.ends++;
      } else {
        admission.arrived();
        running.add(job);
      }
    }

    private void finish() {
      if (running.isEmpty()) {
        reachLoop();
        return;
      }
      running.remove(random.nextInt(running.size())).ends++;
      admission.release();
    }

    private void giveUp() {
      if (waiting.isEmpty() || random.nextInt(3) != 0) {
        return;
      }
      Job job = waiting.remove(random.nextInt(waiting.size()));
      if (waitlist.remove(job.waiting)) {
        job.ends++;
      }
    }

    @Override
    public void start(Job job) {
      waiting.remove(job);
      onTheirWay.add(job);
      started++;
      if (ordered) {
        Integer before = lastStarted.put("all", job.number);
        assertThat(before == null || before < job.number)
            .as("order, seed %d", seed)
            .isTrue();
      }
    }

    @Override
    public void turnAway(Job job, Shed why, long waited, Shed.Rejection rejection) {
      waiting.remove(job);
      job.ends++;
      shed.merge(why, 1, Integer::sum);
      switch (why) {
        case WAITED_TOO_LONG ->
          assertThat(waited).as("seed %d", seed).isGreaterThanOrEqualTo(maxWait);
        case STANDING_QUEUE -> {
          assertThat(sheds).as("seed %d", seed).isTrue();
          assertThat(waited).as("seed %d", seed).isGreaterThanOrEqualTo(2 * shortestTarget());
        }
        case UNIMPORTANT -> {
          assertThat(sheds).as("seed %d", seed).isTrue();
          assertThat(job.priority).as("seed %d", seed).isGreaterThan(rejection.threshold());
        }
        case QUEUE_FULL -> {
          // By messages or by bytes, which the run does not follow.
        }
      }
    }

    private long shortestTarget() {
      return Math.min(QueueTime.LEAST_TARGET, maxWait / 2);
    }

    private void checkCounts() {
      assertThat(admission.inFlight())
          .as("seed %d", seed)
          .isEqualTo(running.size() + onTheirWay.size())
          .isLessThanOrEqualTo(admission.limit());
      assertThat(waitlist.size())
          .as("seed %d", seed)
          .isEqualTo(waiting.size())
          .isLessThanOrEqualTo(messages + admission.limit());
    }
  }
}
