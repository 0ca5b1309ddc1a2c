package io.vertebra.cluster.postgres;

import static io.vertebra.cluster.postgres.TestDatabase.ask;
import static io.vertebra.cluster.postgres.TestDatabase.await;
import static io.vertebra.cluster.postgres.TestDatabase.awaitTrue;
import static io.vertebra.cluster.postgres.TestDatabase.failure;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.idempotency.DedupStore.Begin;
import io.vertebra.idempotency.DedupStore.Completion;
import io.vertebra.idempotency.DedupStore.Conflict;
import io.vertebra.idempotency.DedupStore.Duplicate;
import io.vertebra.idempotency.DedupStore.First;
import io.vertebra.idempotency.DedupStore.Running;
import io.vertebra.idempotency.DedupStore.Token;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Transaction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What two nodes, networks and the database do to deduplication. */
class DedupStoreFaultsIT {
  private static final Duration LEASE = Duration.ofSeconds(10);
  private static final Duration WINDOW = Duration.ofHours(1);
  private static final Buffer REPLY = Buffer.buffer("{\"ok\":true}");
  private static Vertx vertx;

  private PostgresOptions options;
  private Postgres here;
  private Postgres there;

  @BeforeAll
  static void start() {
    vertx = Vertx.vertx();
  }

  @AfterAll
  static void stop() {
    await(vertx.close());
  }

  @BeforeEach
  void connect() {
    options = TestDatabase.freshSchema().withDedupWindow(WINDOW);
    here = TestDatabase.connect(vertx, options);
    there = TestDatabase.connect(vertx, options);
  }

  @AfterEach
  void disconnect() {
    await(here.close());
    await(there.close());
  }

  private static Future<Begin> begin(Postgres node, String key) {
    return node.dedupStore().begin("consumer", key, "print", LEASE);
  }

  private static Token first(Postgres node, String key) {
    Begin begin = await(begin(node, key));
    assertThat(begin).isInstanceOf(First.class);
    return ((First) begin).token();
  }

  private static Future<Completion> complete(Postgres node, Token token) {
    return node.dedupStore().complete(token, REPLY);
  }

  @Test
  void d1_a_duplicate_on_another_node_gets_the_reply() {
    await(complete(here, first(here, "k")));
    assertThat(await(begin(there, "k"))).isEqualTo(new Duplicate(REPLY));
  }

  @Test
  void d2_d8_of_the_same_keys_on_two_nodes_at_once_each_runs_once_and_no_statement_fails() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      keys.add("k" + i);
    }
    List<Future<Begin>> begins = new ArrayList<>();
    for (int copy = 0; copy < 6; copy++) {
      Collections.shuffle(keys, random);
      Postgres node = copy % 2 == 0 ? here : there;
      keys.forEach(key -> begins.add(begin(node, key)));
    }
    await(Future.all(begins));
    assertThat(begins.stream().map(Future::result).filter(First.class::isInstance))
        .as("seed %d", seed)
        .hasSize(keys.size());
    assertThat(begins.stream().map(Future::result).filter(Running.class::isInstance))
        .hasSize(5 * keys.size());
  }

  @Test
  void begins_and_completions_at_the_same_time_are_no_deadlock() {
    List<Future<?>> all = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      Postgres node = i % 2 == 0 ? here : there;
      String key = "k" + i % 500;
      all.add(begin(node, key)
          .compose(begin -> begin instanceof First first
              ? complete(node, first.token())
              : Future.succeededFuture()));
      all.add(begin(i % 3 == 0 ? here : there, "k" + (1_999 - i) % 500));
    }
    await(Future.all(all));
  }

  @Test
  void d4_d5_d6_keys_belong_to_a_consumer_and_to_one_content() {
    await(complete(here, first(here, "k")));
    assertThat(await(there.dedupStore().begin("another", "k", "print", LEASE)))
        .isInstanceOf(First.class);
    assertThat(await(begin(there, "k2"))).isInstanceOf(First.class);
    assertThat(await(there.dedupStore().begin("consumer", "k", "other", LEASE)))
        .isEqualTo(new Conflict());
  }

  @Test
  void d9_entries_are_forgotten_in_batches_beside_consumers_and_those_in_use_are_kept() {
    ask(
        here,
        "INSERT INTO dedup SELECT 'consumer', 'old' || i, 'print', -i, now() - interval '2 hours',"
            + " now() - interval '1 hour', '' FROM generate_series(1, 30000) i");
    Token running = first(here, "running");
    await(complete(here, first(here, "answered")));
    ask(
        here,
        "UPDATE dedup SET begun = begun - interval '2 hours' WHERE key IN ('running', 'answered')");
    Future<Long> purged = ((PostgresDedupStore) there.dedupStore()).purge().run();
    int beside = 0;
    while (!purged.isComplete()) {
      await(complete(here, first(here, "beside" + beside++)));
    }
    assertThat(await(purged)).isEqualTo(30_000);
    assertThat(beside).isPositive();
    assertThat(ask(here, "SELECT count(*) FROM dedup WHERE key LIKE 'old%'")).isEqualTo(0L);
    assertThat(await(begin(there, "running"))).isInstanceOf(Running.class);
    assertThat(await(begin(there, "answered"))).isEqualTo(new Duplicate(REPLY));
    assertThat(await(complete(here, running))).isEqualTo(Completion.STORED);
  }

  @Test
  void d9_a_purge_waits_for_no_entry_that_somebody_uses() {
    ask(
        here,
        "INSERT INTO dedup SELECT 'consumer', 'old' || i, 'print', -i, now() - interval '2 hours',"
            + " now() - interval '1 hour', '' FROM generate_series(1, 10) i");
    SqlConnection user = await(there.pool().getConnection());
    Transaction using = await(user.begin());
    await(user.query("SELECT FROM dedup WHERE key = 'old3' FOR UPDATE").execute());
    DedupPurge purge = ((PostgresDedupStore) here.dedupStore()).purge();
    assertThat(await(purge.run())).isEqualTo(9);
    await(using.rollback());
    await(user.close());
    assertThat(await(purge.run())).isEqualTo(1);
  }

  @Test
  void d7_a_message_whose_lease_ran_out_is_not_forgotten_before_its_window() {
    Token slow = first(here, "slow");
    TestDatabase.advance(here, WINDOW.minusSeconds(1));
    DedupPurge purge = ((PostgresDedupStore) here.dedupStore()).purge();
    assertThat(await(purge.run())).isZero();
    assertThat(await(complete(here, slow))).isEqualTo(Completion.STORED);
    first(here, "never ended");
    TestDatabase.advance(here, WINDOW.plus(LEASE).plusSeconds(1));
    assertThat(await(purge.run())).isEqualTo(2);
  }

  @Test
  void d10_a_begin_whose_answer_is_lost_fails_and_its_key_runs_once_the_lease_is_over() {
    Proxy proxy = new Proxy(vertx, TestDatabase.port());
    Postgres far = TestDatabase.connect(vertx, TestDatabase.through(proxy, options));
    await(begin(far, "other"));
    proxy.loseNextAnswer("k");
    assertThat(failure(begin(far, "k"))).isNotNull();
    assertThat(await(begin(far, "k"))).isInstanceOf(Running.class);
    TestDatabase.advance(here, LEASE.plusSeconds(1));
    first(far, "k");
    await(far.close());
  }

  @Test
  void a_completion_whose_answer_is_lost_fails_and_is_stored_once() {
    Proxy proxy = new Proxy(vertx, TestDatabase.port());
    Postgres far = TestDatabase.connect(vertx, TestDatabase.through(proxy, options));
    await(complete(far, first(far, "other")));
    Token token = first(far, "k");
    proxy.loseNextAnswer("k");
    assertThat(failure(complete(far, token))).isNotNull();
    assertThat(await(begin(there, "k"))).isEqualTo(new Duplicate(REPLY));
    assertThat(await(complete(far, token))).isEqualTo(Completion.FENCED);
    await(far.close());
  }

  @Test
  void d11_while_the_store_is_slow_leases_are_not_taken_over_early() {
    Token slow = first(here, "k");
    SqlConnection other = await(there.pool().getConnection());
    Transaction holding = await(other.begin());
    await(other.query("SELECT FROM dedup WHERE key = 'k' FOR UPDATE").execute());
    Future<Boolean> extended = here.dedupStore().extend(slow, LEASE);
    Future<Begin> again = begin(there, "k");
    awaitTrue(
        here,
        "SELECT count(*) >= 2 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            + " AND pid <> pg_backend_pid()");
    await(holding.commit());
    await(other.close());
    assertThat(await(extended)).isTrue();
    assertThat(await(again)).isInstanceOf(Running.class);
    TestDatabase.advance(here, LEASE.minusSeconds(1));
    assertThat(await(begin(there, "k"))).isInstanceOf(Running.class);
  }

  @Test
  void d12_who_outlives_the_lease_is_fenced_when_another_node_took_over() {
    Token late = first(here, "k");
    TestDatabase.advance(here, LEASE.plusSeconds(1));
    Token winner = first(there, "k");
    assertThat(await(complete(here, late))).isEqualTo(Completion.FENCED);
    await(here.dedupStore().release(late));
    assertThat(await(complete(there, winner))).isEqualTo(Completion.STORED);
    assertThat(await(begin(here, "k"))).isEqualTo(new Duplicate(REPLY));
  }

  @Test
  void a_key_that_the_database_refuses_fails_alone() {
    List<Future<Begin>> good = new ArrayList<>();
    List<Future<Begin>> bad = new ArrayList<>();
    Random random = new Random(1);
    for (int i = 0; i < 100; i++) {
      good.add(begin(here, "k" + i));
    }
    bad.add(begin(here, "zero \0 byte"));
    bad.add(begin(
        here,
        random
            .ints(10_000, 'a', 'z')
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
            .toString()));
    for (int i = 100; i < 200; i++) {
      good.add(begin(here, "k" + i));
    }
    good.forEach(begin -> assertThat(await(begin)).isInstanceOf(First.class));
    bad.forEach(begin -> assertThat(failure(begin)).isNotNull());
  }
}
