package io.vertebra.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.vertebra.dispatch.Admission;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class LimitTest {
  @Test
  void it_has_defaults() {
    Limit defaults = Limit.defaults();
    assertThat(defaults.inFlight()).isEqualTo(1024);
    assertThat(defaults.queue()).isEqualTo(1024);
    assertThat(defaults.maxWait()).isEqualTo(Duration.ofSeconds(1));
    assertThat(Limit.fromJson(new JsonObject()).toJson()).isEqualTo(defaults.toJson());
    assertThat(Limit.fixed(1024).toJson()).isEqualTo(defaults.toJson());
  }

  @Test
  void json_brings_everything_back() {
    Limit limit = Limit.fixed(3)
        .withQueue(5, Duration.ofMillis(70))
        .withQueueBytes(1000)
        .withAdaptive(2, 9)
        .withoutShedding();
    Limit read = Limit.fromJson(new JsonObject(limit.toJson().encode()));
    assertThat(read.inFlight()).isEqualTo(3);
    assertThat(read.queue()).isEqualTo(5);
    assertThat(read.maxWait()).isEqualTo(Duration.ofMillis(70));
    assertThat(read.queueBytes()).isEqualTo(1000);
    assertThat(read.isAdaptive()).isTrue();
    assertThat(read.isShedding()).isFalse();
    assertThat(read.toJson()).isEqualTo(limit.toJson());
  }

  @Test
  void contradictions_are_refused() {
    Limit limit = Limit.defaults();
    List<ThrowingCallable> contradictions = List.of(
        () -> Limit.fixed(0),
        () -> Limit.fixed(3).withAdaptive(4, 9),
        () -> Limit.fixed(3).withAdaptive(0, 9),
        () -> Limit.fixed(3).withAdaptive(1, 2),
        () -> limit.withQueueBytes(0),
        () -> limit.withQueue(-1, Duration.ofSeconds(1)),
        () -> limit.withQueue(1, Duration.ZERO),
        () -> limit.withQueue(1, Duration.ofMillis(-1)),
        () -> limit.withQueue(1, Duration.ofDays(2)));
    contradictions.forEach(each -> assertThatIllegalArgumentException().isThrownBy(each));
    assertThat(limit.withQueue(0, Duration.ZERO).queue()).isZero();
  }

  @Test
  void a_limiter_gives_as_many_permits_as_the_limit_says() {
    Admission limiter = Limit.fixed(2).withQueue(7, Duration.ofMillis(30)).toAdmission();
    assertThat(limiter.limit()).isEqualTo(2);
    assertThat(limiter.queue().messages()).isEqualTo(7);
    assertThat(limiter.queue().maxWaitNanos()).isEqualTo(30_000_000);
    assertThat(limiter.tryAcquire()).isTrue();
    assertThat(limiter.tryAcquire()).isTrue();
    assertThat(limiter.tryAcquire()).isFalse();
    assertThat(limiter.inFlight()).isEqualTo(2);
    limiter.releaseOnArrival();
    assertThat(limiter.inFlight()).isEqualTo(1);
    assertThat(limiter.tryAcquire()).isTrue();
    assertThat(limiter.onTheirWay()).isEqualTo(2);
    limiter.arrived();
    assertThat(limiter.onTheirWay()).isEqualTo(1);
    limiter.release();
    assertThat(limiter.inFlight()).isEqualTo(1);
  }

  @Test
  void many_threads_never_hold_more_permits_than_there_are() throws InterruptedException {
    Admission limiter = Limit.fixed(3).toAdmission();
    AtomicInteger holders = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      Thread thread = new Thread(() -> {
        for (int n = 0; n < 20_000; n++) {
          if (limiter.tryAcquire()) {
            most.accumulateAndGet(holders.incrementAndGet(), Math::max);
            holders.decrementAndGet();
            limiter.releaseOnArrival();
          }
        }
      });
      thread.start();
      threads.add(thread);
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(most.get()).isLessThanOrEqualTo(3);
    assertThat(limiter.inFlight()).isZero();
  }
}
