package io.vertebra;

import static io.vertebra.TestCluster.await;
import static io.vertebra.TestCluster.failureOf;
import static io.vertebra.TestCluster.serve;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertebra.contract.Request;
import io.vertebra.error.ErrorCode;
import io.vertebra.messaging.CallOptions;
import io.vertebra.observe.Tap;
import io.vertebra.observe.TapOptions;
import io.vertebra.observe.TapRecord;
import io.vertebra.observe.TapRecord.Side;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a tap on one node sees of the calls between two others. */
class NodeTapTest {
  record Pay(String card) {}

  record Paid(int amount) {}

  static final Request<Pay, Paid> PAY = Request.of("bank.pay", Pay.class, Paid.class);
  static final Request<Pay, Paid> CHECK = Request.of("bank.check", Pay.class, Paid.class);
  static final CallOptions PATIENT = CallOptions.defaults().withTimeout(Duration.ofSeconds(60));

  final TestCluster cluster = new TestCluster();
  Node caller;
  Node server;
  Node watcher;

  @BeforeEach
  void start() {
    caller = cluster.start(NodeOptions.defaults().withTappedBodies(true));
    server = cluster.start();
    watcher = cluster.start();
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  /** Records in the order they came, and a promise for when there are enough. */
  static final class Seen {
    final List<TapRecord> records = new CopyOnWriteArrayList<>();
    final Promise<Void> enough = Promise.promise();
    final int wanted;

    Seen(int wanted) {
      this.wanted = wanted;
    }

    void take(TapRecord seen) {
      records.add(seen);
      if (records.size() == wanted) {
        enough.complete();
      }
    }

    TapRecord of(String contract, Side side) {
      return records.stream()
          .filter(each -> each.contract().equals(contract) && each.side() == side)
          .findAny()
          .orElseThrow();
    }
  }

  private static void servePay(Node node) {
    serve(node, PAY, (pay, call) -> Future.succeededFuture(new Paid(7)));
  }

  private Paid pay(String card) {
    return await(caller.bus().request(PAY, new Pay(card), PATIENT));
  }

  @Test
  void a_tap_sees_both_sides_of_a_call_between_other_nodes() {
    servePay(server);
    Seen seen = new Seen(2);
    await(watcher.tap(TapOptions.of(PAY), seen::take));
    pay("4711");
    await(seen.enough.future());
    TapRecord atCaller = seen.of("bank.pay", Side.CALLER);
    TapRecord atServer = seen.of("bank.pay", Side.SERVER);
    assertThat(atCaller.node()).isEqualTo(caller.id());
    assertThat(atServer.node()).isEqualTo(server.id());
    assertThat(atServer.caller()).isEqualTo(caller.id());
    assertThat(atServer.messageId()).isEqualTo(atCaller.messageId());
    assertThat(atCaller.failure()).isEmpty();
    assertThat(atCaller.micros()).isPositive();
    assertThat(atCaller.body()).isEmpty();
  }

  @Test
  void a_tap_sees_how_calls_fail() {
    serve(server, PAY, (pay, call) -> Future.failedFuture("no"));
    Seen seen = new Seen(2);
    await(watcher.tap(TapOptions.of(PAY), seen::take));
    failureOf(caller.bus().request(PAY, new Pay("4711"), PATIENT));
    await(seen.enough.future());
    assertThat(seen.of("bank.pay", Side.CALLER).failure()).contains("HANDLER_FAILED");
    assertThat(seen.of("bank.pay", Side.SERVER).failure()).contains("HANDLER_FAILED");
  }

  @Test
  void a_tap_sees_a_call_that_reached_nobody() {
    Seen seen = new Seen(1);
    await(watcher.tap(TapOptions.of(PAY), seen::take));
    failureOf(caller.bus().request(PAY, new Pay("4711"), PATIENT));
    await(seen.enough.future());
    assertThat(seen.of("bank.pay", Side.CALLER).failure()).contains("NOT_SERVED");
  }

  @Test
  void bodies_are_shown_only_to_who_asks_and_only_by_nodes_that_agree() {
    servePay(server);
    servePay(caller);
    Seen with = new Seen(4);
    Seen without = new Seen(4);
    await(watcher.tap(TapOptions.of(PAY).withBodies(true), with::take));
    await(watcher.tap(TapOptions.of(PAY), without::take));
    pay("4711");
    await(server.bus().request(PAY, new Pay("0815"), PATIENT));
    await(with.enough.future());
    await(without.enough.future());
    Map<String, Optional<String>> bodies = with.records.stream()
        .filter(each -> each.side() == Side.CALLER)
        .collect(Collectors.toMap(TapRecord::node, TapRecord::body));
    assertThat(bodies.get(caller.id()).map(JsonObject::new))
        .contains(new JsonObject().put("card", "4711"));
    assertThat(bodies.get(server.id())).isEmpty();
    assertThat(without.records).allMatch(each -> each.body().isEmpty());
  }

  @Test
  void a_tap_of_everything_sees_children_with_their_cause_but_nothing_of_the_framework() {
    serve(server, CHECK, (check, call) -> Future.succeededFuture(new Paid(0)));
    serve(server, PAY, (pay, call) -> call.request(CHECK, pay));
    Seen seen = new Seen(4);
    Tap tap = await(watcher.tap(TapOptions.everything(), seen::take));
    pay("4711");
    await(seen.enough.future());
    TapRecord parent = seen.of("bank.pay", Side.SERVER);
    TapRecord child = seen.of("bank.check", Side.CALLER);
    assertThat(child.causationId()).contains(parent.messageId());
    assertThat(child.correlationId()).isEqualTo(parent.correlationId());
    await(tap.close());
    assertThat(seen.records).hasSize(4);
  }

  @Test
  void one_in_some_conversations_is_seen_whole() {
    serve(server, CHECK, (check, call) -> Future.succeededFuture(new Paid(0)));
    serve(server, PAY, (pay, call) -> call.request(CHECK, pay));
    List<TapRecord> few = new CopyOnWriteArrayList<>();
    int calls = 400;
    Seen all = new Seen(4 * calls);
    await(watcher.tap(TapOptions.everything().withOneIn(4), few::add));
    await(watcher.tap(TapOptions.everything().withBuffer(10_000), all::take));
    List<Future<Paid>> paid = new ArrayList<>();
    for (int i = 0; i < calls; i++) {
      paid.add(Future.succeededFuture(pay("card-" + i)));
    }
    await(Future.all(paid));
    await(all.enough.future());
    Map<String, Long> sizes = few.stream()
        .collect(Collectors.groupingBy(TapRecord::correlationId, Collectors.counting()));
    assertThat(sizes.values()).allMatch(size -> size == 4);
    assertThat(sizes.size()).isBetween(calls / 10, calls / 2);
  }

  @Test
  void what_a_slow_handler_cannot_take_is_dropped_and_counted() {
    servePay(server);
    CountDownLatch goOn = new CountDownLatch(1);
    List<TapRecord> seen = new CopyOnWriteArrayList<>();
    Tap tap = await(watcher.tap(TapOptions.of(PAY).withBuffer(1), tapped -> {
      seen.add(tapped);
      awaitQuietly(goOn);
    }));
    int calls = 50;
    for (int i = 0; i < calls; i++) {
      pay("4711");
    }
    while (tap.missed() < 2 * calls - 2) {
      await(caller.vertx().timer(10));
    }
    goOn.countDown();
    while (seen.size() < 2) {
      await(caller.vertx().timer(10));
    }
    assertThat(seen.size() + tap.missed()).isEqualTo(2 * calls);
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void nothing_comes_after_the_tap_is_closed() {
    servePay(server);
    Seen seen = new Seen(2);
    Tap tap = await(watcher.tap(TapOptions.of(PAY), seen::take));
    pay("4711");
    await(seen.enough.future());
    await(tap.close());
    pay("4711");
    Seen again = new Seen(2);
    await(watcher.tap(TapOptions.of(PAY), again::take));
    pay("4711");
    await(again.enough.future());
    assertThat(seen.records).hasSize(2);
  }

  @Test
  void a_tap_that_went_with_its_node_costs_the_others_nothing_more() {
    servePay(server);
    await(watcher.tap(TapOptions.of(PAY), seen -> {}));
    Seen seen = new Seen(2);
    await(server.tap(TapOptions.of(PAY), seen::take));
    cluster.stop(watcher);
    pay("4711");
    await(seen.enough.future());
    assertThat(seen.records).hasSize(2);
  }

  @Test
  void a_node_of_its_own_can_be_tapped_too() {
    Vertx vertx = Vertx.vertx();
    try {
      Node alone = Node.create(vertx, NodeOptions.defaults());
      servePay(alone);
      Seen seen = new Seen(2);
      Tap tap = await(alone.tap(TapOptions.everything(), seen::take));
      await(alone.bus().request(PAY, new Pay("4711"), PATIENT));
      await(seen.enough.future());
      assertThat(seen.records).allMatch(each -> each.node().equals(alone.id()));
      await(tap.close());
      await(alone.bus().request(PAY, new Pay("4711"), PATIENT));
      await(alone.close());
      assertThat(seen.records).hasSize(2);
      assertThat(failureOf(alone.tap(TapOptions.everything(), seen::take)).code())
          .isEqualTo(ErrorCode.NODE_CLOSED);
    } finally {
      await(vertx.close());
    }
  }

  @Test
  void options_survive_json_and_refuse_nonsense() {
    TapOptions options = TapOptions.of(PAY, CHECK).withOneIn(9).withBodies(true).withBuffer(3);
    assertThat(TapOptions.fromJson(options.toJson()).toJson()).isEqualTo(options.toJson());
    assertThat(TapOptions.fromJson(new JsonObject()).toJson())
        .isEqualTo(TapOptions.everything().toJson());
    assertThatThrownBy(() -> options.withOneIn(0)).hasMessageContaining("oneIn");
    assertThatThrownBy(() -> options.withBuffer(0)).hasMessageContaining("buffer");
    assertThatThrownBy(TapOptions::of).hasMessageContaining("no contracts");
  }
}
