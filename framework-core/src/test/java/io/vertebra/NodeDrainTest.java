package io.vertebra;

import static io.vertebra.TestCluster.await;
import static io.vertebra.TestCluster.failureOf;
import static io.vertebra.TestCluster.serve;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.contract.Request;
import io.vertebra.error.ErrorCode;
import io.vertebra.messaging.CallOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Nodes that leave, rest and come back, while others call them. */
class NodeDrainTest {
  record Order(String id) {}

  record Placed(String node) {}

  static final Request<Order, Placed> PLACE = Request.of("order.place", Order.class, Placed.class);
  static final Request<Order, Placed> KEYED = PLACE.keyedBy(Order::id);
  static final CallOptions PATIENT = CallOptions.defaults().withTimeout(Duration.ofSeconds(60));

  final TestCluster cluster = new TestCluster();
  Node caller;
  Node b;
  Node c;

  @BeforeEach
  void start() {
    caller = cluster.start();
    b = cluster.start();
    c = cluster.start();
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  /** Calls that are always under way, 64 at a time, until it is told to end; then the failures. */
  private final class Load {
    final Request<Order, Placed> contract;
    final Map<String, Integer> served = new ConcurrentHashMap<>();
    final Map<String, Throwable> failures = new ConcurrentHashMap<>();
    final AtomicInteger numbers = new AtomicInteger();
    final AtomicInteger open = new AtomicInteger(64);
    final Promise<Void> warm = Promise.promise();
    final Promise<Void> ended = Promise.promise();
    volatile boolean ending;

    Load(Request<Order, Placed> contract) {
      this.contract = contract;
      for (int i = 0; i < 64; i++) {
        next();
      }
    }

    void next() {
      int number = numbers.incrementAndGet();
      if (number == 1_000) {
        warm.complete();
      }
      caller
          .bus()
          .request(contract, new Order("order-" + number % 500), PATIENT)
          .onComplete((placed, failure) -> {
            if (failure == null) {
              served.merge(placed.node(), 1, Integer::sum);
            } else {
              failures.put("call " + number, failure);
            }
            if (!ending) {
              next();
            } else if (open.decrementAndGet() == 0) {
              ended.complete();
            }
          });
    }

    void end() {
      ending = true;
      await(ended.future());
    }
  }

  /** Answers after a turn of a timer, so that calls are always running. */
  private static void serveSlowly(Node node, Request<Order, Placed> contract) {
    serve(
        node, contract, (order, call) -> node.vertx().timer(2).map(fired -> new Placed(node.id())));
  }

  private void drainsWithoutAFailure(Request<Order, Placed> contract) {
    serveSlowly(b, contract);
    serveSlowly(c, contract);
    Load load = new Load(contract);
    await(load.warm.future());
    assertThat(load.served).containsKeys(b.id(), c.id());
    await(c.close());
    load.end();
    assertThat(load.failures).isEmpty();
  }

  @Test
  void no_call_fails_while_a_node_drains_under_load() {
    drainsWithoutAFailure(PLACE);
  }

  @Test
  void no_keyed_call_fails_while_a_node_drains_under_load() {
    drainsWithoutAFailure(KEYED);
  }

  @Test
  void no_call_fails_while_a_verticle_is_undeployed_under_load() {
    serveSlowly(b, PLACE);
    String deployment =
        serve(c, PLACE, (order, call) -> c.vertx().timer(2).map(fired -> new Placed(c.id())));
    Load load = new Load(PLACE);
    await(load.warm.future());
    await(c.vertx().undeploy(deployment));
    load.end();
    assertThat(load.failures).isEmpty();
  }

  @Test
  void no_call_fails_while_nodes_are_replaced_one_by_one_under_load() {
    serveSlowly(b, PLACE);
    serveSlowly(c, PLACE);
    Load load = new Load(PLACE);
    await(load.warm.future());
    Node d = cluster.start();
    serveSlowly(d, PLACE);
    cluster.stop(b);
    Node e = cluster.start();
    serveSlowly(e, PLACE);
    cluster.stop(c);
    load.end();
    assertThat(load.failures).isEmpty();
    assertThat(load.served).containsKeys(d.id());
  }

  @Test
  void a_draining_node_ends_what_it_runs_and_the_calls_which_that_makes() {
    Promise<Void> running = Promise.promise();
    Promise<Void> goOn = Promise.promise();
    Request<Order, Placed> back = Request.of("order.back", Order.class, Placed.class);
    serve(caller, back, (order, call) -> Future.succeededFuture(new Placed("back")));
    serve(b, PLACE, (order, call) -> {
      running.complete();
      return goOn.future().compose(now -> call.request(back, order));
    });
    Future<Placed> placed = caller.bus().request(PLACE, new Order("1"), PATIENT);
    await(running.future());
    Future<Void> closed = b.close();
    assertThat(b.state()).isEqualTo(NodeState.DRAINING);
    assertThat(closed.isComplete()).isFalse();
    goOn.complete();
    assertThat(await(placed)).isEqualTo(new Placed("back"));
    await(closed);
    assertThat(b.state()).isEqualTo(NodeState.CLOSED);
  }

  @Test
  void a_closed_node_takes_no_calls() {
    serveSlowly(b, PLACE);
    await(b.close());
    assertThat(failureOf(caller.bus().request(PLACE, new Order("1"), PATIENT)).code())
        .isEqualTo(ErrorCode.NOT_SERVED);
  }

  @Test
  void a_quiesced_node_is_not_called_until_it_resumes() {
    serveSlowly(b, PLACE);
    serveSlowly(c, PLACE);
    await(c.quiesce());
    assertThat(c.state()).isEqualTo(NodeState.QUIESCED);
    for (int i = 0; i < 50; i++) {
      assertThat(place()).isEqualTo(b.id());
    }
    await(c.resume());
    await(b.quiesce());
    for (int i = 0; i < 50; i++) {
      assertThat(place()).isEqualTo(c.id());
    }
  }

  @Test
  void a_quiesced_node_that_is_the_only_one_turns_calls_away() {
    serveSlowly(b, PLACE);
    await(b.quiesce());
    assertThat(failureOf(caller.bus().request(PLACE, new Order("1"), PATIENT)).code())
        .isEqualTo(ErrorCode.NOT_SERVED);
    await(b.resume());
    assertThat(place()).isEqualTo(b.id());
  }

  @Test
  void a_node_is_quiesced_when_what_it_runs_has_ended() {
    Promise<Void> running = Promise.promise();
    Promise<Placed> end = Promise.promise();
    serve(b, PLACE, (order, call) -> {
      running.complete();
      return end.future();
    });
    Future<Placed> placed = caller.bus().request(PLACE, new Order("1"), PATIENT);
    await(running.future());
    Future<Void> quiesced = b.quiesce();
    await(c.quiesce());
    assertThat(quiesced.isComplete()).isFalse();
    end.complete(new Placed(b.id()));
    await(placed);
    await(quiesced);
  }

  @Test
  void a_node_that_was_closed_can_join_again_on_the_same_vertx_instance() {
    serveSlowly(b, PLACE);
    assertThat(place()).isEqualTo(b.id());
    await(b.close());
    Node again = await(Node.join(b.vertx(), NodeOptions.defaults()));
    serveSlowly(again, PLACE);
    assertThat(place()).isEqualTo(again.id());
    await(again.close());
  }

  private String place() {
    return await(caller.bus().request(PLACE, new Order("1"), PATIENT)).node();
  }
}
