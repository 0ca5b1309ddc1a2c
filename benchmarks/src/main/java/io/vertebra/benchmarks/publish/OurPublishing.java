package io.vertebra.benchmarks.publish;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertebra.Node;
import io.vertebra.NodeOptions;
import io.vertebra.ServiceVerticle;
import io.vertebra.Services;
import io.vertebra.benchmarks.process.Patience;
import io.vertebra.benchmarks.raw.StockChanged;
import io.vertebra.contract.Topic;
import io.vertebra.observe.Metrics;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** The framework: default options, with metrics. */
final class OurPublishing extends Publishing {
  private static final Topic<StockChanged> CHANGED = Topic.of("stock.changed", StockChanged.class);

  private final Vertx vertx = Vertx.vertx();
  private final Node node = Node.create(
      vertx, NodeOptions.defaults().withObserver(Metrics.on(new SimpleMeterRegistry())));
  private final Publisher publisher = new Publisher();

  @Override
  public Side side() {
    return Side.OURS;
  }

  @Override
  public String layout() {
    return "shared";
  }

  @Override
  public Future<Void> start() {
    return node.deploy(() -> publisher)
        .compose(id -> Future.all(IntStream.range(0, SUBSCRIBERS)
            .mapToObj(i -> node.deploy(() -> new Subscriber(event -> arrived(i, event))))
            .toList()))
        .mapEmpty();
  }

  @Override
  Context publisherContext() {
    return publisher.context();
  }

  @Override
  void publish(StockChanged event) {
    publisher.publish(event);
  }

  @Override
  public void close() {
    Patience.await(node.close());
    Patience.await(vertx.close());
  }

  private static final class Publisher extends ServiceVerticle {
    @Override
    protected void services(Services on) {}

    Context context() {
      return context;
    }

    void publish(StockChanged event) {
      bus().publish(CHANGED, event);
    }
  }

  private static final class Subscriber extends ServiceVerticle {
    private final Consumer<StockChanged> arrivals;

    Subscriber(Consumer<StockChanged> arrivals) {
      this.arrivals = arrivals;
    }

    @Override
    protected void services(Services on) {
      on.topic(CHANGED, event -> {
        arrivals.accept(event);
        return Future.succeededFuture();
      });
    }
  }
}
