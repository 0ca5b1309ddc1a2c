package io.vertebra.benchmarks.overload;

import io.vertebra.Node;
import io.vertebra.NodeOptions;
import io.vertebra.benchmarks.overload.OurService.Ask;
import io.vertebra.benchmarks.process.Patience;
import io.vertebra.limit.StallOptions;
import io.vertebra.link.LinkLoopTransport;
import io.vertebra.messaging.CallOptions;
import io.vertx.core.Context;
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

/**
 * Ours tells callers apart by their node, so each has one. All are in this process, with a membership
 * that is only pretended; the links between them are real.
 */
final class OurCrowd implements Crowd {
  private static final int CALLER_LOOPS = 2;
  /** For links, for the service, and for whoever counts. */
  private static final int SERVICE_LOOPS = 4;
  // One process on few cores has a node for each of many: none of them may be taken for dead.
  private static final Duration SUSPECT_AFTER = Duration.ofSeconds(30);
  private static final Duration GONE_AFTER = Duration.ofSeconds(60);

  private final Node service;
  private final List<Member> callers = new ArrayList<>();
  private final CallOptions options;
  private final Context context;

  private record Member(Node node, Context context) {}

  OurCrowd(int callers, long costNanos, Duration deadline) {
    options = CallOptions.defaults().withTimeout(deadline);
    service = join(NodeOptions.defaults(), SERVICE_LOOPS);
    context = ((VertxInternal) service.vertx()).createEventLoopContext();
    NodeOptions unwatched =
        NodeOptions.defaults().withStalls(StallOptions.defaults().withEnabled(false));
    for (int i = 0; i < callers; i++) {
      Node node = join(unwatched, CALLER_LOOPS);
      this.callers.add(new Member(node, ((VertxInternal) node.vertx()).createEventLoopContext()));
    }
    Patience.await(service.deploy(() -> OurService.verticle(() -> costNanos)));
  }

  private static Node join(NodeOptions options, int loops) {
    Vertx vertx = Patience.await(LinkLoopTransport.start(() -> Vertx.builder()
        .with(new VertxOptions().setEventLoopPoolSize(loops))
        .withClusterManager(new FakeClusterManager())
        .withTransport(LinkLoopTransport.wrap(Transport.NIO))
        .buildClustered()));
    return Patience.await(Node.join(vertx, options.withLiveness(SUSPECT_AFTER, GONE_AFTER)));
  }

  @Override
  public Context context() {
    return context;
  }

  @Override
  public Future<?> call(int caller) {
    Member member = callers.get(caller);
    Promise<Object> ended = ((VertxInternal) service.vertx()).promise();
    member.context.runOnContext(v -> member
        .node
        .bus()
        .request(OurService.ASK, new Ask(1), options)
        .onComplete(answer -> {
          if (answer.succeeded()) {
            ended.complete();
          } else {
            ended.fail(answer.cause());
          }
        }));
    return ended.future();
  }

  @Override
  public void close() {
    List<Node> all = new ArrayList<>(callers.stream().map(Member::node).toList());
    all.add(service);
    all.forEach(
        node -> Patience.await(node.close().eventually(() -> node.vertx().close())));
    FakeClusterManager.reset();
  }
}
