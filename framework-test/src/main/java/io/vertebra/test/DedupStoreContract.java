package io.vertebra.test;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.idempotency.DedupStore;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The test kit of {@link DedupStore}. */
public abstract class DedupStoreContract {
  private static final Duration LEASE = Duration.ofSeconds(10);
  private static final Buffer REPLY = Buffer.buffer(new byte[] {0, 1, -1, 'x'});

  private DedupStore store;

  /** For subclasses. */
  protected DedupStoreContract() {}

  /** An empty store. */
  protected abstract DedupStore create();

  /** How long the store answers duplicates. */
  protected abstract Duration window();

  /** Lets time pass for the store. */
  protected abstract void advance(Duration time);

  @BeforeEach
  void begin() {
    store = create();
  }

  private static <T> T await(Future<T> future) throws TimeoutException {
    return future.await(30, TimeUnit.SECONDS);
  }

  private DedupStore.Begin begin(String key) throws TimeoutException {
    return begin("consumer", key, "print");
  }

  private DedupStore.Begin begin(String consumer, String key, String fingerprint)
      throws TimeoutException {
    return await(store.begin(consumer, key, fingerprint, LEASE));
  }

  private DedupStore.Token first(String key) throws TimeoutException {
    DedupStore.Begin begin = begin(key);
    assertThat(begin).isInstanceOf(DedupStore.First.class);
    return ((DedupStore.First) begin).token();
  }

  private void assertDuplicate(DedupStore.Begin begin, Buffer reply) {
    assertThat(begin).isEqualTo(new DedupStore.Duplicate(reply));
  }

  @Test
  void answers_a_duplicate_with_the_first_reply() throws Exception {
    assertThat(await(store.complete(first("k"), REPLY))).isEqualTo(DedupStore.Completion.STORED);
    assertDuplicate(begin("k"), REPLY);
    assertDuplicate(begin("k"), REPLY);
  }

  @Test
  void keeps_an_empty_reply() throws Exception {
    await(store.complete(first("k"), Buffer.buffer()));
    assertDuplicate(begin("k"), Buffer.buffer());
  }

  @Test
  void says_that_the_first_is_running() throws Exception {
    first("k");
    assertThat(begin("k"))
        .isInstanceOfSatisfying(
            DedupStore.Running.class,
            running -> assertThat(running.retryAfter()).isPositive());
  }

  @Test
  void lets_exactly_one_of_many_concurrent_deliveries_run() throws Exception {
    for (int round = 0; round < 20; round++) {
      List<Future<DedupStore.Begin>> all = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        all.add(store.begin("consumer", "k" + round, "print", LEASE));
      }
      await(Future.all(all));
      assertThat(all.stream().map(Future::result).filter(DedupStore.First.class::isInstance))
          .hasSize(1);
    }
  }

  @Test
  void tells_those_who_wait_when_the_first_has_ended() throws Exception {
    DedupStore.Token token = first("k");
    DedupStore.Running running = (DedupStore.Running) begin("k");
    await(store.complete(token, REPLY));
    if (running.ended() != null) {
      await(running.ended());
    }
    assertDuplicate(begin("k"), REPLY);
  }

  @Test
  void flags_another_message_under_the_same_key() throws Exception {
    DedupStore.Token token = first("k");
    assertThat(begin("consumer", "k", "other")).isEqualTo(new DedupStore.Conflict());
    await(store.complete(token, REPLY));
    assertThat(begin("consumer", "k", "other")).isEqualTo(new DedupStore.Conflict());
  }

  @Test
  void keeps_consumers_apart() throws Exception {
    await(store.complete(first("k"), REPLY));
    assertThat(begin("another", "k", "print")).isInstanceOf(DedupStore.First.class);
  }

  @Test
  void runs_the_same_message_under_two_keys() throws Exception {
    await(store.complete(first("k1"), REPLY));
    first("k2");
  }

  @Test
  void forgets_what_is_released() throws Exception {
    await(store.release(first("k")));
    first("k");
  }

  @Test
  void stores_nothing_for_a_token_that_was_released() throws Exception {
    DedupStore.Token token = first("k");
    await(store.release(token));
    assertThat(await(store.complete(token, REPLY))).isEqualTo(DedupStore.Completion.FENCED);
    first("k");
  }

  @Test
  void stores_a_reply_once() throws Exception {
    DedupStore.Token token = first("k");
    await(store.complete(token, REPLY));
    assertThat(await(store.complete(token, Buffer.buffer("other"))))
        .isEqualTo(DedupStore.Completion.FENCED);
    await(store.release(token));
    assertDuplicate(begin("k"), REPLY);
  }

  @Test
  void lets_another_take_over_when_the_lease_has_run_out() throws Exception {
    first("k");
    advance(LEASE.minusSeconds(1));
    assertThat(begin("k")).isInstanceOf(DedupStore.Running.class);
    advance(Duration.ofSeconds(2));
    first("k");
  }

  @Test
  void fences_the_first_after_a_takeover() throws Exception {
    DedupStore.Token late = first("k");
    advance(LEASE.plusSeconds(1));
    DedupStore.Token winner = first("k");
    assertThat(await(store.complete(late, Buffer.buffer("late"))))
        .isEqualTo(DedupStore.Completion.FENCED);
    await(store.release(late));
    assertThat(await(store.extend(late, LEASE))).isFalse();
    assertThat(await(store.complete(winner, REPLY))).isEqualTo(DedupStore.Completion.STORED);
    assertDuplicate(begin("k"), REPLY);
  }

  @Test
  void extends_a_lease() throws Exception {
    DedupStore.Token token = first("k");
    for (int i = 0; i < 3; i++) {
      advance(LEASE.minusSeconds(1));
      assertThat(await(store.extend(token, LEASE))).isTrue();
    }
    assertThat(begin("k")).isInstanceOf(DedupStore.Running.class);
    assertThat(await(store.complete(token, REPLY))).isEqualTo(DedupStore.Completion.STORED);
  }

  @Test
  void answers_duplicates_for_its_window_and_no_longer() throws Exception {
    await(store.complete(first("k"), REPLY));
    advance(window().minusSeconds(1));
    assertDuplicate(begin("k"), REPLY);
    advance(Duration.ofSeconds(2));
    first("k");
  }
}
