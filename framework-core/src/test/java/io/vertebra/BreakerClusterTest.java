package io.vertebra;

import static io.vertebra.TestCluster.await;
import static io.vertebra.TestCluster.failureOf;
import static io.vertebra.TestCluster.serve;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.error.ErrorCode;
import io.vertebra.error.OverloadedException;
import io.vertebra.error.VertebraException;
import io.vertebra.messaging.CallOptions;
import io.vertebra.messaging.GuardEvent;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Calls to a node on which they fail. */
class BreakerClusterTest {
  private static final String CONTRACT = "stock.reserve";
  private static final NodeOptions BREAKING = NodeOptions.defaults().withBreaker(CONTRACT);
  private static final CallOptions PATIENT =
      CallOptions.defaults().withTimeout(Duration.ofMinutes(5));
  private static final int MANY = 60;
  private static final int MOST = 10_000;

  private final TestCluster cluster = new TestCluster();
  private final AtomicInteger asked = new AtomicInteger();

  @AfterEach
  void stop() {
    cluster.close();
  }

  private void serveBroken(Node node) {
    serve(node, Shop.RESERVE, (reserve, call) -> {
      asked.incrementAndGet();
      return Future.failedFuture(new IllegalStateException("broken"));
    });
  }

  private static long counted(Node node, GuardEvent.Kind kind, String reason) {
    return node.view().guarded(kind, CONTRACT, reason);
  }

  @Test
  void stop_before_they_are_sent_and_say_when_to_ask_again() {
    Node server = cluster.start();
    Node caller = cluster.start(BREAKING);
    serveBroken(server);
    VertebraException last =
        failureOf(caller.bus().request(Shop.RESERVE, Shop.reserve(0), PATIENT));
    for (int i = 1; last.code() != ErrorCode.OVERLOADED && i < MOST; i++) {
      last = failureOf(caller.bus().request(Shop.RESERVE, Shop.reserve(i), PATIENT));
    }

    // More than 20 only if this took so long that failures were forgotten, or that it was probed.
    assertThat(asked.get()).isBetween(20, MOST - 1);
    assertThat(last).isInstanceOf(OverloadedException.class);
    assertThat(last.mayHaveRun()).isFalse();
    assertThat(last).hasMessageContaining("on node " + server.id() + " fail");
    assertThat(((OverloadedException) last).retryAfter()).isPositive();
    assertThat(counted(caller, GuardEvent.Kind.BREAKER, "open")).isPositive();
    assertThat(counted(caller, GuardEvent.Kind.THROTTLED, "breaker-open")).isEqualTo(1);
  }

  @Test
  void go_to_another_node_while_there_is_one() {
    Node broken = cluster.start();
    Node well = cluster.start();
    Node caller = cluster.start(BREAKING);
    serveBroken(broken);
    serve(
        well,
        Shop.RESERVE,
        (reserve, call) -> Future.succeededFuture(new Shop.Reserved(reserve.order(), 0)));
    for (int i = 0; i < MOST && counted(caller, GuardEvent.Kind.BREAKER, "open") == 0; i++) {
      await(caller.bus().request(Shop.RESERVE, Shop.reserve(i), PATIENT).otherwiseEmpty());
    }
    int answered = 0;
    for (int i = 0; i < MANY; i++) {
      // Probes may go to the broken node if this takes longer than its breaker is open.
      Future<Shop.Reserved> call = caller.bus().request(Shop.RESERVE, Shop.reserve(i), PATIENT);
      answered += await(call.map(1).otherwise(0));
    }

    assertThat(answered).isGreaterThan(MANY * 3 / 4);
  }

  @Test
  void are_made_all_the_same_where_nobody_asked_for_a_breaker() {
    Node server = cluster.start();
    Node caller = cluster.start();
    serveBroken(server);
    for (int i = 0; i < MANY; i++) {
      failureOf(caller.bus().request(Shop.RESERVE, Shop.reserve(i), PATIENT));
    }

    assertThat(asked.get()).isEqualTo(MANY);
  }
}
