package io.vertebra.benchmarks.overload;

import io.vertebra.benchmarks.guard.Work;
import io.vertebra.benchmarks.process.Patience;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.internal.VertxInternal;
import java.time.Duration;
import java.util.function.LongSupplier;

/** The bare event bus, where callers only have a timeout. */
final class BareService implements Contender {
  static final String ADDRESS = "overload.ask";

  private final Vertx vertx =
      Vertx.vertx(new VertxOptions().setEventLoopPoolSize(OurService.LOOPS));
  private final Context caller = ((VertxInternal) vertx).createEventLoopContext();
  private final DeliveryOptions options;
  // What is left in queues then need not be done.
  private volatile boolean closing;

  BareService(long costNanos, Duration deadline) {
    this(() -> costNanos, deadline);
  }

  /** A service that takes that long for a call. */
  BareService(LongSupplier costNanos, Duration deadline) {
    options = new DeliveryOptions().setSendTimeout(deadline.toMillis());
    Patience.await(vertx.deployVerticle(verticle(() -> closing ? 0 : costNanos.getAsLong())));
  }

  /** Takes that long for a call. */
  static VerticleBase verticle(LongSupplier costNanos) {
    return new VerticleBase() {
      @Override
      public Future<?> start() {
        return vertx
            .eventBus()
            .<Integer>consumer(
                ADDRESS, message -> message.reply(Work.compute(costNanos.getAsLong())))
            .completion();
      }
    };
  }

  @Override
  public Context caller() {
    return caller;
  }

  @Override
  public Future<?> call() {
    return vertx.eventBus().request(ADDRESS, 1, options);
  }

  @Override
  public void close() {
    closing = true;
    Patience.await(vertx.close());
  }
}
