package io.vertebra;

import static io.vertebra.TestCluster.await;
import static io.vertebra.TestCluster.failureOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.contract.Request;
import io.vertebra.dispatch.Engine;
import io.vertebra.dispatch.Target;
import io.vertebra.error.ErrorCode;
import io.vertebra.limit.Limit;
import io.vertebra.limit.StallCause;
import io.vertebra.messaging.CallOptions;
import io.vertebra.messaging.Gathered;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Every event loop of a node that runs user code stands still: the others notice, and are told which handler it is. */
class StalledLoopsClusterTest {
  /** As many as a node of the cluster has for user code. */
  private static final int LOOPS = 2;

  private static final long MORE_THAN_CALLS = 1L << 27;
  private static final CallOptions PATIENT =
      CallOptions.defaults().withTimeout(Duration.ofMinutes(5));

  record Nap(boolean deep) {}

  record Awake(String node) {}

  static final Request<Nap, Awake> NAP = Request.of("sleeper.nap", Nap.class, Awake.class);

  private final TestCluster cluster = new TestCluster();
  private final CountDownLatch alarm = new CountDownLatch(1);

  @AfterEach
  void stop() {
    alarm.countDown();
    cluster.close();
  }

  private void serve(Node node) {
    await(node.deploy(
        () -> new ServiceVerticle() {
          @Override
          protected void services(Services on) {
            on.request(NAP, nap -> {
                  sleep(nap.deep());
                  return Future.succeededFuture(new Awake(node.id()));
                })
                .limitedTo(Limit.fixed(1).withQueue(0, Duration.ofSeconds(1)));
          }
        },
        LOOPS));
  }

  private void sleep(boolean deep) {
    if (deep) {
      try {
        alarm.await();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  private static Future<Gathered<Awake>> putToSleep(Node caller, Node sleeper) {
    Future<Gathered<Awake>> asleep =
        caller.bus().gather(NAP, new Nap(true)).within(Duration.ofMinutes(5)).all();
    eventually(caller, () -> sleeper.view().contract(NAP.id()).inFlight() == LOOPS);
    return asleep;
  }

  /** Looks again and again on a loop of {@code node}, which must not sleep. */
  private static void eventually(Node node, BooleanSupplier condition) {
    long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("it did not come to pass").isLessThan(end);
      await(node.vertx().timer(5));
    }
  }

  private static long load(Node caller, Node of) {
    return Engine.of(caller.bus()).route(NAP.id()).targets().stream()
        .filter(target -> target.node().equals(of.id()))
        .mapToLong(Target::load)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void the_gate_refuses_heartbeats_go_on_and_the_stall_names_the_handler() {
    Node caller = cluster.start();
    Node sleeper = cluster.start();
    serve(sleeper);
    Future<Gathered<Awake>> asleep = putToSleep(caller, sleeper);

    assertThat(failureOf(caller.bus().request(NAP, new Nap(false), PATIENT)).code())
        .isEqualTo(ErrorCode.OVERLOADED);
    eventually(
        caller,
        () -> sleeper.stalls().stream()
            .anyMatch(stall -> stall.contract().equals(NAP.id())
                && stall.cause() == StallCause.BLOCKED
                && stall.where().stream().anyMatch(at -> at.contains("sleep"))));
    // Only a heartbeat or an answer of the sleeping node can tell.
    eventually(caller, () -> load(caller, sleeper) > MORE_THAN_CALLS);
    assertThat(asleep.isComplete()).isFalse();
    alarm.countDown();
    assertThat(await(asleep).replies()).hasSize(LOOPS);
    eventually(caller, () -> load(caller, sleeper) < MORE_THAN_CALLS);
    assertThat(await(caller.bus().request(NAP, new Nap(false), PATIENT)).node())
        .isEqualTo(sleeper.id());
  }

  @Test
  void callers_prefer_nodes_whose_loops_run() {
    Node caller = cluster.start();
    Node sleeper = cluster.start();
    serve(sleeper);
    putToSleep(caller, sleeper);
    Node other = cluster.start();
    serve(other);
    eventually(caller, () -> load(caller, sleeper) > MORE_THAN_CALLS);

    List<String> answered = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      answered.add(await(caller.bus().request(NAP, new Nap(false), PATIENT)).node());
    }
    assertThat(answered).containsOnly(other.id());
  }
}
