package io.vertebra.examples.orders.services;

import io.vertebra.SagaVerticle;
import io.vertebra.saga.Saga;
import java.util.List;

/** Hosts the processes of orders. */
final class OrderProcesses extends SagaVerticle {

  @Override
  protected List<Saga<?>> sagas() {
    return List.of(Fulfilment.FULFILMENT);
  }
}
