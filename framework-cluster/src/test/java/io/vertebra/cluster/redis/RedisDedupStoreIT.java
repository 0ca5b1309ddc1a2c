package io.vertebra.cluster.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertebra.idempotency.DedupStore;
import io.vertebra.test.DedupStoreContract;
import io.vertebra.test.EmbeddedRedis;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("brokers")
class RedisDedupStoreIT extends DedupStoreContract {
  private static final Duration LEASE = Duration.ofSeconds(30);
  private static EmbeddedRedis redis;
  private static Vertx vertx;

  private final AtomicLong shift = new AtomicLong();
  private RedisDedupStore store;

  @BeforeAll
  static void start() {
    redis = EmbeddedRedis.start();
    vertx = Vertx.vertx();
  }

  @AfterAll
  static void stop() throws Exception {
    await(vertx.close());
    redis.close();
  }

  private static <T> T await(Future<T> future) throws Exception {
    return future.await(30, TimeUnit.SECONDS);
  }

  @Override
  protected DedupStore create() {
    redis.restart();
    store = new RedisDedupStore(vertx, redis.uri(), window(), shift::get);
    return store;
  }

  @Override
  protected Duration window() {
    return Duration.ofMinutes(10);
  }

  @Override
  protected void advance(Duration time) {
    shift.addAndGet(time.toMillis());
  }

  @Test
  void d10_fails_closed_while_the_server_is_down_and_goes_on_when_it_is_back() throws Exception {
    await(store.begin("consumer", "before", "print", LEASE));
    redis.stop();
    assertThatThrownBy(() -> await(store.begin("consumer", "key", "print", LEASE)))
        .isNotInstanceOf(java.util.concurrent.TimeoutException.class);
    redis.restart();
    DedupStore.Begin begin = await(begin("key"));
    assertThat(begin).isInstanceOf(DedupStore.First.class);
    assertThat(await(store.complete(((DedupStore.First) begin).token(), Buffer.buffer("r"))))
        .isEqualTo(DedupStore.Completion.STORED);
  }

  /** The connection that the stopped server cut may be noticed by one more attempt. */
  private Future<DedupStore.Begin> begin(String key) {
    return store
        .begin("consumer", key, "print", LEASE)
        .recover(cut -> store.begin("consumer", key, "print", LEASE));
  }

  @Test
  void fails_what_a_frozen_server_does_not_answer() throws Exception {
    await(store.begin("consumer", "before", "print", LEASE));
    signal("STOP");
    try {
      assertThatThrownBy(() -> await(store.begin("consumer", "key", "print", LEASE)))
          .isNotNull();
    } finally {
      signal("CONT");
    }
    assertThat(await(begin("other"))).isInstanceOf(DedupStore.First.class);
  }

  private static void signal(String name) throws Exception {
    Process kill = new ProcessBuilder("kill", "-" + name, String.valueOf(redis.pid()))
        .inheritIO()
        .start();
    assertThat(kill.waitFor()).isZero();
  }

  @Test
  void d2_one_of_many_concurrent_duplicates_from_two_stores_runs() throws Exception {
    RedisDedupStore other = new RedisDedupStore(vertx, redis.uri(), window(), shift::get);
    for (int round = 0; round < 20; round++) {
      List<Future<DedupStore.Begin>> begun = new ArrayList<>();
      for (int i = 0; i < 500; i++) {
        RedisDedupStore one = i % 2 == 0 ? store : other;
        begun.add(one.begin("consumer", "key" + round, "print", LEASE));
      }
      int first = 0;
      for (Future<DedupStore.Begin> begin : begun) {
        first += await(begin) instanceof DedupStore.First ? 1 : 0;
      }
      assertThat(first).isEqualTo(1);
    }
    await(other.close());
  }

  @Test
  void forgets_entries_after_their_window() throws Exception {
    RedisDedupStore brief =
        new RedisDedupStore(vertx, redis.uri(), Duration.ofSeconds(100), shift::get);
    DedupStore.First first =
        (DedupStore.First) await(brief.begin("consumer", "key", "print", Duration.ofSeconds(1)));
    await(brief.complete(first.token(), Buffer.buffer("r")));
    shift.addAndGet(100_000);
    assertThat(await(brief.begin("consumer", "key", "other", LEASE)))
        .isInstanceOf(DedupStore.First.class);
    await(brief.close());
  }
}
