package io.vertebra.benchmarks.cpumix;

import io.vertebra.benchmarks.guard.Work;
import io.vertebra.benchmarks.process.Patience;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.internal.VertxInternal;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** The bare event bus, with jobs done in one of three ways. */
final class BareSite implements Site {
  private static final String SMALL = "mix.small";
  private static final String JOB = "mix.job";

  private final Vertx vertx = Vertx.vertx(new VertxOptions()
      .setEventLoopPoolSize(LOOPS)
      .setWarningExceptionTime(1)
      .setWarningExceptionTimeUnit(TimeUnit.HOURS));
  private final Context caller = ((VertxInternal) vertx).createEventLoopContext();
  private final ExecutorService pool;

  /** How a job is done. */
  enum Jobs {
    /** In the handler. */
    INLINE,
    /** On the worker pool of Vert.x, several at once. */
    EXECUTE_BLOCKING,
    /** On a pool of Java with a fixed number of threads. */
    FIXED_POOL
  }

  BareSite(Jobs jobs, long steps, int threads) {
    pool = Executors.newFixedThreadPool(threads);
    Patience.await(vertx.deployVerticle(new VerticleBase() {
      @Override
      public Future<?> start() {
        vertx.eventBus().<Integer>consumer(SMALL, message -> message.reply(message.body()));
        return vertx
            .eventBus()
            .<Integer>consumer(JOB, message -> doJob(jobs, steps).onSuccess(message::reply))
            .completion();
      }
    }));
  }

  private Future<Long> doJob(Jobs jobs, long steps) {
    return switch (jobs) {
      case INLINE -> Future.succeededFuture(Work.steps(steps));
      case EXECUTE_BLOCKING -> vertx.executeBlocking(() -> Work.steps(steps), false);
      case FIXED_POOL -> {
        Promise<Long> done = ((VertxInternal) vertx).promise();
        pool.execute(() -> done.complete(Work.steps(steps)));
        yield done.future();
      }
    };
  }

  @Override
  public Context caller() {
    return caller;
  }

  @Override
  public Future<?> small() {
    return vertx.eventBus().request(SMALL, 1);
  }

  @Override
  public Future<?> job() {
    return vertx.eventBus().request(JOB, 1);
  }

  @Override
  public void close() {
    Patience.await(vertx.close());
    pool.shutdown();
  }
}
