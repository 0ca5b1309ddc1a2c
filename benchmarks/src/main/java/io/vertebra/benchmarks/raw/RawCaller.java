package io.vertebra.benchmarks.raw;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;

/** Asks; its methods are called on its own context. */
public final class RawCaller extends VerticleBase {
  private static final DeliveryOptions REQUEST = new DeliveryOptions().setSendTimeout(5_000);
  // A throwing handler answers nothing on the bare bus, so both kinds end by their timeout.
  private static final DeliveryOptions SHORT = new DeliveryOptions().setSendTimeout(200);

  private Thread loop = Thread.currentThread();

  @Override
  public Future<?> start() {
    loop = Thread.currentThread();
    return Future.succeededFuture();
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
  public Future<Message<OrderPlaced>> place(long id) {
    return vertx.eventBus().request(RawServer.PLACE, PlaceOrder.of(id), REQUEST);
  }

  /** A call that is never answered; ends after 200 ms. */
  public Future<Message<OrderPlaced>> lost(long id) {
    return vertx.eventBus().request(RawServer.LOST, PlaceOrder.of(id), SHORT);
  }

  /** A call whose handler throws; ends after 200 ms. */
  public Future<Message<OrderPlaced>> failing(long id) {
    return vertx.eventBus().request(RawServer.FAILING, PlaceOrder.of(id), SHORT);
  }

  /** Whether a call ended by its timeout. */
  public static boolean isTimeout(Throwable failure) {
    return failure instanceof ReplyException reply && reply.failureType() == ReplyFailure.TIMEOUT;
  }
}
