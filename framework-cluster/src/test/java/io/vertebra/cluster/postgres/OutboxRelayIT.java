package io.vertebra.cluster.postgres;

import static io.vertebra.cluster.postgres.TestDatabase.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.Services;
import io.vertebra.cluster.postgres.Shop.Pick;
import io.vertebra.cluster.postgres.Shop.Picked;
import io.vertebra.cluster.postgres.Shop.Reserved;
import io.vertebra.cluster.postgres.Shop.StockChanged;
import io.vertebra.error.CallException;
import io.vertebra.outbox.Outbox;
import io.vertebra.outbox.OutboxMessage;
import io.vertebra.outbox.OutboxRelay;
import io.vertebra.outbox.OutboxTarget;
import io.vertebra.outbox.RelayOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OutboxRelayIT {
  private final PostgresOptions options =
      TestDatabase.freshSchema().withLease(Duration.ofSeconds(20));
  private final RelayOptions relaying = RelayOptions.defaults()
      .withPollInterval(Duration.ofMillis(100))
      .withBackoff(Duration.ofMillis(10), Duration.ofMillis(100))
      .withMaxAttempts(3);
  private final List<ServiceNode> nodes = new ArrayList<>();
  private final ConcurrentLinkedQueue<Pick> picked = new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedQueue<StockChanged> changed = new ConcurrentLinkedQueue<>();
  private int messages;

  @AfterEach
  void close() {
    nodes.forEach(ServiceNode::close);
  }

  private ServiceNode start() {
    ServiceNode node = new ServiceNode(options);
    nodes.add(node);
    return node;
  }

  private static OutboxRelay relay(ServiceNode node, OutboxTarget target, RelayOptions options) {
    OutboxRelay relay = node.postgres.relay(target, options);
    await(node.node.deploy(() -> relay));
    return relay;
  }

  private OutboxRelay relayToBus(ServiceNode node) {
    return relay(node, OutboxTarget.bus(node.node.bus(), Shop.PICK, Shop.CHANGED), relaying);
  }

  private void serveWarehouse(ServiceNode node, Predicate<Pick> takes) {
    node.serve((on, pg) -> {
      on.request(Shop.PICK, pick -> {
        if (!takes.test(pick)) {
          return Future.failedFuture("the shelf is broken");
        }
        picked.add(pick);
        return Future.succeededFuture(new Picked());
      });
      on.topic(Shop.CHANGED, change -> {
        changed.add(change);
        return Future.succeededFuture();
      });
    });
  }

  private static void serveShop(Services on, Postgres pg) {
    on.request(Shop.RESERVE, pg.inTransaction((reserve, unit) -> {
      unit.send(Shop.PICK, new Pick(reserve.orderId(), reserve.quantity()));
      unit.publish(Shop.CHANGED, new StockChanged(reserve.sku(), reserve.quantity()));
      return reserve.quantity() > 10
          ? Future.failedFuture("too many")
          : Future.succeededFuture(new Reserved(reserve.orderId(), 0));
    }));
  }

  private OutboxMessage pick(String orderId, int n) {
    String body = new JsonObject().put("orderId", orderId).put("n", n).encode();
    String id = "m" + messages++;
    return new OutboxMessage(Shop.PICK.id(), orderId, id, Buffer.buffer(body), Map.of());
  }

  private List<OutboxMessage> picks(String orderId, int count) {
    List<OutboxMessage> all = new ArrayList<>();
    for (int n = 0; n < count; n++) {
      all.add(pick(orderId, n));
    }
    return all;
  }

  private static List<String> ids(List<OutboxMessage> messages) {
    return messages.stream().map(OutboxMessage::messageId).toList();
  }

  /** Completes when a query answers true. */
  private static Future<Void> until(ServiceNode node, String condition) {
    return node.postgres
        .pool()
        .query("SELECT " + condition)
        .execute()
        .compose(rows -> rows.iterator().next().getBoolean(0)
            ? Future.succeededFuture()
            : node.vertx.timer(20).compose(again -> until(node, condition)));
  }

  private static Future<Void> drained(ServiceNode node) {
    return until(
        node, "NOT EXISTS (SELECT FROM outbox) AND NOT EXISTS (SELECT FROM outbox_stopped)");
  }

  @Test
  void o1_a_rollback_sends_nothing_and_a_commit_sends_what_its_transaction_sent() {
    ServiceNode shop = start().serve(OutboxRelayIT::serveShop);
    serveWarehouse(shop, pick -> true);
    relayToBus(shop);
    shop.refusal(Shop.RESERVE, new Shop.Reserve("bad", "S10", 11), "m1");
    shop.ask(Shop.RESERVE, new Shop.Reserve("good", "S10", 1), "m2");
    await(drained(shop));
    assertThat(picked).containsExactly(new Pick("good", 1));
    assertThat(changed).containsExactly(new StockChanged("S10", 1));
  }

  @Test
  void o2_a_late_commit_with_a_lower_sequence_is_still_sent() {
    ServiceNode shop = start();
    serveWarehouse(shop, pick -> true);
    relayToBus(shop);
    PgConnection slow = await(PgConnection.connect(shop.vertx, options.session()));
    await(slow.query("BEGIN").execute());
    OutboxMessage low = pick("o1", 1);
    insert(slow, low);
    await(shop.postgres.outbox().append(List.of(pick("o1", 2))));
    await(until(shop, "NOT EXISTS (SELECT FROM outbox)"));
    assertThat(picked).containsExactly(new Pick("o1", 2));
    await(slow.query("COMMIT").execute());
    await(shop.postgres.outbox().append(List.of(pick("o1", 3))));
    await(drained(shop));
    assertThat(picked).containsExactly(new Pick("o1", 2), new Pick("o1", 1), new Pick("o1", 3));
  }

  private static void insert(PgConnection connection, OutboxMessage message) {
    await(connection
        .preparedQuery("INSERT INTO outbox (partition, contract, key, message_id, body, headers)"
            + " VALUES ($1, $2, $3, $4, $5, '{}')")
        .execute(Tuple.of(
            message.partition(),
            message.contract(),
            message.key(),
            message.messageId(),
            message.body())));
  }

  @Test
  void o3_two_relays_on_one_partition_repeat_only_equal_ids_and_keep_the_order_of_keys() {
    ServiceNode one = start();
    ServiceNode other = start();
    List<OutboxMessage> rows = picks("o1", 10);
    Promise<Void> goOn = Promise.promise();
    List<String> all = java.util.Collections.synchronizedList(new ArrayList<>());
    RecordingTarget held = new RecordingTarget(Shop.PICK.id(), message -> {
      all.add(message.messageId());
      return goOn.future();
    });
    RecordingTarget free = new RecordingTarget(Shop.PICK.id(), message -> {
      all.add(message.messageId());
      return Future.succeededFuture();
    });
    relay(one, held, relaying);
    await(one.postgres.outbox().append(rows));
    await(held.arrived(1));
    TestDatabase.advance(one.postgres, relaying.lease());
    relay(other, free, relaying);
    await(free.arrived(3));
    goOn.complete();
    await(drained(other));
    assertThat(new LinkedHashSet<>(all)).containsExactlyElementsOf(ids(rows));
    assertThat(free.arrivals()).startsWith("m0", "m1").endsWith("m9");
  }

  @Test
  void o4_one_row_that_cannot_be_sent_stops_its_key_and_goes_to_the_dead_letters() {
    ServiceNode shop = start();
    serveWarehouse(shop, pick -> !(pick.orderId().equals("bad") && pick.n() == 1));
    relayToBus(shop);
    List<OutboxMessage> rows = new ArrayList<>();
    for (int n = 0; n < 5; n++) {
      for (String order : List.of("bad", "good", "other")) {
        rows.add(pick(order, n));
      }
    }
    await(shop.postgres.outbox().append(rows));
    await(drained(shop));
    for (String order : List.of("good", "other")) {
      assertThat(picked.stream().filter(pick -> pick.orderId().equals(order)))
          .extracting(Pick::n)
          .containsExactly(0, 1, 2, 3, 4);
    }
    assertThat(picked.stream().filter(pick -> pick.orderId().equals("bad")))
        .extracting(Pick::n)
        .containsExactly(0, 2, 3, 4);
    assertThat(await(shop.postgres.outbox().deadLetters(10))).singleElement().satisfies(letter -> {
      assertThat(letter.attempts()).isEqualTo(3);
      assertThat(letter.cause()).contains("VTB-2008");
      assertThat(letter.message().body().toString()).contains("\"bad\"");
    });
  }

  @Test
  void o4_the_other_keys_flow_while_one_is_stopped() {
    ServiceNode shop = start();
    serveWarehouse(shop, pick -> !pick.orderId().equals("bad"));
    relay(shop, OutboxTarget.bus(shop.node.bus(), Shop.PICK), relaying.withMaxAttempts(1_000_000));
    List<OutboxMessage> rows = new ArrayList<>(picks("bad", 3_000));
    for (int n = 0; n < 500; n++) {
      rows.add(pick("good" + n, n));
    }
    await(shop.postgres.outbox().append(rows));
    await(until(shop, "(SELECT count(*) = 3000 AND bool_and(waiting) FROM outbox)"));
    assertThat(picked).hasSize(500);
    assertThat(shop.sql("SELECT key FROM outbox_stopped")).containsExactly("bad");
  }

  @Test
  void o5_a_backlog_that_nobody_takes_waits_unchanged_and_drains_in_the_order_of_keys() {
    ServiceNode shop = start();
    OutboxRelay relay = relayToBus(shop);
    List<OutboxMessage> rows = new ArrayList<>();
    for (int n = 0; n < 100; n++) {
      for (int order = 0; order < 50; order++) {
        rows.add(pick("o" + order, n));
      }
    }
    await(shop.postgres.outbox().append(rows));
    await(reached(shop, () -> relay.counts().unreachable() > 3));
    assertThat(relay.counts().inMemory()).isLessThanOrEqualTo(relaying.maxInFlight() + 128);
    assertThat(shop.sql("SELECT count(DISTINCT xmin::text) FROM outbox")).containsExactly("1");
    assertThat(shop.sql("SELECT key FROM outbox_stopped")).isEmpty();
    serveWarehouse(shop, pick -> true);
    await(drained(shop));
    assertThat(picked).hasSize(5_000);
    for (int order = 0; order < 50; order++) {
      String id = "o" + order;
      assertThat(picked.stream().filter(pick -> pick.orderId().equals(id)).map(Pick::n))
          .hasSize(100)
          .isSorted();
    }
    assertThat(await(shop.postgres.outbox().deadLetters(1))).isEmpty();
  }

  private static Future<Void> reached(ServiceNode node, java.util.function.BooleanSupplier goal) {
    return goal.getAsBoolean()
        ? Future.succeededFuture()
        : node.vertx.timer(20).compose(again -> reached(node, goal));
  }

  @Test
  void o5_the_cost_of_a_poll_does_not_depend_on_the_backlog() {
    ServiceNode shop = start();
    fill(shop, 2_000);
    long few = blocksOfPoll(shop);
    fill(shop, 100_000);
    long many = blocksOfPoll(shop);
    assertThat(many).isLessThan(2 * few + 64L * OutboxMessage.PARTITIONS);
  }

  private static void fill(ServiceNode shop, int rows) {
    shop.sql("INSERT INTO outbox (partition, contract, key, message_id, body, headers)"
        + " SELECT n % 64, 'warehouse.pick', 'k' || n, 'x' || n, '{}', '{}'"
        + " FROM generate_series(1, " + rows + ") n");
  }

  private long blocksOfPoll(ServiceNode shop) {
    PgConnection connection = await(PgConnection.connect(shop.vertx, options.relaySession()));
    Integer[] partitions = new Integer[OutboxMessage.PARTITIONS];
    Integer[] most = new Integer[OutboxMessage.PARTITIONS];
    String[] contracts = new String[OutboxMessage.PARTITIONS];
    for (int p = 0; p < partitions.length; p++) {
      partitions[p] = p;
      most[p] = 8;
      contracts[p] = Shop.PICK.id();
    }
    String poll = shop.postgres.statements("outbox.sql").get("ready");
    Row plan = await(connection
            .preparedQuery("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + poll)
            .execute(Tuple.of(contracts, partitions, most)))
        .iterator()
        .next();
    await(connection.close());
    JsonObject top = ((JsonArray) plan.getJson(0)).getJsonObject(0).getJsonObject("Plan");
    assertThat(top.getLong("Actual Rows")).isEqualTo(8L * OutboxMessage.PARTITIONS);
    return top.getLong("Shared Hit Blocks") + top.getLong("Shared Read Blocks");
  }

  @Test
  void o6_rows_of_a_dead_owner_are_sent_by_another_without_being_written() {
    ServiceNode one = start();
    RecordingTarget never =
        new RecordingTarget(Shop.PICK.id(), message -> Promise.<Void>promise().future());
    relay(one, never, relaying);
    fill(one, 10_000);
    await(never.arrived(1));
    await(one.postgres.close());
    ServiceNode other = start();
    TestDatabase.advance(other.postgres, relaying.lease());
    Promise<Void> goOn = Promise.promise();
    RecordingTarget heir = new RecordingTarget(Shop.PICK.id(), message -> goOn.future());
    relay(other, heir, relaying);
    await(heir.arrived(500));
    assertThat(other.sql("SELECT count(DISTINCT xmin::text) || ' ' || count(*) FROM outbox"))
        .containsExactly("1 10000");
    goOn.complete();
    await(drained(other));
    assertThat(heir.arrivals()).hasSize(10_000).doesNotHaveDuplicates();
  }

  @Test
  void o7_a_relay_that_is_paused_for_longer_than_its_lease_sends_nothing_more() {
    RelayOptions quick = relaying.withLease(Duration.ofSeconds(1));
    ServiceNode paused = start();
    ServiceNode other = start();
    CountDownLatch pause = new CountDownLatch(1);
    RecordingTarget slow = new RecordingTarget(Shop.PICK.id(), message -> {
      try {
        pause.await();
      } catch (InterruptedException e) {
        return Future.failedFuture(e);
      }
      return Future.succeededFuture();
    });
    OutboxRelay relay = relay(paused, slow, quick);
    List<OutboxMessage> rows = new ArrayList<>();
    for (int n = 0; n < 20; n++) {
      rows.add(pick("o" + n, n));
    }
    await(other.postgres.outbox().append(rows));
    await(slow.arrived(1));
    RecordingTarget quickTarget =
        new RecordingTarget(Shop.PICK.id(), message -> Future.succeededFuture());
    relay(other, quickTarget, quick);
    await(drained(other));
    pause.countDown();
    await(reached(other, () -> relay.counts().sent() == 1));
    await(paused.node.close());
    assertThat(slow.arrivals()).hasSize(1);
    assertThat(quickTarget.arrivals()).containsExactlyInAnyOrderElementsOf(ids(rows));
  }

  @Test
  void o8_a_row_that_cannot_be_read_does_not_keep_the_relay_from_starting() {
    ServiceNode shop = start();
    OutboxMessage broken =
        new OutboxMessage(Shop.PICK.id(), "o1", "broken", Buffer.buffer("{"), Map.of());
    await(shop.postgres.outbox().append(List.of(broken, pick("o1", 1), pick("o2", 1))));
    serveWarehouse(shop, pick -> true);
    relayToBus(shop);
    await(drained(shop));
    assertThat(picked).containsExactlyInAnyOrder(new Pick("o1", 1), new Pick("o2", 1));
    assertThat(await(shop.postgres.outbox().deadLetters(10))).singleElement().satisfies(letter -> {
      assertThat(letter.attempts()).isEqualTo(1);
      assertThat(letter.message()).isEqualTo(broken);
    });
  }

  @Test
  void c3_what_a_dead_process_committed_and_did_not_send_is_sent_by_another_relay() {
    ServiceNode shop = start().serve(OutboxRelayIT::serveShop);
    shop.ask(Shop.RESERVE, new Shop.Reserve("o1", "S10", 1), "m1");
    await(shop.postgres.close());
    ServiceNode other = start();
    serveWarehouse(other, pick -> true);
    relayToBus(other);
    await(drained(other));
    assertThat(picked).containsExactly(new Pick("o1", 1));
  }

  @Test
  void c4_a_command_that_is_sent_twice_has_its_effect_once() {
    ServiceNode one = start();
    AtomicInteger effects = new AtomicInteger();
    for (int i = 0; i < 2; i++) {
      ServiceNode node = i == 0 ? one : start();
      node.serve((on, pg) -> on.request(Shop.PICK, pg.inTransaction((pick, unit) -> {
        effects.incrementAndGet();
        return node.effect(unit, pick.orderId()).map(done -> new Picked());
      })));
    }
    OutboxTarget bus = OutboxTarget.bus(one.node.bus(), Shop.PICK);
    RecordingTarget deaf = new RecordingTarget(
        Shop.PICK.id(),
        message -> bus.send(message, 1, Duration.ofSeconds(30))
            .compose(done -> Promise.<Void>promise().future()));
    relay(one, deaf, relaying);
    await(one.postgres.outbox().append(List.of(pick("o1", 1))));
    await(until(one, "EXISTS (SELECT FROM effect)"));
    TestDatabase.advance(one.postgres, relaying.lease());
    ServiceNode other = nodes.get(1);
    RecordingTarget heir = new RecordingTarget(
        Shop.PICK.id(),
        message ->
            OutboxTarget.bus(other.node.bus(), Shop.PICK).send(message, 1, Duration.ofSeconds(30)));
    relay(other, heir, relaying);
    await(drained(other));
    assertThat(deaf.arrivals()).isEqualTo(heir.arrivals()).hasSize(1);
    assertThat(effects).hasValue(1);
    assertThat(one.effects()).containsExactly("o1");
  }

  @Test
  void a_refusal_that_says_so_is_tried_again_and_one_that_nobody_was_there_costs_no_attempt() {
    ServiceNode shop = start();
    AtomicInteger tries = new AtomicInteger();
    RecordingTarget flaky =
        new RecordingTarget(Shop.PICK.id(), message -> switch (tries.getAndIncrement()) {
          case 0, 1, 2, 3, 4, 5, 6, 7 -> Future.failedFuture(CallException.notServed("x"));
          case 8, 9 -> Future.failedFuture("not now");
          default -> Future.succeededFuture();
        });
    OutboxRelay relay = relay(shop, flaky, relaying);
    await(shop.postgres.outbox().append(picks("o1", 2)));
    await(drained(shop));
    assertThat(relay.counts().unreachable()).isEqualTo(8);
    assertThat(relay.counts().refused()).isEqualTo(2);
    assertThat(relay.counts().sent()).isEqualTo(2);
    assertThat(relay.counts().givenUp()).isZero();
    assertThat(new LinkedHashSet<>(flaky.arrivals())).containsExactly("m0", "m1");
  }

  @Test
  void a_dead_letter_is_sent_again_when_it_is_told_to() {
    ServiceNode shop = start();
    AtomicInteger broken = new AtomicInteger(1);
    serveWarehouse(shop, pick -> broken.get() == 0);
    relayToBus(shop);
    await(shop.postgres.outbox().append(List.of(pick("o1", 1))));
    await(until(shop, "EXISTS (SELECT FROM outbox_dead_letter)"));
    broken.set(0);
    List<Outbox.DeadLetter> letters = await(shop.postgres.outbox().deadLetters(10));
    await(shop.postgres
        .outbox()
        .redrive(letters.stream().map(Outbox.DeadLetter::id).toList()));
    await(drained(shop));
    assertThat(picked).containsExactly(new Pick("o1", 1));
  }

  @Test
  void relays_share_the_partitions_and_give_them_back() {
    ServiceNode one = start();
    ServiceNode other = start();
    serveWarehouse(one, pick -> true);
    serveWarehouse(other, pick -> true);
    RelayOptions quick = relaying.withLease(Duration.ofSeconds(1));
    relay(one, OutboxTarget.bus(one.node.bus(), Shop.PICK), quick.withName("one"));
    OutboxRelay second =
        other.postgres.relay(OutboxTarget.bus(other.node.bus(), Shop.PICK), quick.withName("two"));
    String deployment = await(other.node.deploy(() -> second));
    String shares = "(SELECT count(*) = 2 AND min(c) = 32 FROM"
        + " (SELECT count(*) c FROM outbox_partition WHERE owner IS NOT NULL GROUP BY owner) s)";
    await(until(one, shares));
    await(one.postgres.outbox().append(picks("o1", 50)));
    await(drained(one));
    await(other.vertx.undeploy(deployment));
    await(until(one, "(SELECT count(*) = 64 FROM outbox_partition WHERE owner LIKE 'one/%')"));
    assertThat(picked).hasSize(50);
  }
}
