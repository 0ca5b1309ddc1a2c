package io.vertebra.cluster.postgres;

import static io.vertebra.cluster.postgres.TestDatabase.await;
import static io.vertebra.cluster.postgres.TestDatabase.awaitTrue;
import static io.vertebra.cluster.postgres.TestDatabase.failure;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.cluster.postgres.OrderSaga.Placed;
import io.vertebra.error.ErrorCode;
import io.vertebra.error.SagaException;
import io.vertebra.saga.SagaInstance;
import io.vertebra.saga.SagaLog;
import io.vertebra.saga.SagaStatus;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Engines on one database whose processes and connections fail. */
class SagaRecoveryIT {
  private static final Duration LEASE = Duration.ofSeconds(10);
  private static final String TRACE = "stock.hold payment.charge shipping.ship ";

  private final OrderSaga orders = new OrderSaga();
  private final List<SagaNode> nodes = new ArrayList<>();
  private final Vertx vertx = Vertx.vertx();
  private PostgresOptions options;
  private Postgres database;

  @BeforeEach
  void connect() {
    options = TestDatabase.freshSchema();
    database = TestDatabase.connect(vertx, options);
  }

  @AfterEach
  void close() {
    nodes.forEach(SagaNode::close);
    await(database.close());
    await(vertx.close());
  }

  private SagaNode start(String name, PostgresOptions options, Duration lease) {
    SagaNode node = new SagaNode(name, options, orders, lease);
    nodes.add(node);
    return node;
  }

  private SagaNode start(String name) {
    return start(name, options, LEASE);
  }

  /** Until a node owns all partitions. */
  private void awaitOwner(String name) {
    awaitTrue(
        database,
        "SELECT count(*) = " + SagaLog.PARTITIONS + " FROM saga_partition WHERE owner LIKE '" + name
            + "/%'");
  }

  private static void awaitThat(BooleanSupplier condition) {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - until > 0) {
        throw new AssertionError("did not come true within a minute");
      }
      Thread.onSpinWait();
    }
  }

  private void letLeasesRunOut() {
    TestDatabase.advance(database, LEASE.plusSeconds(1));
  }

  @Test
  void c1_a_start_that_never_reached_the_log_fails_and_the_next_with_its_key_starts_one_saga() {
    Proxy proxy = new Proxy(vertx, TestDatabase.port());
    SagaNode far = start("far", TestDatabase.through(proxy, options), LEASE);
    awaitOwner("far");
    proxy.loseNextRequest("order-c1");
    assertThat(failure(far.run("order-c1")))
        .isInstanceOfSatisfying(
            SagaException.class,
            lost -> assertThat(lost.code()).isEqualTo(ErrorCode.SAGA_LOG_UNAVAILABLE));
    assertThat(await(far.run("order-c1"))).isEqualTo(new Placed("order-c1", TRACE));
    assertThat(orders.effects)
        .containsExactly(
            "stock.hold order-c1", "payment.charge order-c1", "shipping.ship order-c1");
  }

  @Test
  void c2_a_start_whose_answer_was_lost_runs_and_the_callers_retry_attaches_to_it() {
    Proxy proxy = new Proxy(vertx, TestDatabase.port());
    SagaNode far = start("far", TestDatabase.through(proxy, options), LEASE);
    awaitOwner("far");
    proxy.loseNextAnswer("order-c2");
    SagaInstance begun = await(far.begin("order-c2"));
    assertThat(await(far.begin("order-c2")).id()).isEqualTo(begun.id());
    assertThat(await(far.run("order-c2"))).isEqualTo(new Placed("order-c2", TRACE));
    assertThat(orders.effects).hasSize(3);
  }

  @Test
  void c2_the_retry_on_another_node_attaches_when_the_first_died_after_its_start() {
    SagaNode a = start("a");
    awaitOwner("a");
    orders.hold(a, OrderSaga.RESERVE);
    SagaInstance begun = await(a.begin("o1"));
    SagaNode b = start("b");
    CountDownLatch never = new CountDownLatch(1);
    a.freeze(never);
    letLeasesRunOut();
    assertThat(await(b.begin("o1")).id()).isEqualTo(begun.id());
    assertThat(await(b.run("o1"))).isEqualTo(new Placed("o1", TRACE));
    assertThat(orders.effects).hasSize(3);
    never.countDown();
    orders.letGo(a, OrderSaga.RESERVE);
  }

  @Test
  void s15_two_nodes_that_start_one_business_key_get_the_id_of_one_saga() {
    SagaNode a = start("a");
    SagaNode b = start("b");
    for (int i = 0; i < 20; i++) {
      Future<SagaInstance> one = a.begin("o" + i);
      Future<SagaInstance> other = b.begin("o" + i);
      assertThat(await(one).id()).isEqualTo(await(other).id());
    }
  }

  @Test
  void k1_an_engine_that_was_frozen_past_its_lease_changes_nothing_when_it_wakes() {
    SagaNode a = start("a");
    awaitOwner("a");
    orders.hold(a, OrderSaga.CHARGE);
    await(a.begin("o1"));
    awaitThat(() -> orders.calls(a, OrderSaga.CHARGE) == 1);
    SagaNode b = start("b");
    CountDownLatch thaw = new CountDownLatch(1);
    a.freeze(thaw);
    letLeasesRunOut();
    awaitOwner("b");
    assertThat(await(b.run("o1"))).isEqualTo(new Placed("o1", TRACE));
    orders.letGo(a, OrderSaga.CHARGE);
    thaw.countDown();
    assertThat(await(a.run("o1"))).isEqualTo(new Placed("o1", TRACE));
    assertThat(orders.effects)
        .containsExactly("stock.hold o1", "payment.charge o1", "shipping.ship o1");
    assertThat(orders.calls(a, OrderSaga.SHIP)).isZero();
  }

  @Test
  void k2_an_engine_that_cannot_renew_its_lease_stops_before_another_takes_over() {
    Duration lease = Duration.ofSeconds(2);
    Proxy proxy = new Proxy(vertx, TestDatabase.port());
    SagaNode a = start("a", TestDatabase.through(proxy, options.withLease(lease)), lease);
    awaitOwner("a");
    orders.hold(a, OrderSaga.CHARGE);
    await(a.begin("o1"));
    awaitThat(() -> orders.calls(a, OrderSaga.CHARGE) == 1);
    proxy.beSilent();
    SagaNode b = start("b");
    awaitOwner("b");
    orders.letGo(a, OrderSaga.CHARGE);
    assertThat(await(b.run("o1"))).isEqualTo(new Placed("o1", TRACE));
    proxy.heal();
    assertThat(await(a.run("o2"))).isEqualTo(new Placed("o2", TRACE));
    assertThat(orders.calls).doesNotContain("a shipping.ship o1");
    assertThat(orders.effects).doesNotHaveDuplicates().hasSize(6);
  }

  @Test
  void k3_who_is_cut_off_claims_nothing_and_when_it_is_back_no_saga_is_on_both_sides() {
    Duration lease = Duration.ofSeconds(2);
    Proxy proxy = new Proxy(vertx, TestDatabase.port());
    SagaNode a = start("a", TestDatabase.through(proxy, options.withLease(lease)), lease);
    awaitOwner("a");
    orders.hold(a, OrderSaga.CHARGE);
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      keys.add("o" + i);
      await(a.begin("o" + i));
    }
    proxy.beSilent();
    SagaNode b = start("b", options.withLease(lease), lease);
    for (String key : keys) {
      assertThat(await(b.run(key))).isEqualTo(new Placed(key, TRACE));
    }
    awaitOwner("b");
    proxy.heal();
    orders.letGo(a, OrderSaga.CHARGE);
    awaitTrue(database, "SELECT count(*) > 0 FROM saga_partition WHERE owner LIKE 'a/%'");
    for (int i = 10; i < 30; i++) {
      keys.add("o" + i);
      assertThat(await(a.run("o" + i))).isEqualTo(new Placed("o" + i, TRACE));
    }
    assertThat(orders.effects).doesNotHaveDuplicates().hasSize(3 * keys.size());
  }

  @Test
  void k8_nodes_that_come_and_go_under_load_strand_nothing_and_run_nothing_twice() {
    SagaNode a = start("a");
    List<String> keys = new ArrayList<>();
    for (int round = 0; round < 3; round++) {
      String name = "guest" + round;
      try (SagaNode guest = new SagaNode(name, options, orders, LEASE)) {
        List<Future<SagaInstance>> begun = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
          String key = name + "-" + i;
          keys.add(key);
          begun.add((i % 2 == 0 ? a : guest).begin(key));
        }
        awaitTrue(
            database, "SELECT count(*) > 0 FROM saga_partition WHERE owner LIKE '" + name + "/%'");
        await(Future.all(begun));
      }
    }
    for (String key : keys) {
      assertThat(await(a.run(key))).isEqualTo(new Placed(key, TRACE));
    }
    assertThat(orders.effects).doesNotHaveDuplicates().hasSize(3 * keys.size());
  }

  @Test
  void a_saga_whose_state_cannot_be_read_is_stalled_with_the_field_named_and_others_run() {
    SagaNode a = start("a");
    awaitOwner("a");
    orders.hold(a, OrderSaga.CHARGE);
    await(a.begin("good"));
    await(a.begin("bad"));
    awaitThat(() -> orders.calls(a, OrderSaga.CHARGE) == 2);
    await(a.engine.close());
    TestDatabase.ask(
        database, "UPDATE saga SET state = '{\"order\":\"bad\",\"trace\":[7]}' WHERE key = 'bad'");
    SagaNode b = start("b");
    assertThat(await(b.run("good"))).isEqualTo(new Placed("good", TRACE));
    assertThat(failure(b.run("bad")))
        .isInstanceOfSatisfying(
            SagaException.class,
            stalled -> assertThat(stalled.code()).isEqualTo(ErrorCode.SAGA_STALLED))
        .hasMessageContaining("'bad'")
        .hasMessageContaining("trace");
    assertThat(await(b.engine.find(OrderSaga.SAGA, "bad")).orElseThrow().status())
        .isEqualTo(SagaStatus.STALLED);
    orders.letGo(a, OrderSaga.CHARGE);
  }

  @Test
  void v7_the_version_before_works_beside_the_next_one() {
    SagaNode old = start("old");
    List<Migration> next = new ArrayList<>(Migrations.ofThisCode());
    int last = next.get(next.size() - 1).version();
    next.add(new Migration(
        last + 1, "next", last, "ALTER TABLE saga ADD tenant text NOT NULL DEFAULT ''"));
    Postgres young = await(Postgres.connect(vertx, options, "(SELECT clock_timestamp())", next));
    assertThat(await(old.run("o1"))).isEqualTo(new Placed("o1", TRACE));
    assertThat(await(young.sagaLog().find("order", "o1")).orElseThrow().status())
        .isEqualTo(SagaStatus.COMPLETED);
    await(young.close());
  }

  @Test
  void sagas_go_on_on_other_nodes_when_half_of_them_die() {
    SagaNode a = start("a");
    SagaNode b = start("b");
    SagaNode c = start("c");
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      String key = "o" + i;
      keys.add(key);
      (i % 2 == 0 ? a : b).begin(key);
    }
    awaitThat(() -> orders.effects.size() > 20);
    CountDownLatch end = new CountDownLatch(1);
    a.freeze(end);
    letLeasesRunOut();
    for (String key : keys) {
      assertThat(await(c.run(key))).isEqualTo(new Placed(key, TRACE));
    }
    assertThat(orders.effects).doesNotHaveDuplicates().hasSize(3 * keys.size());
    end.countDown();
  }
}
