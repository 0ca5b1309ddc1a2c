package io.vertebra.examples.orders.services;

import io.vertebra.ServiceVerticle;
import io.vertebra.Services;
import io.vertebra.error.ErrorCode;
import io.vertebra.error.VertebraException;
import io.vertebra.examples.orders.contracts.Orders;
import io.vertebra.examples.orders.contracts.Orders.Order;
import io.vertebra.examples.orders.contracts.Orders.Outcome;
import io.vertebra.examples.orders.contracts.Orders.Status;
import io.vertebra.examples.orders.ledger.Ledger;
import io.vertebra.messaging.Call;
import io.vertebra.messaging.CallOptions;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Optional;

/** Takes orders from outside: turns down what is unknown, starts the process for the rest, waits for its end. */
final class OrderDesk extends ServiceVerticle {
  private static final CallOptions PATIENT =
      CallOptions.defaults().withTimeout(Duration.ofMinutes(2));

  private final Catalogue catalogue;
  private final Ledger ledger;

  OrderDesk(Catalogue catalogue, Ledger ledger) {
    this.catalogue = catalogue;
    this.ledger = ledger;
  }

  @Override
  protected void services(Services on) {
    on.request(Orders.PLACE, this::place);
  }

  private Future<Outcome> place(Order order, Call call) {
    Optional<Orders.Rejected> objection = catalogue.objection(order);
    if (objection.isPresent()) {
      return call.fail(objection.get());
    }
    return ledger
        .accept(order)
        .compose(isTheSame -> isTheSame
            ? fulfil(order, call)
            : call.fail(new Orders.Rejected(order.orderId(), "another order has the same id")));
  }

  private Future<Outcome> fulfil(Order order, Call call) {
    return call.request(Orders.FULFIL, order, PATIENT)
        .compose(ledger::ended)
        .recover(failure -> failed(order, call, failure));
  }

  private static Future<Outcome> failed(Order order, Call call, Throwable failure) {
    ErrorCode code = failure instanceof VertebraException known ? known.code() : null;
    String reason = String.valueOf(failure.getMessage());
    if (code == ErrorCode.SAGA_NEEDS_OPERATOR) {
      return Future.succeededFuture(new Outcome(order.orderId(), Status.NEEDS_OPERATOR, reason));
    }
    return call.fail(new Orders.Unfinished(order.orderId(), reason));
  }
}
