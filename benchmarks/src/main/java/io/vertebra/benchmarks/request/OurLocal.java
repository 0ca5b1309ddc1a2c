package io.vertebra.benchmarks.request;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertebra.Node;
import io.vertebra.NodeOptions;
import io.vertebra.benchmarks.orders.Orders;
import io.vertebra.benchmarks.orders.OurCaller;
import io.vertebra.benchmarks.orders.OurServer;
import io.vertebra.benchmarks.process.Patience;
import io.vertebra.benchmarks.raw.OrderPlaced;
import io.vertebra.benchmarks.raw.PlaceOrder;
import io.vertebra.contract.Request;
import io.vertebra.observe.Metrics;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.function.UnaryOperator;

/** The framework within one JVM: default options, with metrics. */
public final class OurLocal extends OurSide {
  private final Loops loops;
  private final Request<PlaceOrder, OrderPlaced> contract;
  private final Vertx vertx;
  private final Node node;

  OurLocal(Loops loops) {
    this(loops, Orders.PLACE, options -> options);
  }

  private OurLocal(
      Loops loops, Request<PlaceOrder, OrderPlaced> contract, UnaryOperator<NodeOptions> change) {
    super(new OurCaller(contract));
    this.loops = loops;
    this.contract = contract;
    this.vertx = Vertx.vertx(loops.options());
    this.node = Node.create(
        vertx,
        change.apply(NodeOptions.defaults().withObserver(Metrics.on(new SimpleMeterRegistry()))));
  }

  /** Caller and server on one event loop, with another contract or other options. */
  public static OurLocal onOneLoop(
      Request<PlaceOrder, OrderPlaced> contract, UnaryOperator<NodeOptions> change) {
    return new OurLocal(Loops.ONE, contract, change);
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
    OurServer server = new OurServer(contract);
    return node.deploy(() -> server)
        .compose(id -> loops == Loops.SPLIT && server.loop() == caller.loop()
            ? vertx.undeploy(id).compose(v -> deployServer())
            : Future.succeededFuture());
  }

  @Override
  public void close() {
    Patience.await(node.close());
    Patience.await(vertx.close());
  }
}
