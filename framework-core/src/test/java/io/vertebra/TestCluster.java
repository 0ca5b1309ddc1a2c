package io.vertebra;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.contract.Request;
import io.vertebra.error.VertebraException;
import io.vertebra.limit.Limit;
import io.vertebra.link.LinkLoopTransport;
import io.vertebra.messaging.Call;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.transport.Transport;
import io.vertx.test.fakecluster.FakeClusterManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;

/** Nodes in one JVM that know each other through a membership that is faked; the links between them are real. */
final class TestCluster implements AutoCloseable {
  /** Long, so that a busy machine is not taken for a frozen node; silence is tested on the directory and on real JVMs. */
  private static final Duration SUSPECT_AFTER = Duration.ofSeconds(60);

  private static final Duration GONE_AFTER = Duration.ofSeconds(90);

  private static final int LOOPS = 2;
  private static final int PATIENCE_SECONDS = 30;

  private final List<Node> nodes = new ArrayList<>();

  Node start() {
    return start(NodeOptions.defaults());
  }

  Node start(NodeOptions options) {
    Vertx vertx = await(LinkLoopTransport.start(() -> Vertx.builder()
        .with(new VertxOptions().setEventLoopPoolSize(LOOPS))
        .withClusterManager(new FakeClusterManager())
        .withTransport(LinkLoopTransport.wrap(Transport.NIO))
        .buildClustered()));
    Node node = await(Node.join(vertx, options.withLiveness(SUSPECT_AFTER, GONE_AFTER)));
    nodes.add(node);
    return node;
  }

  /** Takes a node out of the membership without any goodbye of its own. */
  void crash(Node node) {
    Promise<Void> left = Promise.promise();
    ((VertxInternal) node.vertx()).clusterManager().leave(left);
    await(left.future());
  }

  /** Drains a node and closes it. */
  void stop(Node node) {
    nodes.remove(node);
    await(node.close().eventually(() -> node.vertx().close()));
  }

  @Override
  public void close() {
    for (Node node : List.copyOf(nodes)) {
      stop(node);
    }
    FakeClusterManager.reset();
  }

  /** Serves a contract on a node; answers the deployment id once every other node can call it. */
  static <Q, R> String serve(
      Node node, Request<Q, R> contract, BiFunction<Q, Call, Future<R>> handler) {
    return serve(node, contract, Limit.defaults(), handler);
  }

  static <Q, R> String serve(
      Node node, Request<Q, R> contract, Limit limit, BiFunction<Q, Call, Future<R>> handler) {
    return await(node.deploy(() -> new ServiceVerticle() {
      @Override
      protected void services(Services on) {
        on.request(contract, handler::apply).limitedTo(limit);
      }
    }));
  }

  /** Waits in a test's own thread. */
  static <T> T await(Future<T> future) {
    try {
      return future.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (java.util.concurrent.TimeoutException tooLong) {
      throw new AssertionError("nothing happened within " + PATIENCE_SECONDS + " s", tooLong);
    }
  }

  /** The failure a future ends with. */
  static VertebraException failureOf(Future<?> future) {
    Throwable cause = await(future
        .<Throwable>map(unexpected -> new AssertionError("succeeded with " + unexpected))
        .recover(Future::succeededFuture));
    assertThat(cause).isInstanceOf(VertebraException.class);
    return (VertebraException) cause;
  }
}
