package io.vertebra.saga;

import io.vertebra.error.SagaException;
import io.vertx.core.Promise;

/** Waits until an instance is in the log. */
record BeginWaiter(SagaLog log, EngineLoop loop, Promise<SagaInstance> promise) implements Waiter {

  @Override
  public boolean begun(SagaMachine<?> machine, Instance<?> instance) {
    promise.tryComplete(Views.view(machine, instance));
    return false;
  }

  @Override
  public <S> void ended(SagaMachine<S> machine, Instance<S> instance) {
    begun(machine, instance);
  }

  @Override
  public void follow(String saga, String key) {
    log.find(saga, key)
        .map(row -> row.map(found -> Views.view(loop.owner().machine(found.definition()), found))
            .orElseThrow(() -> SagaException.logUnavailable(saga, key)))
        .onSuccess(promise::tryComplete)
        .onFailure(promise::tryFail);
  }

  @Override
  public void failed(Throwable failure) {
    promise.tryFail(failure);
  }
}
