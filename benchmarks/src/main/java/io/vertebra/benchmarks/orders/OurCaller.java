package io.vertebra.benchmarks.orders;

import io.vertebra.ServiceVerticle;
import io.vertebra.Services;
import io.vertebra.benchmarks.load.Caller;
import io.vertebra.benchmarks.raw.OrderPlaced;
import io.vertebra.benchmarks.raw.PlaceOrder;
import io.vertebra.contract.Request;
import io.vertebra.messaging.CallOptions;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.time.Duration;

/** Asks; its methods are called on its own context. */
public final class OurCaller extends ServiceVerticle {
  private static final CallOptions SHORT =
      CallOptions.defaults().withTimeout(Duration.ofMillis(Caller.LOST_TIMEOUT_MILLIS));

  private final Request<PlaceOrder, OrderPlaced> answered;
  private Thread loop = Thread.currentThread();

  /** Calls {@link Orders#PLACE}. */
  public OurCaller() {
    this(Orders.PLACE);
  }

  /** Calls this instead of {@link Orders#PLACE}. */
  public OurCaller(Request<PlaceOrder, OrderPlaced> answered) {
    this.answered = answered;
  }

  @Override
  protected void services(Services on) {
    loop = Thread.currentThread();
  }

  /** The verticle's own context. */
  public Context context() {
    return context;
  }

  /** The thread its replies arrive on. */
  public Thread loop() {
    return loop;
  }

  /** A call that is answered. */
  public Future<OrderPlaced> place(long id) {
    return bus().request(answered, PlaceOrder.of(id));
  }

  /** A call that is never answered; its deadline is 200 ms. */
  public Future<OrderPlaced> lost(long id) {
    return bus().request(Orders.LOST, PlaceOrder.of(id), SHORT);
  }

  /** A call whose handler throws. */
  public Future<OrderPlaced> failing(long id) {
    return bus().request(Orders.FAILING, PlaceOrder.of(id), SHORT);
  }
}
