package io.vertebra.benchmarks.raw;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.function.Consumer;

/** Hands what is published to whoever counts it. */
public final class RawSubscriber extends VerticleBase {
  private final Consumer<StockChanged> arrivals;

  /** A subscriber, not yet deployed. */
  public RawSubscriber(Consumer<StockChanged> arrivals) {
    this.arrivals = arrivals;
  }

  @Override
  public Future<?> start() {
    context.exceptionHandler(failure -> {});
    return vertx
        .eventBus()
        .<StockChanged>consumer(RawPublisher.ADDRESS, message -> arrivals.accept(message.body()))
        .completion();
  }
}
