package io.vertebra.saga;

import io.vertebra.contract.Request;
import io.vertx.core.Promise;

/** Waits for an instance's outcome. */
record EndWaiter<R>(EngineLoop loop, Request<?, R> contract, Promise<R> promise) implements Waiter {

  @Override
  public boolean begun(SagaMachine<?> machine, Instance<?> instance) {
    return true;
  }

  @Override
  public <S> void ended(SagaMachine<S> machine, Instance<S> instance) {
    R outcome;
    try {
      outcome = Views.outcome(contract, machine, instance);
    } catch (RuntimeException e) {
      promise.tryFail(e);
      return;
    }
    promise.tryComplete(outcome);
  }

  @Override
  public void follow(String saga, String key) {
    loop.watch(saga, key, this);
  }

  @Override
  public void failed(Throwable failure) {
    promise.tryFail(failure);
  }
}
