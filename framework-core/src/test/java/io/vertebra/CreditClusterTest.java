package io.vertebra;

import static io.vertebra.TestCluster.await;
import static io.vertebra.TestCluster.failureOf;
import static io.vertebra.TestCluster.serve;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.IoEventLoop;
import io.vertebra.error.ErrorCode;
import io.vertebra.error.VertebraException;
import io.vertebra.link.LinkLoopTransport;
import io.vertebra.messaging.CallOptions;
import io.vertebra.messaging.GuardEvent;
import io.vertebra.messaging.SubscriptionOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.VertxInternal;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A node that takes nothing holds the others up; they do not pile up messages for it. */
class CreditClusterTest {
  /** What a link starts with, whatever window was chosen. */
  private static final int INITIAL = 4 * 1024 * 1024;

  private static final int WINDOW = 64 * 1024;
  /** Of the link loop, within which it hands on what it was given. */
  private static final int TURNS = 20;

  private static final int SIZE = 10_000;
  private static final String FILLER = "x".repeat(SIZE);
  private static final NodeOptions OPTIONS =
      NodeOptions.defaults().withLinkWindow(WINDOW).withDrainTimeout(Duration.ofMillis(200));
  private static final CallOptions PATIENT =
      CallOptions.defaults().withTimeout(Duration.ofMinutes(5));

  private final TestCluster cluster = new TestCluster();
  private final CountDownLatch resumed = new CountDownLatch(1);
  private final AtomicInteger seen = new AtomicInteger();
  private final AtomicInteger reserved = new AtomicInteger();
  private Node server;
  private Node caller;

  @BeforeEach
  void start() {
    server = cluster.start(OPTIONS);
    caller = cluster.start(OPTIONS);
    serve(server, Shop.RESERVE, (reserve, call) -> {
      reserved.incrementAndGet();
      return Future.succeededFuture(new Shop.Reserved(reserve.order(), 0));
    });
    await(server.deploy(() -> new ServiceVerticle() {
      @Override
      protected void services(Services on) {
        on.topic(Shop.MOVES, moved -> {
              seen.incrementAndGet();
              return Future.succeededFuture();
            })
            .with(SubscriptionOptions.defaults().withBuffer(100_000));
      }
    }));
  }

  @AfterEach
  void stop() {
    resumed.countDown();
    cluster.close();
  }

  private static IoEventLoop linkLoop(Node node) {
    VertxInternal vertx = (VertxInternal) node.vertx();
    return ((LinkLoopTransport.Loops) vertx.nettyEventLoopGroup()).linkLoop();
  }

  /** The server's link loop stands still until {@link #resumed}. */
  private void freezeServer() throws Exception {
    CountDownLatch frozen = new CountDownLatch(1);
    linkLoop(server).execute(() -> {
      frozen.countDown();
      try {
        resumed.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    });
    frozen.await();
  }

  private Future<Void> publish(int number) throws Exception {
    Future<Void> published = caller.bus().publish(Shop.MOVES, new Shop.Moved(FILLER, number));
    // What was handed to the link is on its way now, or waits for credit.
    linkLoop(caller).submit(() -> {}).get();
    return published;
  }

  /** Publishes until the link is full and stays so; answers how many messages it has taken. */
  private int fill() throws Exception {
    int taken = 0;
    int refused = 0;
    while (refused < TURNS) {
      if (publish(taken).succeeded()) {
        taken++;
        refused = 0;
      } else {
        refused++;
      }
      assertThat(taken * SIZE).as("bytes piled up").isLessThan(INITIAL + 4 * WINDOW);
    }
    return taken;
  }

  @Test
  void a_node_that_takes_nothing_is_sent_a_window_full_and_all_of_it_arrives_when_it_goes_on()
      throws Exception {
    freezeServer();
    int taken = fill();
    assertThat(taken * SIZE).isGreaterThan(INITIAL);
    VertebraException refused = failureOf(publish(0));
    assertThat(refused.code()).isEqualTo(ErrorCode.OVERLOADED);
    assertThat(caller.view().guarded(GuardEvent.Kind.THROTTLED, "stock.moves", "link-full"))
        .isGreaterThan(TURNS);
    VertebraException unsent = failureOf(
        caller.bus().request(Shop.RESERVE, new Shop.Reserve(FILLER, "chair", 1), PATIENT));
    assertThat(unsent.code()).isEqualTo(ErrorCode.OVERLOADED);
    assertThat(unsent.mayHaveRun()).isFalse();

    resumed.countDown();
    await(caller.bus().request(Shop.RESERVE, Shop.reserve(1), PATIENT));
    while (seen.get() < taken) {
      Thread.onSpinWait();
    }
    assertThat(publish(0).succeeded()).isTrue();
    await(caller.bus().request(Shop.RESERVE, Shop.reserve(2), PATIENT));
    assertThat(seen).hasValueGreaterThanOrEqualTo(taken);
    assertThat(reserved).hasValue(2);
  }

  @Test
  void a_call_given_up_while_it_waits_for_credit_is_never_sent() throws Exception {
    freezeServer();
    fill();
    Future<Shop.Reserved> brief = caller
        .bus()
        .request(
            Shop.RESERVE,
            Shop.reserve(1),
            CallOptions.defaults().withTimeout(Duration.ofMillis(50)));
    assertThat(failureOf(brief).code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
    resumed.countDown();
    await(caller.bus().request(Shop.RESERVE, Shop.reserve(2), PATIENT));
    assertThat(reserved).hasValue(1);
  }

  @Test
  void what_waits_for_a_node_that_goes_away_ends_and_is_counted() throws Exception {
    freezeServer();
    fill();
    Future<Shop.Reserved> waiting = caller.bus().request(Shop.RESERVE, Shop.reserve(1), PATIENT);
    Promise<Void> handedToTheLink = Promise.promise();
    caller.vertx().runOnContext(handedToTheLink::complete);
    await(handedToTheLink.future());
    linkLoop(caller).submit(() -> {}).get();
    cluster.crash(server);
    assertThat(failureOf(waiting).mayHaveRun()).isFalse();
    // The routes of the node go first; what waited for it is counted before the link loop does
    // anything else.
    linkLoop(caller).submit(() -> {}).get();
    assertThat(caller.view().guarded(GuardEvent.Kind.DROPPED, "stock.moves", "peer-gone"))
        .isPositive();
  }
}
