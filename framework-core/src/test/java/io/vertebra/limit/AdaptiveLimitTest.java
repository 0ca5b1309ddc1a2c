package io.vertebra.limit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Against a simulated service behind the handler, which does some calls at a time and lets the rest wait. */
class AdaptiveLimitTest {
  private static final long MS = 1_000_000L;
  private static final long SECOND = 1000 * MS;

  /** A downstream service with a number of workers, and callers that always have another call. */
  private static final class Downstream {
    private final Random random = new Random(7);
    private final AdaptiveLimit limit;
    private final PriorityQueue<long[]> busy =
        new PriorityQueue<>((a, b) -> Long.compare(a[0], b[0]));
    private final Queue<Long> queued = new ArrayDeque<>();
    private final int workers;
    private long serviceNanos;
    private long now;
    private int inFlight;
    private int permits;
    private long done;

    Downstream(AdaptiveLimit limit, int workers, long serviceNanos) {
      this.limit = limit;
      this.permits = limit.limit();
      this.workers = workers;
      this.serviceNanos = serviceNanos;
    }

    /** Runs with as many calls in flight as the limit allows, at most {@code offered}. */
    void run(long nanos, int offered) {
      long end = now + nanos;
      while (now < end) {
        while (inFlight < Math.min(permits, offered)) {
          inFlight++;
          queued.add(now);
        }
        while (busy.size() < workers && !queued.isEmpty()) {
          long began = queued.remove();
          long takes = (long) (serviceNanos * (0.5 + random.nextDouble()));
          busy.add(new long[] {now + takes, began});
        }
        long[] next = busy.remove();
        now = Math.max(now, next[0]);
        permits = limit.ended(now, now - next[1], inFlight, true);
        inFlight--;
        done++;
      }
    }

    double callsPerSecond(long nanos, int offered) {
      long before = done;
      run(nanos, offered);
      return (done - before) * 1e9 / nanos;
    }
  }

  @Test
  void it_finds_a_limit_that_keeps_the_service_busy_and_lets_little_wait() {
    Downstream service = new Downstream(new AdaptiveLimit(4, 1, 200), 16, 10 * MS);
    service.run(60 * SECOND, 1000);

    assertThat(service.permits).isBetween(16, 64);
    assertThat(service.callsPerSecond(30 * SECOND, 1000)).isGreaterThan(0.95 * 1600);
  }

  @Test
  void it_does_not_creep_up_under_lasting_overload() {
    Downstream service = new Downstream(new AdaptiveLimit(20, 1, 1000), 16, 10 * MS);
    service.run(60 * SECOND, 10_000);
    int settled = service.permits;
    service.run(30 * 60 * SECOND, 10_000);

    assertThat(service.permits).isLessThanOrEqualTo(Math.max(64, settled * 2));
  }

  @Test
  void it_follows_a_service_that_becomes_slower_for_good() {
    Downstream service = new Downstream(new AdaptiveLimit(20, 1, 200), 16, 10 * MS);
    service.run(30 * SECOND, 1000);
    service.serviceNanos *= 5;
    service.run(90 * SECOND, 1000);

    assertThat(service.callsPerSecond(30 * SECOND, 1000)).isGreaterThan(0.9 * 320);
  }

  @Test
  void it_stays_where_it_is_while_hardly_used() {
    Downstream service = new Downstream(new AdaptiveLimit(20, 1, 200), 16, 10 * MS);
    service.run(60 * SECOND, 2);

    assertThat(service.permits).isBetween(8, 20);
  }

  @Test
  void calls_that_come_too_late_bring_it_down() {
    AdaptiveLimit limit = new AdaptiveLimit(100, 1, 200);
    long now = 0;
    for (int i = 0; i < 1000; i++) {
      now += 5 * MS;
      limit.ended(now, 10 * MS, 60, i % 10 != 0);
    }

    assertThat(limit.limit()).isLessThan(20);
  }

  @Test
  void it_stays_within_its_bounds() {
    AdaptiveLimit limit = new AdaptiveLimit(10, 5, 12);
    Random random = new Random(3);
    long now = 0;
    for (int i = 0; i < 100_000; i++) {
      now += random.nextInt((int) (3 * MS));
      int permits = limit.ended(
          now, random.nextInt((int) (50 * MS)), random.nextInt(14) + 1, random.nextInt(100) > 0);
      assertThat(permits).isBetween(5, 12);
    }
  }
}
