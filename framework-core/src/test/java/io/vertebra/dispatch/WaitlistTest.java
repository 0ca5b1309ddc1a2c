package io.vertebra.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.messaging.Criticality;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whose calls an overloaded instance turns away: one call at a time, 1 ms each, in virtual time. */
class WaitlistTest {
  private static final long MS = 1_000_000L;
  private static final long PATIENCE = 100 * MS;

  private final Random random = new Random(5);
  private final Admission admission =
      new Admission(1, new Admission.QueueSettings(1024, 1 << 20, 1000 * MS, true), null);
  private final Waitlist<Integer> waitlist = new Waitlist<>(admission, false, new Decisions());
  private final ArrayDeque<Integer> started = new ArrayDeque<>();
  private final Map<Integer, Integer> served = new HashMap<>();
  private final Map<Integer, Map<Shed, Integer>> turnedAway = new HashMap<>();
  private boolean listens;
  private long now;

  private final class Decisions implements Waitlist.Decisions<Integer> {
    @Override
    public void start(Integer sender) {
      started.add(sender);
    }

    @Override
    public void turnAway(Integer sender, Shed why, long waited, Shed.Rejection rejection) {
      if (sender == 0) {
        threshold = rejection.threshold();
        toldAt = now;
      }
      turnedAway.computeIfAbsent(sender, s -> new HashMap<>()).merge(why, 1, Integer::sum);
    }
  }

  /** What the greedy sender was told last, if it listens. */
  private int threshold = Priority.LOWEST;

  private long toldAt;

  /** As nodes do: a threshold holds for a second, and a fifth more is sent after each tenth of it. */
  private boolean isWorthwhile(int priority) {
    int first = Criticality.CRITICAL.rank() * Priority.COHORTS;
    long tenths = (now - toldAt) / (100 * MS);
    return tenths >= 10 || priority - first < (threshold - first + 1) * Math.pow(1.2, tenths);
  }

  private void send(int sender, String caller, Criticality criticality) {
    int priority = criticality.rank() * Priority.COHORTS + random.nextInt(Priority.COHORTS);
    if (listens && sender == 0 && !isWorthwhile(priority)) {
      return;
    }
    waitlist.arrived(sender, new Waitlist.Arrival(caller, priority, 10, PATIENCE, MS), now);
  }

  /** One call is served in each millisecond. */
  private void serve() {
    now += MS;
    Integer done = started.poll();
    if (done != null) {
      served.merge(done, 1, Integer::sum);
      admission.releaseOnArrival();
    }
    waitlist.grant(now);
  }

  @Test
  void a_caller_within_its_share_loses_nothing_to_one_that_is_not() {
    oneIsGreedy();

    assertThat(turnedAway.get(0)).containsKeys(Shed.STANDING_QUEUE, Shed.UNIMPORTANT);
    assertThat(served.get(0)).isBetween(2900, 3000);
  }

  @Test
  void nor_to_one_that_does_not_send_what_is_not_taken_and_nothing_of_the_capacity_is_lost() {
    listens = true;
    oneIsGreedy();

    assertThat(served.get(0)).isBetween(2800, 3000);
    assertThat(turnedAway.get(0).values().stream().mapToInt(Integer::intValue).sum())
        .as("what is sent in vain")
        .isLessThan(3000);
  }

  /** Four callers want a tenth of what can be done each, and one ten times that. */
  private void oneIsGreedy() {
    for (int ms = 0; ms < 5000; ms++) {
      for (int i = 0; i < 10; i++) {
        send(0, "greedy", Criticality.CRITICAL);
      }
      if (ms % 10 < 4) {
        send(1 + ms % 10, "small" + ms % 10, Criticality.CRITICAL);
      }
      serve();
    }
    for (int small = 1; small <= 4; small++) {
      assertThat(turnedAway).doesNotContainKey(small);
      assertThat(served.get(small)).isGreaterThan(498);
    }
  }

  @Test
  void important_calls_are_not_turned_away_because_others_wait_long() {
    for (int ms = 0; ms < 5000; ms++) {
      for (int i = 0; i < 5; i++) {
        send(0, "a", Criticality.SHEDDABLE);
      }
      if (ms % 5 < 2) {
        send(1, "a", Criticality.CRITICAL);
      }
      serve();
    }

    assertThat(turnedAway).containsOnlyKeys(0);
    assertThat(served.get(1)).isGreaterThan(1998);
  }

  @Test
  void everybody_is_served_again_when_the_overload_is_over() {
    for (int ms = 0; ms < 1000; ms++) {
      for (int i = 0; i < 20; i++) {
        send(0, "a", Criticality.CRITICAL);
      }
      serve();
    }
    for (int ms = 0; ms < 5000; ms++) {
      if (ms % 5 < 4) {
        send(1, "a", Criticality.CRITICAL);
      }
      serve();
    }
    served.clear();
    turnedAway.clear();
    for (int ms = 0; ms < 1000; ms++) {
      if (ms % 5 < 4) {
        send(1, "a", Criticality.CRITICAL);
      }
      serve();
    }

    assertThat(turnedAway).isEmpty();
    assertThat(served.get(1)).isEqualTo(800);
  }

  /** From 0.7 to 1.4 times what can be done, 200 µs a call: the longest wait of those served in each 50 ms. */
  @Test
  void waits_are_short_again_soon_after_the_load_has_doubled() {
    long service = MS / 5;
    long step = 2000 * MS;
    long end = step + 4000 * MS;
    List<Long> longest = new ArrayList<>(Collections.nCopies((int) (end / (50 * MS)) + 2, 0L));
    Admission permits =
        new Admission(1024, new Admission.QueueSettings(1024, 1 << 20, 1000 * MS, true), null);
    permits.setWindow(10);
    ArrayDeque<Long> way = new ArrayDeque<>();
    Waitlist<Long> calls = new Waitlist<>(permits, false, new Waitlist.Decisions<>() {
      @Override
      public void start(Long cameAt) {
        way.add(cameAt);
      }

      @Override
      public void turnAway(Long cameAt, Shed why, long waited, Shed.Rejection rejection) {
        // The others count.
      }
    });
    double nextArrival = 0;
    int served = 0;
    for (now = 0; now < end; now += service) {
      double perCall = service / (now < step ? 0.7 : 1.4);
      for (; nextArrival <= now; nextArrival += -Math.log(1 - random.nextDouble()) * perCall) {
        long at = (long) nextArrival;
        int priority = Priority.COHORTS + random.nextInt(Priority.COHORTS);
        calls.arrived(at, new Waitlist.Arrival("a", priority, 10, PATIENCE, service), now);
      }
      Long done = way.poll();
      if (done != null) {
        int window = (int) (now / (50 * MS));
        longest.set(window, Math.max(longest.get(window), now - done));
        served += now >= step ? 1 : 0;
        permits.releaseOnArrival();
      }
      calls.grant(now);
    }

    int settled = (int) ((step + 200 * MS) / (50 * MS));
    assertThat(longest.subList(settled, (int) (end / (50 * MS))))
        .allSatisfy(wait -> assertThat(wait).isLessThan(26 * MS));
    assertThat(served).isGreaterThan((int) (0.99 * (end - step) / service));
  }
}
