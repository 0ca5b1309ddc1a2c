package io.vertebra.benchmarks.raw;

import io.vertx.core.Context;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.DeliveryOptions;

/** Publishes; its methods are called on its own context. */
public final class RawPublisher extends VerticleBase {
  static final String ADDRESS = "stock.changed";

  private static final DeliveryOptions PUBLISH = new DeliveryOptions();

  /** The verticle's own context. */
  public Context context() {
    return context;
  }

  /** Publishes to all subscribers. */
  public void publish(StockChanged event) {
    vertx.eventBus().publish(ADDRESS, event, PUBLISH);
  }
}
