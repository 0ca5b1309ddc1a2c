package io.vertebra.benchmarks.raw;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;

/** Answers orders, keeps silent, or throws, by address. */
public final class RawServer extends VerticleBase {
  static final String PLACE = "orders.place";
  static final String LOST = "orders.lost";
  static final String FAILING = "orders.failing";

  private static final DeliveryOptions REPLY = new DeliveryOptions();

  private Thread loop = Thread.currentThread();
  private long thrown;

  @Override
  public Future<?> start() {
    loop = Thread.currentThread();
    context.exceptionHandler(failure -> thrown++);
    EventBus bus = vertx.eventBus();
    return Future.all(
        bus.<PlaceOrder>consumer(PLACE, RawServer::place).completion(),
        bus.<PlaceOrder>consumer(LOST, message -> {}).completion(),
        bus.<PlaceOrder>consumer(FAILING, message -> {
              throw new IllegalStateException("order " + message.body().id() + " cannot be read");
            })
            .completion());
  }

  /** The thread its handlers run on. */
  public Thread loop() {
    return loop;
  }

  /** How many handlers threw. */
  public long thrown() {
    return thrown;
  }

  private static void place(Message<PlaceOrder> message) {
    message.reply(new OrderPlaced(message.body().id(), true), REPLY);
  }
}
