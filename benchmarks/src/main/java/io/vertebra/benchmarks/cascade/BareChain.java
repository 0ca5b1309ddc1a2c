package io.vertebra.benchmarks.cascade;

import io.vertebra.benchmarks.guard.Work;
import io.vertebra.benchmarks.process.Patience;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.internal.VertxInternal;

/** The bare event bus, where each call has the same timeout. */
final class BareChain implements Chain {
  private static final String ADDRESS = "cascade.level";

  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(LOOPS));
  private final Context caller = ((VertxInternal) vertx).createEventLoopContext();
  private final DeliveryOptions options = new DeliveryOptions().setSendTimeout(DEADLINE.toMillis());
  private final Wasted wasted = new Wasted();
  // What is left in queues then need not be done.
  private volatile boolean closing;

  BareChain() {
    for (int level = 1; level <= LEVELS; level++) {
      int mine = level;
      Patience.await(vertx.deployVerticle(new VerticleBase() {
        @Override
        public Future<?> start() {
          return vertx
              .eventBus()
              .<Long>consumer(ADDRESS + mine, message -> answer(mine, message))
              .completion();
        }
      }));
    }
  }

  private void answer(int level, Message<Long> message) {
    if (closing) {
      return;
    }
    wasted.begins(message.body());
    long result = Work.compute(Chain.costNanos(level));
    if (level == LEVELS) {
      message.reply(result);
    } else {
      vertx
          .eventBus()
          .request(ADDRESS + (level + 1), message.body(), options)
          .onSuccess(reply -> message.reply(reply.body()))
          .onFailure(failure -> message.fail(1, failure.getMessage()));
    }
  }

  @Override
  public Context caller() {
    return caller;
  }

  @Override
  public Future<?> call() {
    return vertx.eventBus().request(ADDRESS + 1, System.nanoTime() + DEADLINE.toNanos(), options);
  }

  @Override
  public Wasted wasted() {
    return wasted;
  }

  @Override
  public void close() {
    closing = true;
    Patience.await(vertx.close());
  }
}
