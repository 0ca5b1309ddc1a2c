package io.vertebra.benchmarks.request;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertebra.Node;
import io.vertebra.NodeOptions;
import io.vertebra.benchmarks.orders.OurServer;
import io.vertebra.observe.Metrics;
import io.vertx.core.Future;
import io.vertx.core.Vertx;

/** The framework within one JVM: default options, with metrics. */
final class OurLocal extends OurSide {
  private final Loops loops;
  private final Vertx vertx;
  private final Node node;

  OurLocal(Loops loops) {
    this.loops = loops;
    this.vertx = Vertx.vertx(loops.options());
    this.node = Node.create(
        vertx, NodeOptions.defaults().withObserver(Metrics.on(new SimpleMeterRegistry())));
  }

  @Override
  public String layout() {
    return loops.layout();
  }

  @Override
  public Future<Void> start() {
    return node.deploy(() -> caller).compose(id -> deployServer());
  }

  private Future<Void> deployServer() {
    OurServer server = new OurServer();
    return node.deploy(() -> server)
        .compose(id -> loops == Loops.SPLIT && server.loop() == caller.loop()
            ? vertx.undeploy(id).compose(v -> deployServer())
            : Future.succeededFuture());
  }

  @Override
  public void close() {
    node.close().await();
    vertx.close().await();
  }
}
