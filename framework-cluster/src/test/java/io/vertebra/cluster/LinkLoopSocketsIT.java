package io.vertebra.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoop;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.util.concurrent.EventExecutor;
import io.vertebra.ServiceVerticle;
import io.vertebra.Services;
import io.vertebra.contract.Request;
import io.vertebra.link.LinkLoopTransport;
import io.vertebra.messaging.CallOptions;
import io.vertebra.messaging.Gathered;
import io.vertebra.test.FreePorts;
import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What lives on the link loop of a node, and what does not. */
class LinkLoopSocketsIT {
  private static final int VERTICLES = 50;
  private static final int LOOPS = 3;

  record Where(int number) {}

  record Here(String thread) {}

  static final Request<Where, Here> WHERE = Request.of("loop.where", Where.class, Here.class);

  final Set<EventLoop> loopsOfVerticles = ConcurrentHashMap.newKeySet();

  final class Settler extends ServiceVerticle {
    @Override
    protected void services(Services on) {
      loopsOfVerticles.add(((ContextInternal) context).nettyEventLoop());
      on.request(
          WHERE, where -> Future.succeededFuture(new Here(Thread.currentThread().getName())));
    }
  }

  private static ClusterNode start(int own, int other) throws Exception {
    Future<ClusterNode> started = ClusterNode.start(ClusterOptions.defaults()
        .withClusterName("loop-" + Math.min(own, other))
        .withEventLoops(LOOPS)
        .withPort(own)
        .withMembers("127.0.0.1:" + other));
    boolean isOnLinkLoop =
        started.map(node -> loopsOf(node).linkLoop().inEventLoop()).await(60, TimeUnit.SECONDS);
    assertThat(isOnLinkLoop).as("started on the link loop").isFalse();
    return started.result();
  }

  private static LinkLoopTransport.Loops loopsOf(ClusterNode node) {
    return (LinkLoopTransport.Loops) ((VertxInternal) node.vertx()).nettyEventLoopGroup();
  }

  /** Netty counts the sockets of a loop but tells only its own classes. */
  private static int socketsOn(EventExecutor loop) throws Exception {
    Method count = SingleThreadIoEventLoop.class.getDeclaredMethod("getNumOfRegisteredChannels");
    count.setAccessible(true);
    return (int) count.invoke(loop);
  }

  @Test
  void verticles_have_the_other_loops_and_every_socket_between_nodes_has_the_link_loop()
      throws Exception {
    int ownPort = FreePorts.one();
    int otherPort = FreePorts.one();
    ClusterNode own = start(ownPort, otherPort);
    ClusterNode other = start(otherPort, ownPort);
    try {
      boolean isOnLinkLoop = own.deploy(Settler::new, VERTICLES)
          .map(deployed -> loopsOf(own).linkLoop().inEventLoop())
          .await(60, TimeUnit.SECONDS);
      assertThat(isOnLinkLoop).as("deployed on the link loop").isFalse();
      for (int i = 0; i < VERTICLES; i++) {
        own.deploy(Settler::new).await(60, TimeUnit.SECONDS);
      }
      assertThat(loopsOfVerticles).hasSize(LOOPS).doesNotContain(loopsOf(own).linkLoop());
      Gathered<Here> gathered = other
          .bus()
          .gather(WHERE, new Where(1))
          .within(Duration.ofSeconds(60))
          .all()
          .await(60, TimeUnit.SECONDS);
      assertThat(gathered.replies()).hasSize(2 * VERTICLES);
      String linkThread = loopsOf(own)
          .linkLoop()
          .submit(() -> Thread.currentThread().getName())
          .get(60, TimeUnit.SECONDS);
      assertThat(gathered.replies()).extracting(Here::thread).doesNotContain(linkThread);
      own.bus().request(WHERE, new Where(2), CallOptions.defaults()).await(60, TimeUnit.SECONDS);
      for (ClusterNode node : new ClusterNode[] {own, other}) {
        for (EventExecutor loop : loopsOf(node)) {
          int sockets = socketsOn(loop);
          if (loop == loopsOf(node).linkLoop()) {
            assertThat(sockets).as("one to and one from the other node").isGreaterThanOrEqualTo(2);
          } else {
            assertThat(sockets).isZero();
          }
        }
      }
    } finally {
      other.close().await(60, TimeUnit.SECONDS);
      own.close().await(60, TimeUnit.SECONDS);
    }
  }
}
