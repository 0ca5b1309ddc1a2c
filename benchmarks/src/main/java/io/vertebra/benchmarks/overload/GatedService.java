package io.vertebra.benchmarks.overload;

import io.vertx.core.Context;
import io.vertx.core.Future;

/**
 * The bare event bus, with a gate where calls are made: behind an event loop's queue a gate would see one
 * call at a time. All calls come from one caller here, whose gate thus sees all there is.
 */
final class GatedService implements Contender {
  private static final Future<?> REFUSED = Future.failedFuture("refused");

  private final Contender service;
  private final Gate gate;

  GatedService(Contender service, Gate gate) {
    this.service = service;
    this.gate = gate;
  }

  @Override
  public Context caller() {
    return service.caller();
  }

  @Override
  public Future<?> call() {
    Gate.Exit exit = gate.enter();
    return exit == null
        ? REFUSED
        : service.call().onComplete(answer -> exit.ended(answer.succeeded()));
  }

  @Override
  public void warmedUp() {
    service.warmedUp();
  }

  @Override
  public void close() {
    service.close();
  }
}
