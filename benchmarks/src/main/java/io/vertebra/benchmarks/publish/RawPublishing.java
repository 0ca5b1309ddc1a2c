package io.vertebra.benchmarks.publish;

import io.vertebra.benchmarks.process.Patience;
import io.vertebra.benchmarks.raw.RawFormat;
import io.vertebra.benchmarks.raw.RawPublisher;
import io.vertebra.benchmarks.raw.RawSubscriber;
import io.vertebra.benchmarks.raw.StockChanged;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.util.stream.IntStream;

/** The bare bus. */
final class RawPublishing extends Publishing {
  private final boolean split;
  private final Vertx vertx;
  private final RawPublisher publisher = new RawPublisher();

  /**
   * Not yet started.
   *
   * @param split whether publisher and subscribers each have an event loop of their own; as Vert.x
   *     assigns them otherwise
   */
  RawPublishing(boolean split) {
    this.split = split;
    VertxOptions options = new VertxOptions();
    this.vertx = Vertx.vertx(split ? options.setEventLoopPoolSize(SUBSCRIBERS + 1) : options);
  }

  @Override
  public Side side() {
    return Side.RAW;
  }

  @Override
  public String layout() {
    return split ? "split" : "shared";
  }

  @Override
  public Future<Void> start() {
    RawFormat.JSON.register(vertx.eventBus());
    // Vert.x hands out its event loops in turn, so one verticle each.
    return vertx
        .deployVerticle(publisher)
        .compose(id -> Future.all(IntStream.range(0, SUBSCRIBERS)
            .mapToObj(i -> vertx.deployVerticle(new RawSubscriber(event -> arrived(i, event))))
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
    Patience.await(vertx.close());
  }
}
