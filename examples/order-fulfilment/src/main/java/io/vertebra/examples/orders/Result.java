package io.vertebra.examples.orders;

import io.vertebra.examples.orders.contracts.Orders.Order;
import io.vertebra.examples.orders.contracts.Orders.Outcome;
import io.vertebra.examples.orders.contracts.Orders.Status;
import io.vertebra.examples.orders.ledger.Books;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The last line of a run.
 *
 * @param counts orders by their end
 * @param revenue sum of the completed orders
 * @param units pieces shipped
 * @param isBalanced whether the books agree
 * @param seconds from the first order to the last end
 */
record Result(
    Map<Status, Integer> counts,
    BigDecimal revenue,
    long units,
    boolean isBalanced,
    double seconds) {

  static Result of(List<Order> orders, Map<String, Outcome> outcomes, Books books, double seconds) {
    Map<Status, Integer> counts = new EnumMap<>(Status.class);
    BigDecimal revenue = BigDecimal.ZERO;
    for (Order order : orders) {
      Outcome outcome = outcomes.get(order.orderId());
      Status status = outcome == null ? Status.NEEDS_OPERATOR : outcome.status();
      counts.merge(status, 1, Integer::sum);
      if (status == Status.COMPLETED) {
        revenue = revenue.add(order.total());
      }
    }
    boolean isBalanced = books.isBalanced(orders, outcomes);
    return new Result(counts, revenue, books.unitsShipped(), isBalanced, seconds);
  }

  /** The line; the revenue is rounded to whole units of money, halves up. */
  String toLine() {
    return "RESULT order-fulfilment"
        + " completed=" + count(Status.COMPLETED)
        + " out_of_stock=" + count(Status.OUT_OF_STOCK)
        + " declined=" + count(Status.DECLINED)
        + " rejected=" + count(Status.REJECTED)
        + " needs_operator=" + count(Status.NEEDS_OPERATOR)
        + " revenue=" + revenue.setScale(0, RoundingMode.HALF_UP).toPlainString()
        + " units_shipped=" + units
        + " books_balance=" + isBalanced
        + String.format(Locale.ROOT, " seconds=%.1f", seconds);
  }

  private int count(Status status) {
    return counts.getOrDefault(status, 0);
  }
}
