package io.vertebra.benchmarks.features;

import io.vertebra.benchmarks.load.Caller;
import io.vertebra.benchmarks.process.Patience;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;

/** Answers at once: what the load generator itself costs. */
final class NoDispatch implements Caller<Long> {
  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
  private final Context context = vertx.getOrCreateContext();

  @Override
  public Side side() {
    return Side.OURS;
  }

  @Override
  public String layout() {
    return "load-loop";
  }

  @Override
  public Future<Void> start() {
    return Future.succeededFuture();
  }

  @Override
  public Context callerContext() {
    return context;
  }

  @Override
  public Future<Long> request(long id) {
    return Future.succeededFuture(id);
  }

  @Override
  public long idOf(Long reply) {
    return reply;
  }

  @Override
  public Future<?> requestLost(long id) {
    return Future.failedFuture("no reply");
  }

  @Override
  public Future<?> requestFailing(long id) {
    return Future.failedFuture("no reply");
  }

  @Override
  public boolean isExpiry(Throwable failure) {
    return true;
  }

  @Override
  public boolean isHandlerFailure(Throwable failure) {
    return true;
  }

  @Override
  public void close() {
    Patience.await(vertx.close());
  }
}
