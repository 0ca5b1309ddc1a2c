package io.vertebra.examples.orders.services;

import io.vertebra.error.DeclaredFailure;
import io.vertebra.error.IdempotencyException;
import io.vertebra.examples.orders.contracts.Orders;
import io.vertebra.examples.orders.contracts.Orders.Order;
import io.vertebra.examples.orders.contracts.Orders.Outcome;
import io.vertebra.examples.orders.ledger.Ledger;
import io.vertebra.gateway.Progress;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;

/** The processes of orders as HTTP sees them: what is unknown is turned down first, and so is another order of the same id. */
final class AcceptedOrders implements Progress<Order, Outcome> {
  private final Catalogue catalogue;
  private final Ledger ledger;
  private final Progress<Order, Outcome> processes;

  AcceptedOrders(Catalogue catalogue, Ledger ledger, Progress<Order, Outcome> processes) {
    this.catalogue = catalogue;
    this.ledger = ledger;
    this.processes = processes;
  }

  @Override
  public Future<State<Outcome>> begin(Order order) {
    Optional<Orders.Rejected> objection = catalogue.objection(order);
    if (objection.isPresent()) {
      return Future.failedFuture(new DeclaredFailure(objection.get()));
    }
    return ledger
        .accept(order)
        .compose(isTheSame -> isTheSame
            ? processes.begin(order)
            : Future.failedFuture(IdempotencyException.conflict(Orders.PLACE.name())));
  }

  @Override
  public Future<Optional<State<Outcome>>> find(String orderId) {
    return processes.find(orderId);
  }

  @Override
  public Future<List<Event>> history(String orderId) {
    return processes.history(orderId);
  }

  @Override
  public Runnable onChange(String orderId, Runnable action) {
    return processes.onChange(orderId, action);
  }
}
