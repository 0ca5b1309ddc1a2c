package io.vertebra.benchmarks.request;

import io.vertebra.benchmarks.load.Caller;
import io.vertebra.benchmarks.orders.OurCaller;
import io.vertebra.benchmarks.raw.OrderPlaced;
import io.vertebra.error.ErrorCode;
import io.vertebra.error.VertebraException;
import io.vertx.core.Context;
import io.vertx.core.Future;

/** What all contestants on the framework have in common: how they call. */
abstract class OurSide implements Caller<OrderPlaced> {
  final OurCaller caller;

  OurSide(OurCaller caller) {
    this.caller = caller;
  }

  @Override
  public Side side() {
    return Side.OURS;
  }

  @Override
  public Context callerContext() {
    return caller.context();
  }

  @Override
  public Future<OrderPlaced> request(long id) {
    return caller.place(id);
  }

  @Override
  public long idOf(OrderPlaced reply) {
    return reply.id();
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
    return isCode(failure, ErrorCode.DEADLINE_EXCEEDED);
  }

  @Override
  public boolean isHandlerFailure(Throwable failure) {
    return isCode(failure, ErrorCode.HANDLER_FAILED);
  }

  private static boolean isCode(Throwable failure, ErrorCode code) {
    return failure instanceof VertebraException ours && ours.code() == code;
  }
}
