package io.vertebra.cluster.postgres;

import static io.vertebra.cluster.postgres.TestDatabase.ask;
import static io.vertebra.cluster.postgres.TestDatabase.await;
import static io.vertebra.cluster.postgres.TestDatabase.awaitTrue;
import static io.vertebra.cluster.postgres.TestDatabase.failure;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.saga.SagaEvent;
import io.vertebra.saga.SagaLog;
import io.vertebra.saga.SagaLog.Lease;
import io.vertebra.saga.SagaLog.Result;
import io.vertebra.saga.SagaLog.Row;
import io.vertebra.saga.SagaLog.Signal;
import io.vertebra.saga.SagaLog.SignalKind;
import io.vertebra.saga.SagaLog.Transition;
import io.vertebra.saga.SagaStatus;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Transaction;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What two nodes, networks and the database do to the log. */
class SagaLogFaultsIT {
  private static final Duration LEASE = Duration.ofSeconds(10);
  private static final int PARTITION = SagaLog.partitionOf("saga", "k");
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
    options = TestDatabase.freshSchema();
    here = TestDatabase.connect(vertx, options);
    there = TestDatabase.connect(vertx, options);
  }

  @AfterEach
  void disconnect() {
    await(here.close());
    await(there.close());
  }

  private static long acquire(Postgres node, String owner) {
    List<Lease> leases =
        await(node.sagaLog().acquire(owner, SagaLog.PARTITIONS, LEASE)).leases();
    return leases.stream()
        .filter(lease -> lease.partition() == PARTITION)
        .mapToLong(Lease::epoch)
        .findFirst()
        .orElse(SagaLog.UNOWNED);
  }

  private static Transition change(String key, long version, long epoch, Instant at) {
    Row row = new Row(
        "id-" + key,
        "saga",
        key,
        version,
        "hash",
        SagaStatus.RUNNING,
        ">..",
        Buffer.buffer("{\"v\":" + version + "}"),
        List.of(),
        Duration.ofSeconds(5),
        Duration.ofMinutes(5),
        (int) version,
        SagaLog.Signals.NONE);
    SagaEvent event = new SagaEvent(
        row.id(), "saga", key, SagaEvent.Kind.REPLIED, "reserve", 1, "", "node", epoch, at);
    return new Transition(epoch, row, List.of(event), List.of());
  }

  private static Transition change(String key, long version, long epoch) {
    return change(key, version, epoch, Instant.EPOCH);
  }

  private static Future<Result> write(Postgres node, Transition transition) {
    return node.sagaLog().write(List.of(transition)).map(results -> results.get(0));
  }

  private static Row find(Postgres node, String key) {
    return await(node.sagaLog().find("saga", key)).orElseThrow();
  }

  /** Holds a lock of one row until the transaction ends. */
  private static final class Lock {
    private final SqlConnection connection;
    private final Transaction transaction;

    Lock(Postgres node, String sql) {
      connection = await(node.pool().getConnection());
      transaction = await(connection.begin());
      await(connection.query(sql).execute());
    }

    void release() {
      await(transaction.commit());
      await(connection.close());
    }
  }

  /** Until a statement of this schema's stores waits for a lock. */
  private void awaitBlocked(String words) {
    awaitTrue(
        here,
        "SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%"
            + words + "%' AND pid <> pg_backend_pid()");
  }

  @Test
  void a_takeover_between_the_begin_of_a_batch_and_its_commit_fences_the_batch() {
    long epoch = acquire(here, "zombie");
    await(write(here, change("k", 1, epoch)));
    Lock takeover = new Lock(
        there,
        "UPDATE saga_partition SET epoch = epoch + 1, owner = 'b' WHERE partition = " + PARTITION);
    Future<Result> late = write(here, change("k", 2, epoch));
    awaitBlocked("FOR SHARE");
    assertThat(late.isComplete()).isFalse();
    takeover.release();
    assertThat(await(late)).isEqualTo(Result.FENCED);
    assertThat(find(there, "k").version()).isEqualTo(1);
    assertThat(await(there.sagaLog().history("saga", "k"))).hasSize(1);
  }

  @Test
  void a_takeover_waits_for_the_batch_that_has_passed_the_fence_and_then_sees_it() {
    long epoch = acquire(here, "a");
    await(write(here, change("k", 1, epoch)));
    Lock row = new Lock(there, "SELECT FROM saga WHERE key = 'k' FOR UPDATE");
    Future<Result> written = write(here, change("k", 2, epoch));
    awaitBlocked("FOR SHARE");
    TestDatabase.advance(here, LEASE.plusSeconds(1));
    Future<List<Row>> takeover = there
        .sagaLog()
        .acquire("b", SagaLog.PARTITIONS, LEASE)
        .compose(grant -> there.sagaLog().load(grant.leases(), null, 10));
    awaitBlocked("INSERT INTO saga_owner");
    assertThat(takeover.isComplete()).isFalse();
    row.release();
    assertThat(await(written)).isEqualTo(Result.WRITTEN);
    assertThat(await(takeover)).extracting(Row::version).containsExactly(2L);
  }

  @Test
  void k1_whatever_an_owner_does_after_it_lost_its_lease_is_rejected() {
    long epoch = acquire(here, "frozen");
    await(write(here, change("k", 1, epoch)));
    TestDatabase.advance(here, LEASE.plusSeconds(50));
    long young = acquire(there, "b");
    assertThat(young).isGreaterThan(epoch);
    Lease old = new Lease(PARTITION, epoch);
    assertThat(await(here.sagaLog().renew("frozen", List.of(old), LEASE))).isEmpty();
    assertThat(await(write(here, change("k", 2, epoch)))).isEqualTo(Result.FENCED);
    assertThat(await(write(here, change("k", 2, epoch + 7)))).isEqualTo(Result.FENCED);
    await(here.sagaLog().release("frozen", List.of(old)));
    await(here.sagaLog().leave("frozen"));
    assertThat(await(write(there, change("k", 2, young)))).isEqualTo(Result.WRITTEN);
  }

  @Test
  void k5_a_new_node_adopts_only_what_nobody_owns() {
    acquire(here, "a");
    assertThat(acquire(there, "b")).isEqualTo(SagaLog.UNOWNED);
    TestDatabase.advance(here, LEASE.minusSeconds(1));
    assertThat(acquire(there, "b")).isEqualTo(SagaLog.UNOWNED);
    TestDatabase.advance(here, Duration.ofSeconds(2));
    assertThat(acquire(there, "b")).isEqualTo(2);
  }

  @Test
  void t1_the_clocks_of_nodes_do_not_count() {
    long epoch = acquire(here, "an hour ahead");
    Instant now = Instant.now();
    await(write(here, change("k", 1, epoch, now.plusSeconds(3_600))));
    await(write(here, change("k2", 1, SagaLog.UNOWNED, now.minusSeconds(3_600))));
    Row row = find(there, "k");
    assertThat(row.due()).isPositive().isLessThanOrEqualTo(Duration.ofSeconds(5));
    assertThat(row.deadline()).isPositive().isLessThanOrEqualTo(Duration.ofMinutes(5));
    assertThat(acquire(there, "an hour behind")).isEqualTo(SagaLog.UNOWNED);
    assertThat(await(there.sagaLog().due(List.of(new Lease(PARTITION, epoch)), 10)))
        .isEmpty();
  }

  @Test
  void s15_two_nodes_that_start_one_business_key_start_one_instance() {
    for (int round = 0; round < 20; round++) {
      String key = "k" + round;
      Future<Result> one = write(here, change(key, 1, SagaLog.UNOWNED));
      Future<Result> other = write(there, change(key, 1, SagaLog.UNOWNED));
      await(Future.all(one, other));
      assertThat(List.of(one.result(), other.result()))
          .containsExactlyInAnyOrder(Result.WRITTEN, Result.VERSION_CONFLICT);
    }
  }

  @Test
  void s20_of_two_that_change_an_instance_at_the_same_time_one_conflicts() {
    long epoch = acquire(here, "a");
    await(write(here, change("k", 1, epoch)));
    for (long version = 2; version < 30; version++) {
      Future<Result> one = write(here, change("k", version, epoch));
      Future<Result> other = write(there, change("k", version, epoch));
      await(Future.all(one, other));
      assertThat(List.of(one.result(), other.result()))
          .containsExactlyInAnyOrder(Result.WRITTEN, Result.VERSION_CONFLICT);
    }
    assertThat(await(here.sagaLog().history("saga", "k"))).hasSize(29);
  }

  @Test
  void a_write_whose_answer_is_lost_fails_and_is_in_the_log() {
    long epoch = acquire(there, "a");
    Proxy proxy = new Proxy(vertx, TestDatabase.port());
    Postgres far = TestDatabase.connect(vertx, TestDatabase.through(proxy, options));
    await(write(far, change("k", 1, epoch)));
    proxy.loseNextAnswer("k");
    Future<Result> lost = write(far, change("k", 2, epoch));
    assertThat(failure(lost)).isNotNull();
    assertThat(find(far, "k").version()).isEqualTo(2);
    assertThat(await(write(far, change("k", 2, epoch)))).isEqualTo(Result.VERSION_CONFLICT);
    assertThat(await(write(far, change("k", 3, epoch)))).isEqualTo(Result.WRITTEN);
    await(far.close());
  }

  @Test
  void a_write_that_is_lost_fails_and_is_not_in_the_log() {
    long epoch = acquire(there, "a");
    Proxy proxy = new Proxy(vertx, TestDatabase.port());
    Postgres far = TestDatabase.connect(vertx, TestDatabase.through(proxy, options));
    await(write(far, change("k", 1, epoch)));
    proxy.loseNextRequest("k");
    Future<Result> lost = write(far, change("k", 2, epoch));
    assertThat(failure(lost)).isNotNull();
    assertThat(await(write(far, change("k", 2, epoch)))).isEqualTo(Result.WRITTEN);
    await(far.close());
  }

  @Test
  void connections_that_fall_silent_are_replaced() {
    long epoch = acquire(there, "a");
    Proxy proxy = new Proxy(vertx, TestDatabase.port());
    Postgres far = TestDatabase.connect(
        vertx, TestDatabase.through(proxy, options.withLease(Duration.ofSeconds(1))));
    await(write(far, change("k", 1, epoch)));
    proxy.beSilent();
    List<Future<?>> asked = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      asked.add(write(far, change("k" + i, 1, epoch)));
      asked.add(far.sagaLog().find("saga", "k"));
    }
    asked.forEach(future -> assertThat(failure(future)).isNotNull());
    proxy.heal();
    assertThat(find(far, "k").version()).isEqualTo(1);
    assertThat(await(write(far, change("k", 2, epoch)))).isEqualTo(Result.WRITTEN);
    await(far.close());
  }

  @Test
  void k4_sessions_that_the_database_ends_are_replaced_and_nothing_is_assumed() {
    long epoch = acquire(here, "a");
    List<Future<Result>> writes = new ArrayList<>();
    for (int round = 0; round < 5; round++) {
      for (int i = 0; i < 200; i++) {
        writes.add(write(here, change("k" + round + "-" + i, 1, SagaLog.UNOWNED)));
      }
      ask(
          there,
          "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
              + " WHERE pid <> pg_backend_pid() AND datname IS NOT NULL");
    }
    await(Future.join(writes).transform(ended -> Future.succeededFuture()));
    for (int i = 0; i < writes.size(); i++) {
      String key = "k" + i / 200 + "-" + i % 200;
      boolean present = await(retrying(() -> here.sagaLog().find("saga", key))).isPresent();
      if (writes.get(i).succeeded()) {
        assertThat(present).isTrue();
      }
    }
    assertThat(await(retrying(() -> write(here, change("k", 1, epoch))))).isEqualTo(Result.WRITTEN);
  }

  private static <T> Future<T> retrying(java.util.function.Supplier<Future<T>> asking) {
    return asking.get().recover(failure -> asking.get()).recover(failure -> asking.get());
  }

  @Test
  void tells_owners_of_unowned_starts_and_signals_also_after_its_session_was_ended() {
    AtomicReference<Promise<Integer>> told = new AtomicReference<>(Promise.promise());
    Runnable off = here.sagaLog().onUnowned(p -> told.get().tryComplete(p));
    String listening =
        " FROM pg_stat_activity WHERE query LIKE 'LISTEN%" + options.schema() + ".%'";
    awaitTrue(there, "SELECT count(*) > 0" + listening);
    await(write(there, change("k", 1, SagaLog.UNOWNED)));
    assertThat(await(told.get().future())).isEqualTo(PARTITION);
    told.set(Promise.promise());
    Object session = ask(there, "SELECT pid" + listening);
    ask(there, "SELECT pg_terminate_backend(" + session + ")");
    awaitTrue(there, "SELECT count(*) > 0" + listening + " AND pid <> " + session);
    await(there
        .sagaLog()
        .signal(
            new Signal("saga", "k", "s1", SignalKind.CANCEL, "", Buffer.buffer(), "operator", "")));
    assertThat(await(told.get().future())).isEqualTo(PARTITION);
    off.run();
  }

  @Test
  void x4_a_database_that_takes_no_writes_fails_them_until_it_does_again() {
    long epoch = acquire(here, "a");
    ask(there, "ALTER DATABASE postgres SET default_transaction_read_only = on");
    try {
      Postgres full = await(Postgres.connect(vertx, options));
      assertThat(failure(write(full, change("k", 1, epoch)))).hasMessageContaining("read-only");
      assertThat(await(full.sagaLog().find("saga", "k"))).isEmpty();
      await(full.close());
    } finally {
      ask(
          there,
          "SET default_transaction_read_only = off; ALTER DATABASE postgres RESET default_transaction_read_only");
    }
    Postgres again = await(Postgres.connect(vertx, options));
    assertThat(await(write(again, change("k", 1, epoch)))).isEqualTo(Result.WRITTEN);
    await(again.close());
  }

  @Test
  void nothing_that_nodes_do_at_the_same_time_is_a_deadlock() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    List<Lease> leases =
        await(here.sagaLog().acquire("a", SagaLog.PARTITIONS, LEASE)).leases();
    List<Future<?>> all = new ArrayList<>();
    for (int round = 0; round < 30; round++) {
      List<Transition> starts = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        starts.add(change("r" + round + "-" + i, 1, SagaLog.UNOWNED));
      }
      Collections.shuffle(starts, random);
      all.add(here.sagaLog().write(starts));
      List<Transition> others = new ArrayList<>(starts);
      Collections.shuffle(others, random);
      all.add(there.sagaLog().write(others));
      all.add(changeAll(leases, "r" + round + "-", random));
      List<Lease> some = new ArrayList<>(leases);
      Collections.shuffle(some, random);
      all.add(there.sagaLog().renew("a", some, LEASE));
      all.add(there.sagaLog().acquire("b" + round, 10, LEASE));
      all.add(there.sagaLog().release("nobody", some));
      all.add(here.sagaLog()
          .signal(new Signal(
              "saga", "r" + round + "-7", "s", SignalKind.CANCEL, "", Buffer.buffer(), "", "")));
      all.add(there.sagaLog().purge(Duration.ZERO, 100));
    }
    for (Future<?> each : all) {
      assertThat(await(each.map("ended").otherwise(Throwable::toString)))
          .as("seed %d", seed)
          .isEqualTo("ended");
    }
  }

  private Future<?> changeAll(List<Lease> leases, String prefix, Random random) {
    List<Transition> changes = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      String key = prefix + random.nextInt(200);
      long epoch = leases.stream()
          .filter(lease -> lease.partition() == SagaLog.partitionOf("saga", key))
          .findFirst()
          .orElseThrow()
          .epoch();
      if (changes.stream().noneMatch(change -> change.row().key().equals(key))) {
        changes.add(change(key, 2, epoch));
      }
    }
    return here.sagaLog().write(changes);
  }

  @Test
  void an_instance_that_the_database_refuses_fails_alone() {
    List<Future<Result>> good = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      good.add(write(here, change("k" + i, 1, SagaLog.UNOWNED)));
    }
    Future<Result> bad = write(here, change("zero \0 byte", 1, SagaLog.UNOWNED));
    for (int i = 50; i < 100; i++) {
      good.add(write(here, change("k" + i, 1, SagaLog.UNOWNED)));
    }
    good.forEach(written -> assertThat(await(written)).isEqualTo(Result.WRITTEN));
    assertThat(failure(bad)).isNotNull();
  }
}
