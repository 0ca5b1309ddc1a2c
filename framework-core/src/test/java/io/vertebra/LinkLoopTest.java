package io.vertebra;

import static io.vertebra.TestCluster.await;
import static io.vertebra.TestCluster.serve;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoop;
import io.vertebra.contract.Request;
import io.vertebra.link.LinkLoopTransport;
import io.vertebra.messaging.CallOptions;
import io.vertebra.observe.Tap;
import io.vertebra.observe.TapOptions;
import io.vertx.core.Future;
import io.vertx.core.internal.VertxInternal;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Code of users that goes on with what a node answered does not do so on the loop of the links. */
class LinkLoopTest {
  record Ping(int number) {}

  record Pong(int number) {}

  static final Request<Ping, Pong> PING = Request.of("loop.ping", Ping.class, Pong.class);
  static final CallOptions PATIENT = CallOptions.defaults().withTimeout(Duration.ofSeconds(60));

  final TestCluster cluster = new TestCluster();

  @AfterEach
  void stop() {
    cluster.close();
  }

  private static <T> T awaitOffTheLinkLoop(Node node, Future<T> answer) {
    EventLoop linkLoop =
        ((LinkLoopTransport.Loops) ((VertxInternal) node.vertx()).nettyEventLoopGroup()).linkLoop();
    boolean isThere = await(answer.map(completed -> linkLoop.inEventLoop()));
    assertThat(isThere).as("completes on the link loop").isFalse();
    return answer.result();
  }

  @Test
  void the_thread_that_started_the_node_has_nothing_completed_there() {
    Node caller = cluster.start();
    Node server = cluster.start();
    serve(server, PING, (ping, call) -> Future.succeededFuture(new Pong(ping.number())));
    awaitOffTheLinkLoop(caller, caller.bus().request(PING, new Ping(1), PATIENT));
    awaitOffTheLinkLoop(caller, caller.bus().gather(PING, new Ping(2)).all());
    awaitOffTheLinkLoop(caller, caller.vertx().timer(1));
  }

  @Test
  void a_node_says_on_another_loop_what_the_others_know() {
    Node node = cluster.start();
    cluster.start();
    Tap tap = awaitOffTheLinkLoop(node, node.tap(TapOptions.everything(), seen -> {}));
    awaitOffTheLinkLoop(node, tap.close());
    awaitOffTheLinkLoop(node, node.quiesce());
    awaitOffTheLinkLoop(node, node.resume());
    awaitOffTheLinkLoop(node, node.close());
  }
}
