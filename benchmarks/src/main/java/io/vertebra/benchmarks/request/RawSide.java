package io.vertebra.benchmarks.request;

import io.vertebra.benchmarks.load.Caller;
import io.vertebra.benchmarks.raw.OrderPlaced;
import io.vertebra.benchmarks.raw.RawCaller;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.eventbus.Message;

/** What all contestants on the bare bus have in common: how they call. */
abstract class RawSide implements Caller<Message<OrderPlaced>> {
  final RawCaller caller = new RawCaller();

  @Override
  public Side side() {
    return Side.RAW;
  }

  @Override
  public Context callerContext() {
    return caller.context();
  }

  @Override
  public Future<Message<OrderPlaced>> request(long id) {
    return caller.place(id);
  }

  @Override
  public long idOf(Message<OrderPlaced> reply) {
    return reply.body().id();
  }

  @Override
  public Future<?> requestLost(long id) {
    return caller.lost(id);
  }

  @Override
  public Future<?> requestFailing(long id) {
    return caller.failing(id);
  }

  @Override
  public boolean isExpiry(Throwable failure) {
    return RawCaller.isTimeout(failure);
  }

  @Override
  public boolean isHandlerFailure(Throwable failure) {
    return RawCaller.isTimeout(failure);
  }
}
