package io.vertebra.examples.orders;

import static java.util.stream.Collectors.toMap;

import io.vertebra.examples.orders.contracts.Orders.Order;
import io.vertebra.examples.orders.contracts.Orders.Outcome;
import io.vertebra.examples.orders.contracts.Orders.Quantity;
import io.vertebra.examples.orders.contracts.Orders.Status;
import io.vertebra.examples.orders.contracts.Payment;
import io.vertebra.examples.orders.contracts.Payment.Account;
import io.vertebra.examples.orders.contracts.Shipping;
import io.vertebra.examples.orders.contracts.Stock;
import io.vertebra.examples.orders.contracts.Stock.Level;
import io.vertebra.messaging.Bus;
import io.vertx.core.Future;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The books of the services, as they tell them.
 *
 * @param levels of stock
 * @param accounts of customers
 * @param shipped pieces by product
 */
record Books(List<Level> levels, List<Account> accounts, Map<String, Integer> shipped) {

  /** Asks the services. */
  static Future<Books> read(Bus bus) {
    Future<Stock.Levels> levels = bus.request(Stock.LEVELS, new Stock.ListLevels());
    Future<Payment.Accounts> accounts = bus.request(Payment.ACCOUNTS, new Payment.ListAccounts());
    Future<Shipping.Shipped> shipped = bus.request(Shipping.SHIPPED, new Shipping.ListShipped());
    return Future.all(levels, accounts, shipped)
        .map(all -> new Books(
            levels.result().levels(),
            accounts.result().accounts(),
            shipped.result().quantities().stream()
                .collect(toMap(Quantity::product, Quantity::pieces))));
  }

  long unitsShipped() {
    return shipped.values().stream().mapToLong(pieces -> pieces).sum();
  }

  /**
   * Whether nothing was lost or done twice: each product's opening stock is what is left plus what was
   * shipped, nothing is set aside any more, and each customer was charged for the completed orders
   * and within the limit.
   */
  boolean isBalanced(List<Order> orders, Map<String, Outcome> outcomes) {
    Map<String, BigDecimal> owed = new HashMap<>();
    for (Order order : orders) {
      Outcome outcome = outcomes.get(order.orderId());
      if (outcome != null && outcome.status() == Status.COMPLETED) {
        owed.merge(order.customer(), order.total(), BigDecimal::add);
      }
    }
    return levels.stream()
            .allMatch(level -> level.reserved() == 0
                && level.opening() == level.left() + shipped.getOrDefault(level.product(), 0))
        && accounts.stream()
            .allMatch(account ->
                account.charged().compareTo(owed.getOrDefault(account.customer(), BigDecimal.ZERO))
                        == 0
                    && account.charged().compareTo(account.creditLimit()) <= 0);
  }
}
