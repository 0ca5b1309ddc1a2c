package io.vertebra.examples.orders.services;

import io.vertebra.SagaVerticle;
import io.vertebra.examples.orders.contracts.Orders;
import io.vertebra.examples.orders.contracts.Orders.Order;
import io.vertebra.examples.orders.contracts.Orders.Outcome;
import io.vertebra.examples.orders.ledger.Ledger;
import io.vertebra.gateway.Progress;
import io.vertebra.saga.Saga;
import io.vertebra.saga.SagaLog;
import io.vertebra.saga.SagaOptions;
import java.time.Duration;
import java.util.List;

/** Hosts the processes of orders. Those that another host has begun and left are gone on with. */
final class OrderProcesses extends SagaVerticle {
  private final Ledger ledger;

  OrderProcesses(Ledger ledger) {
    this.ledger = ledger;
  }

  // #region durable
  @Override
  protected List<Saga<?>> sagas() {
    return List.of(Fulfilment.FULFILMENT);
  }

  // Each step is in the database before its command is sent: whoever is killed, another one, or the
  // same program when it is started again, goes on from there.
  @Override
  protected SagaLog log() {
    return ledger.postgres().sagaLog();
  }

  @Override
  protected SagaOptions options() {
    return super.options()
        .withNode(ledger.node())
        .withLease(Ledger.LEASE)
        .withPollInterval(Duration.ofMillis(200))
        .withKeyRetention(Ledger.KEPT);
  }
  // #endregion durable

  /** Looks at them while they run. */
  Progress<Order, Outcome> progress() {
    return Progress.ofSaga(engine(), Orders.FULFIL);
  }
}
