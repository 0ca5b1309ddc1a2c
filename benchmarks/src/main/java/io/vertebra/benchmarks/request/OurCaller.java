package io.vertebra.benchmarks.request;

import io.vertebra.ServiceVerticle;
import io.vertebra.Services;
import io.vertebra.benchmarks.load.Caller;
import io.vertebra.benchmarks.raw.OrderPlaced;
import io.vertebra.benchmarks.raw.PlaceOrder;
import io.vertebra.messaging.CallOptions;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.time.Duration;

/** Asks; its methods are called on its own context. */
final class OurCaller extends ServiceVerticle {
  private static final CallOptions SHORT =
      CallOptions.defaults().withTimeout(Duration.ofMillis(Caller.LOST_TIMEOUT_MILLIS));

  private Thread loop = Thread.currentThread();

  @Override
  protected void services(Services on) {
    loop = Thread.currentThread();
  }

  /** The verticle's own context. */
  Context context() {
    return context;
  }

  /** The thread its replies arrive on. */
  Thread loop() {
    return loop;
  }

  Future<OrderPlaced> place(long id) {
    return bus().request(Orders.PLACE, PlaceOrder.of(id));
  }

  Future<OrderPlaced> lost(long id) {
    return bus().request(Orders.LOST, PlaceOrder.of(id), SHORT);
  }

  Future<OrderPlaced> failing(long id) {
    return bus().request(Orders.FAILING, PlaceOrder.of(id), SHORT);
  }
}
