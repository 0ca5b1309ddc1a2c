package io.vertebra.examples.orders;

import io.vertebra.Node;
import io.vertebra.error.DeclaredFailure;
import io.vertebra.examples.orders.contracts.Orders;
import io.vertebra.examples.orders.contracts.Orders.Order;
import io.vertebra.examples.orders.contracts.Orders.Outcome;
import io.vertebra.examples.orders.contracts.Orders.Rejected;
import io.vertebra.examples.orders.contracts.Orders.Status;
import io.vertebra.messaging.CallOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;

/**
 * Places orders, so many at a time, until each is final. An order whose end is not known, because the
 * node that had it is gone, is placed again under the same business key.
 */
final class Driver {
  private static final CallOptions PATIENT =
      CallOptions.defaults().withTimeout(Duration.ofMinutes(2));
  private static final long PAUSE_MILLIS = 200;
  private static final int MOST_ATTEMPTS = 3_000;

  private final Node node;
  private final Deque<Order> waiting;
  private final IntConsumer onFinal;
  private final int total;
  private final Map<String, Outcome> outcomes;
  private final Promise<Finished> finished = Promise.promise();
  private final long begin = System.nanoTime();
  private int resubmitted;

  /**
   * What came of it.
   *
   * @param outcomes by order
   * @param resubmitted how often an order was placed again
   * @param seconds from the first order to the last end
   */
  record Finished(Map<String, Outcome> outcomes, int resubmitted, double seconds) {}

  private Driver(Node node, List<Order> orders, Map<String, Outcome> known, IntConsumer onFinal) {
    this.node = node;
    this.outcomes = new LinkedHashMap<>(known);
    this.waiting = new ArrayDeque<>(orders);
    this.waiting.removeIf(order -> known.containsKey(order.orderId()));
    this.total = orders.size();
    this.onFinal = onFinal;
  }

  /**
   * Places the orders but those whose end is known; {@code onFinal} hears, on one event loop, how many
   * are final.
   */
  static Future<Finished> run(
      Node node,
      List<Order> orders,
      Map<String, Outcome> known,
      int inFlight,
      IntConsumer onFinal) {
    Driver driver = new Driver(node, orders, known, onFinal);
    node.vertx().getOrCreateContext().runOnContext(start -> driver.start(inFlight));
    return driver.finished.future();
  }

  private void start(int inFlight) {
    if (waiting.isEmpty()) {
      finish();
    }
    for (int i = 0; i < inFlight; i++) {
      next();
    }
  }

  private void next() {
    Order order = waiting.poll();
    if (order != null) {
      place(order, 1);
    }
  }

  private void place(Order order, int attempt) {
    node.bus()
        .request(Orders.PLACE, order, PATIENT)
        .recover(DeclaredFailure.on(
            Rejected.class,
            rejected -> Future.succeededFuture(
                new Outcome(order.orderId(), Status.REJECTED, rejected.reason()))))
        .onSuccess(this::ended)
        .onFailure(unknown -> again(order, attempt, unknown));
  }

  private void again(Order order, int attempt, Throwable failure) {
    if (attempt == MOST_ATTEMPTS) {
      ended(new Outcome(order.orderId(), Status.NEEDS_OPERATOR, "no end known: " + failure));
      return;
    }
    node.vertx().setTimer(PAUSE_MILLIS, pause -> {
      resubmitted++;
      place(order, attempt + 1);
    });
  }

  private void ended(Outcome outcome) {
    outcomes.put(outcome.orderId(), outcome);
    onFinal.accept(outcomes.size());
    if (outcomes.size() >= total) {
      finish();
    } else {
      next();
    }
  }

  private void finish() {
    double seconds = (System.nanoTime() - begin) / 1e9;
    finished.complete(new Finished(outcomes, resubmitted, seconds));
  }
}
