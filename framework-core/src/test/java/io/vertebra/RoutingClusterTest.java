package io.vertebra;

import static io.vertebra.TestCluster.await;
import static io.vertebra.TestCluster.failureOf;
import static io.vertebra.TestCluster.serve;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.contract.Request;
import io.vertebra.error.ErrorCode;
import io.vertebra.limit.Limit;
import io.vertebra.messaging.CallOptions;
import io.vertebra.messaging.Gathered;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which instance of which node gets a call. */
class RoutingClusterTest {
  record Where(String key, int number) {}

  record Here(String node, int instance) {}

  static final Request<Where, Here> WHERE = Request.of("map.where", Where.class, Here.class);
  static final Request<Where, Here> KEYED = WHERE.keyedBy(Where::key);
  static final CallOptions PATIENT = CallOptions.defaults().withTimeout(Duration.ofSeconds(60));

  final TestCluster cluster = new TestCluster();
  final AtomicInteger instances = new AtomicInteger();
  Node a;
  Node b;
  Node c;

  @BeforeEach
  void start() {
    a = cluster.start();
    b = cluster.start();
    c = cluster.start();
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  private String serveWhere(Node node, Request<Where, Here> contract) {
    int instance = instances.incrementAndGet();
    return serve(
        node, contract, (where, call) -> Future.succeededFuture(new Here(node.id(), instance)));
  }

  private Here ask(Node from, Request<Where, Here> contract, String key) {
    return await(from.bus().request(contract, new Where(key, 0), PATIENT));
  }

  @Test
  void calls_stay_on_their_node_while_it_has_room() {
    for (Node node : List.of(a, b, c)) {
      serveWhere(node, WHERE);
    }
    for (int i = 0; i < 50; i++) {
      assertThat(ask(a, WHERE, "k").node()).isEqualTo(a.id());
    }
  }

  @Test
  void calls_go_to_another_node_when_their_own_has_no_room() {
    Promise<Void> running = Promise.promise();
    Promise<Here> end = Promise.promise();
    serve(a, WHERE, Limit.fixed(1), (where, call) -> {
      running.complete();
      return end.future();
    });
    Future<Here> first = a.bus().request(WHERE, new Where("k", 0), PATIENT);
    await(running.future());
    serveWhere(b, WHERE);
    assertThat(ask(a, WHERE, "k").node()).isEqualTo(b.id());
    end.complete(new Here(a.id(), 0));
    await(first);
  }

  @Test
  void calls_from_a_node_without_instances_reach_every_node() {
    serveWhere(b, WHERE);
    serveWhere(c, WHERE);
    Set<String> reached = new HashSet<>();
    for (int i = 0; i < 200; i++) {
      reached.add(ask(a, WHERE, "k").node());
    }
    assertThat(reached).containsExactlyInAnyOrder(b.id(), c.id());
  }

  @Test
  void a_key_always_reaches_the_same_instance_from_whatever_node() {
    for (Node node : List.of(a, b, c)) {
      serveWhere(node, KEYED);
      serveWhere(node, KEYED);
    }
    Map<String, Here> owners = new HashMap<>();
    for (int round = 0; round < 3; round++) {
      for (Node from : List.of(a, b, c)) {
        for (int key = 0; key < 100; key++) {
          Here here = ask(from, KEYED, "key-" + key);
          assertThat(owners.merge("key-" + key, here, (first, again) -> first)).isEqualTo(here);
        }
      }
    }
    assertThat(new HashSet<>(owners.values())).as("every instance owns some").hasSize(6);
  }

  @Test
  void only_the_keys_of_a_node_that_goes_move() {
    for (Node node : List.of(a, b, c)) {
      serveWhere(node, KEYED);
    }
    Map<String, String> before = new HashMap<>();
    for (int key = 0; key < 100; key++) {
      before.put("key-" + key, ask(a, KEYED, "key-" + key).node());
    }
    cluster.stop(c);
    before.forEach((key, node) -> {
      String now = ask(a, KEYED, key).node();
      if (node.equals(c.id())) {
        assertThat(now).isNotEqualTo(c.id());
      } else {
        assertThat(now).isEqualTo(node);
      }
    });
  }

  @Test
  void messages_from_one_context_to_one_instance_of_another_node_keep_their_order() {
    ConcurrentLinkedQueue<Integer> seen = new ConcurrentLinkedQueue<>();
    serve(b, WHERE, Limit.fixed(10_000), (where, call) -> {
      seen.add(where.number());
      return Future.succeededFuture(new Here(b.id(), 0));
    });
    int count = 5_000;
    Promise<Void> all = Promise.promise();
    a.vertx().getOrCreateContext().runOnContext(on -> {
      List<Future<Here>> calls = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        calls.add(a.bus().request(WHERE, new Where("k", i), PATIENT));
      }
      Future.all(calls).<Void>mapEmpty().onComplete(all);
    });
    await(all.future());
    assertThat(seen).containsExactlyElementsOf(IntStream.range(0, count).boxed().toList());
  }

  @Test
  void gathering_asks_every_instance_of_every_node_once() {
    for (Node node : List.of(a, b, c)) {
      serveWhere(node, WHERE);
      serveWhere(node, WHERE);
    }
    Gathered<Here> gathered = await(a.bus().gather(WHERE, new Where("k", 0)).all());
    assertThat(gathered.isComplete()).isTrue();
    assertThat(gathered.replies().stream().map(Here::instance))
        .containsExactlyInAnyOrder(1, 2, 3, 4, 5, 6);
  }

  @Test
  void gathering_names_the_nodes_that_fail_and_goes_on_without_them() {
    serveWhere(a, WHERE);
    serve(b, WHERE, (where, call) -> Future.failedFuture("no"));
    Promise<Void> running = Promise.promise();
    Promise<Here> end = Promise.promise();
    serve(c, WHERE, (where, call) -> {
      running.complete();
      return end.future();
    });
    Future<Gathered<Here>> gathering =
        a.bus().gather(WHERE, new Where("k", 0)).within(Duration.ofSeconds(60)).all();
    await(running.future());
    cluster.crash(c);
    Gathered<Here> gathered = await(gathering);
    end.complete(new Here(c.id(), 0));
    assertThat(gathered.asked()).isEqualTo(3);
    assertThat(gathered.replies()).hasSize(1);
    assertThat(gathered.failures())
        .extracting(failure -> failure.code())
        .containsExactlyInAnyOrder(ErrorCode.HANDLER_FAILED, ErrorCode.PEER_GONE);
  }

  @Test
  void a_quorum_needs_more_than_half_of_all_nodes() {
    serveWhere(a, WHERE);
    serveWhere(b, WHERE);
    serve(c, WHERE, (where, call) -> Future.failedFuture("no"));
    assertThat(await(a.bus().gather(WHERE, new Where("k", 0)).quorum()).replies())
        .hasSize(2);
    serve(c, WHERE, (where, call) -> Future.failedFuture("no"));
    assertThat(failureOf(a.bus().gather(WHERE, new Where("k", 0)).quorum()).code())
        .isEqualTo(ErrorCode.GATHER_INCOMPLETE);
  }

  @Test
  void versions_of_one_name_are_conversations_of_their_own() {
    serve(b, WHERE, (where, call) -> Future.succeededFuture(new Here("one", 1)));
    serve(b, WHERE.withVersion(2), (where, call) -> Future.succeededFuture(new Here("two", 2)));
    assertThat(ask(a, WHERE, "k").node()).isEqualTo("one");
    assertThat(ask(a, WHERE.withVersion(2), "k").node()).isEqualTo("two");
    assertThat(failureOf(a.bus().request(WHERE.withVersion(3), new Where("k", 0), PATIENT))
            .code())
        .isEqualTo(ErrorCode.NOT_SERVED);
  }
}
