package io.vertebra.examples.orders.services;

import io.vertebra.error.DeclaredFailure;
import io.vertebra.error.IdempotencyException;
import io.vertebra.examples.orders.contracts.Orders;
import io.vertebra.examples.orders.contracts.Orders.Order;
import io.vertebra.examples.orders.contracts.Orders.Outcome;
import io.vertebra.gateway.Progress;
import io.vertx.core.Future;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The processes of orders as HTTP sees them: what is unknown is turned down first, and so is another order of the same id. */
final class AcceptedOrders implements Progress<Order, Outcome> {
  private static final int REMEMBERED = 10_000;

  private final Catalogue catalogue;
  private final Progress<Order, Outcome> processes;
  private final Map<String, Order> accepted = new LinkedHashMap<>() {
    private static final long serialVersionUID = 1L;

    @Override
    protected boolean removeEldestEntry(Map.Entry<String, Order> eldest) {
      return size() > REMEMBERED;
    }
  };

  AcceptedOrders(Catalogue catalogue, Progress<Order, Outcome> processes) {
    this.catalogue = catalogue;
    this.processes = processes;
  }

  @Override
  public Future<State<Outcome>> begin(Order order) {
    Optional<Orders.Rejected> objection = catalogue.objection(order);
    if (objection.isPresent()) {
      return Future.failedFuture(new DeclaredFailure(objection.get()));
    }
    if (!order.equals(accepted.computeIfAbsent(order.orderId(), id -> order))) {
      return Future.failedFuture(IdempotencyException.conflict(Orders.PLACE.name()));
    }
    return processes.begin(order);
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
