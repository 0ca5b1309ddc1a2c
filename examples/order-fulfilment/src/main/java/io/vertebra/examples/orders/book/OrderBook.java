package io.vertebra.examples.orders.book;

import io.vertebra.examples.orders.contracts.Orders.Line;
import io.vertebra.examples.orders.contracts.Orders.Order;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;

/**
 * What the shop starts from.
 *
 * @param source where it was read
 * @param stock pieces in stock, by product
 * @param creditLimits by customer
 * @param orders in the order of their numbers, or of the file
 * @param orphans lines that belong to no order
 */
public record OrderBook(
    String source,
    Map<String, Integer> stock,
    Map<String, BigDecimal> creditLimits,
    List<Order> orders,
    List<Orphan> orphans) {

  /** Copies the collections. */
  public OrderBook {
    stock = Map.copyOf(stock);
    creditLimits = Map.copyOf(creditLimits);
    orders = List.copyOf(orders);
    orphans = List.copyOf(orphans);
  }

  /** A line of an order that does not exist. */
  public record Orphan(String orderId, Line line) {}
}
