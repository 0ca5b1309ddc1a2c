package io.vertebra.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.NodeOptions;
import io.vertebra.ServiceVerticle;
import io.vertebra.Services;
import io.vertebra.contract.Request;
import io.vertebra.error.CallException;
import io.vertebra.error.ErrorCode;
import io.vertebra.error.VertebraException;
import io.vertebra.messaging.CallOptions;
import io.vertebra.test.FreePorts;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.VertxInternal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Two serving JVMs, of which one is killed or frozen under the eyes of a caller in a third. That a
 * call ends with PEER_GONE and not with its deadline says that the loss was noticed long before.
 * Nodes are patient here, so that a busy machine does not pass for a frozen one.
 */
class NodeFailureIT {
  record Ask(String text) {}

  record Answer(String node) {}

  /** Served by both. */
  static final Request<Ask, Answer> WHO = Request.of("failure.who", Ask.class, Answer.class);

  /** Calls that never end, served by one of both each. */
  static Request<Ask, Answer> holdOf(String name) {
    return Request.of("failure.hold-" + name, Ask.class, Answer.class);
  }

  static final CallOptions PATIENT = CallOptions.defaults().withTimeout(Duration.ofSeconds(30));
  static final int HELD = 20;

  static final class Holder extends ServiceVerticle {
    private final String name;

    Holder(String name) {
      this.name = name;
    }

    @Override
    protected void services(Services on) {
      on.request(WHO, ask -> Future.succeededFuture(new Answer(name)));
      on.request(holdOf(name), ask -> Promise.<Answer>promise().future());
    }
  }

  /** A serving JVM: its name, its port, and the ports of the others. */
  static final class ServerMain {
    public static void main(String[] args) throws Exception {
      ClusterNode node = ClusterNode.start(options(
              Integer.parseInt(args[1]), Integer.parseInt(args[2]), Integer.parseInt(args[3])))
          .await(60, TimeUnit.SECONDS);
      node.deploy(() -> new Holder(args[0])).await(60, TimeUnit.SECONDS);
      System.out.println("READY " + node.id());
    }
  }

  static ClusterOptions options(int own, int... others) {
    List<String> members = new ArrayList<>();
    for (int other : others) {
      members.add("127.0.0.1:" + other);
    }
    return ClusterOptions.defaults()
        .withClusterName("failure-" + Math.min(own, Math.min(others[0], others[1])))
        .withPort(own)
        .withEventLoops(2)
        .withHeartbeatTimeout(Duration.ofSeconds(10))
        .withNode(NodeOptions.defaults().withLiveness(Duration.ofSeconds(4), Duration.ofSeconds(8)))
        .withMembers(members.toArray(String[]::new));
  }

  ClusterNode caller;
  JavaProcess first;
  JavaProcess second;

  @BeforeEach
  void start() throws Exception {
    int own = FreePorts.one();
    int one = FreePorts.one();
    int two = FreePorts.one();
    caller = ClusterNode.start(options(own, one, two)).await(60, TimeUnit.SECONDS);
    first = server("first", one, own, two);
    first.await("READY ");
    second = server("second", two, own, one);
    second.await("READY ");
  }

  private static JavaProcess server(String name, int own, int other, int third) throws Exception {
    return JavaProcess.start(
        ServerMain.class, name, String.valueOf(own), String.valueOf(other), String.valueOf(third));
  }

  @AfterEach
  void stop() throws Exception {
    first.close();
    second.close();
    caller.close().await(60, TimeUnit.SECONDS);
  }

  /** Calls that wait for an answer of the node. */
  private List<Future<Answer>> hold(String name) throws Exception {
    List<Future<Answer>> held = new ArrayList<>();
    for (int i = 0; i < HELD; i++) {
      held.add(caller.bus().request(holdOf(name), new Ask("hold"), PATIENT));
    }
    caller.bus().request(WHO, new Ask("a later one"), PATIENT).await(60, TimeUnit.SECONDS);
    return held;
  }

  private static VertebraException failureOf(Future<?> future) throws Exception {
    Object outcome = future
        .map(answer -> (Object) answer)
        .recover(Future::succeededFuture)
        .await(60, TimeUnit.SECONDS);
    assertThat(outcome).isInstanceOf(VertebraException.class);
    return (VertebraException) outcome;
  }

  private static void assertGone(List<Future<Answer>> held) throws Exception {
    for (Future<Answer> each : held) {
      VertebraException failure = failureOf(each);
      assertThat(failure).isInstanceOf(CallException.class);
      assertThat(failure.code()).as(failure.getMessage()).isEqualTo(ErrorCode.PEER_GONE);
      assertThat(failure.mayHaveRun()).isTrue();
    }
  }

  private void assertOnlySecondIsCalled() throws Exception {
    for (int i = 0; i < 100; i++) {
      assertThat(who()).isEqualTo("second");
    }
  }

  private String who() throws Exception {
    return caller
        .bus()
        .request(WHO, new Ask("who"), PATIENT)
        .await(60, TimeUnit.SECONDS)
        .node();
  }

  private void awaitFirstIsCalled() throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
    while (!who().equals("first")) {
      assertThat(System.nanoTime() - deadline).as("not called within 120 s").isNegative();
    }
  }

  @Test
  void k6_calls_to_a_killed_node_fail_early_and_later_ones_go_to_another() throws Exception {
    List<Future<Answer>> held = hold("first");
    List<Future<Answer>> others = hold("second");
    first.signal("KILL");
    assertGone(held);
    assertOnlySecondIsCalled();
    assertThat(others).noneMatch(Future::isComplete);
    assertThat(failureOf(caller.bus().request(holdOf("first"), new Ask("hold"), PATIENT))
            .code())
        .isEqualTo(ErrorCode.NOT_SERVED);
  }

  @Test
  void k6_calls_to_a_frozen_node_fail_early_and_it_is_called_again_when_it_goes_on()
      throws Exception {
    List<Future<Answer>> held = hold("first");
    hold("second"); // as busy as the first, which would not be called again otherwise
    first.signal("STOP");
    try {
      assertGone(held);
      assertOnlySecondIsCalled();
    } finally {
      first.signal("CONT");
    }
    awaitFirstIsCalled();
  }

  @Test
  void k7_a_node_that_was_removed_while_it_was_frozen_comes_back() throws Exception {
    List<Future<Answer>> held = hold("first");
    hold("second"); // as busy as the first, which would not be called again otherwise
    first.signal("STOP");
    try {
      assertGone(held);
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
      while (((VertxInternal) caller.vertx()).clusterManager().getNodes().size() > 2) {
        caller.vertx().timer(100).await(60, TimeUnit.SECONDS);
        assertThat(System.nanoTime() - deadline).as("not removed within 120 s").isNegative();
      }
      assertOnlySecondIsCalled();
    } finally {
      first.signal("CONT");
    }
    awaitFirstIsCalled();
    List<Future<Answer>> heldAgain = hold("first");
    first.signal("KILL");
    assertGone(heldAgain);
  }
}
