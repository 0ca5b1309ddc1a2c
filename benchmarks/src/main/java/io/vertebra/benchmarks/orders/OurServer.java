package io.vertebra.benchmarks.orders;

import io.vertebra.ServiceVerticle;
import io.vertebra.Services;
import io.vertebra.benchmarks.raw.OrderPlaced;
import io.vertebra.benchmarks.raw.PlaceOrder;
import io.vertebra.contract.Request;
import io.vertebra.limit.Limit;
import io.vertx.core.Future;
import io.vertx.core.Promise;

/** Answers orders, keeps silent, or throws, by contract. */
public final class OurServer extends ServiceVerticle {
  // Calls that are never answered keep their permits for 30 s after their deadline.
  private static final Limit ROOM_FOR_THE_LOST = Limit.fixed(1_000_000);

  private final Request<PlaceOrder, OrderPlaced> answered;
  private Thread loop = Thread.currentThread();

  /** Answers {@link Orders#PLACE}. */
  public OurServer() {
    this(Orders.PLACE);
  }

  /** Answers this instead of {@link Orders#PLACE}. */
  public OurServer(Request<PlaceOrder, OrderPlaced> answered) {
    this.answered = answered;
  }

  @Override
  protected void services(Services on) {
    loop = Thread.currentThread();
    on.request(answered, order -> Future.succeededFuture(new OrderPlaced(order.id(), true)));
    on.request(Orders.LOST, order -> Promise.<OrderPlaced>promise().future())
        .limitedTo(ROOM_FOR_THE_LOST);
    on.request(Orders.FAILING, order -> {
      throw new IllegalStateException("order " + order.id() + " cannot be read");
    });
  }

  /** The thread its handlers run on. */
  public Thread loop() {
    return loop;
  }
}
