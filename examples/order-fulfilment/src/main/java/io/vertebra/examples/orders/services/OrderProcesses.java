package io.vertebra.examples.orders.services;

import io.vertebra.SagaVerticle;
import io.vertebra.examples.orders.contracts.Orders;
import io.vertebra.examples.orders.contracts.Orders.Order;
import io.vertebra.examples.orders.contracts.Orders.Outcome;
import io.vertebra.gateway.Progress;
import io.vertebra.saga.Saga;
import java.util.List;

/** Hosts the processes of orders. */
final class OrderProcesses extends SagaVerticle {

  @Override
  protected List<Saga<?>> sagas() {
    return List.of(Fulfilment.FULFILMENT);
  }

  /** Looks at them while they run. */
  Progress<Order, Outcome> progress() {
    return Progress.ofSaga(engine(), Orders.FULFIL);
  }
}
