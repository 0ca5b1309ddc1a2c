package io.vertebra.link;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BreakerTest {
  private static final long MS = 1_000_000L;
  private static final long SECOND = 1000 * MS;
  private static final double MIDDLE = 0.5;
  private static final int RUNS = 100_000;

  private final Breaker breaker = new Breaker();
  private long now = -7 * SECOND;

  private void call(boolean failed) {
    int term = breaker.tryPass(now);
    assertThat(term).isNotNegative();
    breaker.ended(term, failed, now, MIDDLE);
  }

  private void breakIt() {
    for (int i = 0; i < Breaker.FEWEST; i++) {
      call(true);
    }
    assertThat(breaker.state()).isEqualTo(Breaker.State.OPEN);
  }

  private void probe(boolean failed) {
    now = breaker.until();
    call(failed);
  }

  @Test
  void few_failures_say_nothing_and_neither_does_less_than_half() {
    for (int i = 0; i < Breaker.FEWEST - 1; i++) {
      call(true);
    }
    assertThat(breaker.state()).isEqualTo(Breaker.State.CLOSED);
    now += 11 * SECOND;
    for (int i = 0; i < 1000; i++) {
      now += 11 * SECOND / 100;
      call(i % 5 < 2);
    }
    assertThat(breaker.state()).isEqualTo(Breaker.State.CLOSED);
  }

  @Test
  void failures_of_more_than_ten_seconds_ago_are_forgotten() {
    for (int i = 0; i < Breaker.FEWEST - 1; i++) {
      call(true);
    }
    now += 11 * SECOND;
    call(true);

    assertThat(breaker.state()).isEqualTo(Breaker.State.CLOSED);
  }

  @Test
  void it_opens_for_a_second_and_closes_after_three_probes() {
    breakIt();
    assertThat(breaker.until() - now).isEqualTo(SECOND);
    assertThat(breaker.tryPass(now + SECOND - 1)).isNegative();
    now += SECOND;
    int[] terms = {breaker.tryPass(now), breaker.tryPass(now), breaker.tryPass(now)};
    assertThat(breaker.state()).isEqualTo(Breaker.State.PROBING);
    assertThat(breaker.blocks(now)).isTrue();
    assertThat(breaker.tryPass(now)).as("a fourth probe").isNegative();
    for (int term : terms) {
      breaker.ended(term, false, now, MIDDLE);
    }

    assertThat(breaker.state()).isEqualTo(Breaker.State.CLOSED);
  }

  @Test
  void a_probe_that_fails_doubles_the_time_up_to_half_a_minute_and_success_resets_it() {
    breakIt();
    for (long seconds = 2; seconds < 100; seconds *= 2) {
      probe(true);
      assertThat(breaker.until() - now).isEqualTo(Math.min(seconds, 30) * SECOND);
    }
    probe(false);
    call(false);
    call(false);
    breakIt();

    assertThat(breaker.until() - now).isEqualTo(SECOND);
  }

  @Test
  void probes_that_say_nothing_or_never_come_back_are_made_again() {
    breakIt();
    now = breaker.until();
    for (int i = 0; i < 10; i++) {
      breaker.ended(breaker.tryPass(now), null, now, MIDDLE);
    }
    int lost = breaker.tryPass(now);
    breaker.tryPass(now);
    breaker.tryPass(now);
    assertThat(breaker.tryPass(now)).isNegative();
    now += Breaker.LONGEST;
    call(false);
    breaker.ended(lost, true, now, MIDDLE);
    call(false);
    call(false);

    assertThat(breaker.state()).isEqualTo(Breaker.State.CLOSED);
  }

  @Test
  void what_was_sent_before_it_opened_changes_nothing() {
    int early = breaker.tryPass(now);
    breakIt();
    breaker.ended(early, false, now, MIDDLE);
    now = breaker.until();
    int probe = breaker.tryPass(now);
    breaker.ended(early, true, now, MIDDLE);

    assertThat(breaker.state()).isEqualTo(Breaker.State.PROBING);
    breaker.ended(probe, true, now, MIDDLE);
    assertThat(breaker.state()).isEqualTo(Breaker.State.OPEN);
  }

  /** Calls of random length to a service that breaks and is repaired. A failing run is repeated by its seed. */
  @Test
  void however_calls_end_it_stops_few_good_ones_and_never_stays_shut() {
    int opened = 0;
    for (long seed = 0; seed < RUNS; seed++) {
      opened += new Run(seed).play() ? 1 : 0;
    }
    assertThat(opened).as("runs in which it opened").isGreaterThan(RUNS / 10);
  }

  private record Call(int term, boolean fails, long end) {}

  /** One history. */
  private static final class Run {
    private final long seed;
    private final Random random;
    private final Breaker breaker = new Breaker();
    private final List<Call> out = new ArrayList<>();
    private long now;
    private boolean opened;

    Run(long seed) {
      this.seed = seed;
      this.random = new Random(seed);
      this.now = random.nextLong() >> 2;
    }

    boolean play() {
      step(30, 0);
      assertThat(opened).as("opened without a failure, seed %d", seed).isFalse();
      step(60, random.nextInt(101));
      // Repaired: with no more than one period, lost probes included, it is closed for good.
      now += Breaker.LONGEST * 6 / 5;
      endAll();
      now += Breaker.LONGEST * 6 / 5;
      for (int i = 0; i < Breaker.PROBES + 1; i++) {
        int term = breaker.tryPass(now);
        assertThat(term).as("stays shut, seed %d", seed).isNotNegative();
        breaker.ended(term, false, now, random.nextDouble());
      }
      assertThat(breaker.state())
          .as("state of what works again, seed %d", seed)
          .isEqualTo(Breaker.State.CLOSED);
      return opened;
    }

    private void step(int calls, int percentFailing) {
      for (int i = 0; i < calls; i++) {
        now += random.nextInt(200) * MS;
        out.removeIf(this::endIfDue);
        boolean blocked = breaker.blocks(now);
        int term = breaker.tryPass(now);
        assertThat(term < 0).as("what is told and what is done, seed %d", seed).isEqualTo(blocked);
        if (term >= 0) {
          boolean fails = random.nextInt(100) < percentFailing;
          out.add(new Call(term, fails, now + random.nextInt(3000) * MS));
        }
        opened |= breaker.state() != Breaker.State.CLOSED;
      }
    }

    private boolean endIfDue(Call call) {
      boolean due = call.end - now <= 0;
      if (due && random.nextInt(20) != 0) {
        end(call);
      }
      return due;
    }

    private void end(Call call) {
      Boolean failed = random.nextInt(10) == 0 ? null : call.fails;
      breaker.ended(call.term, failed, now, random.nextDouble());
    }

    private void endAll() {
      out.forEach(this::end);
      out.clear();
    }
  }
}
