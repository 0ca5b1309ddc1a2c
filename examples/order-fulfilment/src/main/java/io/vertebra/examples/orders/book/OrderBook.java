package io.vertebra.examples.orders.book;

import io.vertebra.examples.orders.contracts.Orders.Line;
import io.vertebra.examples.orders.contracts.Orders.Order;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
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

  /** The orders so many times over, each round under ids of its own, with as many times the stock and credit. */
  public OrderBook times(int rounds) {
    if (rounds == 1) {
      return this;
    }
    Map<String, Integer> allStock = new HashMap<>(stock);
    allStock.replaceAll((product, pieces) -> Math.multiplyExact(pieces, rounds));
    Map<String, BigDecimal> allLimits = new HashMap<>(creditLimits);
    allLimits.replaceAll((customer, limit) -> limit.multiply(BigDecimal.valueOf(rounds)));
    List<Order> allOrders = new ArrayList<>();
    for (int round = 1; round <= rounds; round++) {
      for (Order order : orders) {
        allOrders.add(new Order(order.orderId() + "." + round, order.customer(), order.lines()));
      }
    }
    return new OrderBook(source, allStock, allLimits, allOrders, orphans);
  }
}
