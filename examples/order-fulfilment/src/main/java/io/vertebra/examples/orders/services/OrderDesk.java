package io.vertebra.examples.orders.services;

import io.vertebra.ServiceVerticle;
import io.vertebra.Services;
import io.vertebra.error.ErrorCode;
import io.vertebra.error.VertebraException;
import io.vertebra.examples.orders.contracts.Orders;
import io.vertebra.examples.orders.contracts.Orders.Line;
import io.vertebra.examples.orders.contracts.Orders.Order;
import io.vertebra.examples.orders.contracts.Orders.Outcome;
import io.vertebra.examples.orders.contracts.Orders.Status;
import io.vertebra.messaging.Call;
import io.vertebra.messaging.CallOptions;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Set;

/** Takes orders from outside: turns down what is unknown, starts the process for the rest, waits for its end. */
final class OrderDesk extends ServiceVerticle {
  private static final CallOptions PATIENT =
      CallOptions.defaults().withTimeout(Duration.ofMinutes(2));

  private final Set<String> products;
  private final Set<String> customers;

  OrderDesk(Set<String> products, Set<String> customers) {
    this.products = products;
    this.customers = customers;
  }

  @Override
  protected void services(Services on) {
    on.request(Orders.PLACE, this::place);
  }

  private Future<Outcome> place(Order order, Call call) {
    if (!customers.contains(order.customer())) {
      return call.fail(
          new Orders.Rejected(order.orderId(), "unknown customer " + order.customer()));
    }
    for (Line line : order.lines()) {
      if (!products.contains(line.product())) {
        return call.fail(new Orders.Rejected(order.orderId(), "unknown product " + line.product()));
      }
    }
    return call.request(Orders.FULFIL, order, PATIENT)
        .recover(failure -> failed(order, call, failure));
  }

  private static Future<Outcome> failed(Order order, Call call, Throwable failure) {
    ErrorCode code = failure instanceof VertebraException known ? known.code() : null;
    String reason = String.valueOf(failure.getMessage());
    if (code == ErrorCode.SAGA_NEEDS_OPERATOR) {
      return Future.succeededFuture(new Outcome(order.orderId(), Status.NEEDS_OPERATOR, reason));
    }
    return code == ErrorCode.CONFLICT
        ? call.fail(new Orders.Rejected(order.orderId(), "another order has the same id"))
        : call.fail(new Orders.Unfinished(order.orderId(), reason));
  }
}
