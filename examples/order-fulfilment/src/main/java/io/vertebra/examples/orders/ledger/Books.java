package io.vertebra.examples.orders.ledger;

import io.vertebra.examples.orders.contracts.Orders.Order;
import io.vertebra.examples.orders.contracts.Orders.Outcome;
import io.vertebra.examples.orders.contracts.Orders.Status;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.StreamSupport;

/**
 * The books of stock, payment and shipping at one time.
 *
 * @param items of the stock, by product
 * @param accounts of the customers, by customer
 */
public record Books(List<Item> items, List<Account> accounts) {

  /**
   * One product.
   *
   * @param opening pieces at the beginning
   * @param left pieces in the house
   * @param reserved pieces of these that are set aside for orders
   * @param shipped pieces that were handed to the carrier
   */
  public record Item(String product, int opening, int left, int reserved, int shipped) {}

  /** One customer: the limit, and the sum of all charges that stand. */
  public record Account(String customer, BigDecimal creditLimit, BigDecimal charged) {}

  static Future<Books> read(SqlClient sql) {
    Future<List<Item>> items = sql.query("""
            SELECT s.product, s.opening, s.on_hand, s.reserved, coalesce(p.pieces, 0)::int AS shipped
            FROM stock s LEFT JOIN (SELECT product, sum(pieces) AS pieces FROM parcel GROUP BY product) p
              USING (product)
            ORDER BY s.product
            """)
        .execute()
        .map(rows -> list(
            rows,
            row -> new Item(
                row.getString("product"),
                row.getInteger("opening"),
                row.getInteger("on_hand"),
                row.getInteger("reserved"),
                row.getInteger("shipped"))));
    Future<List<Account>> accounts = sql.query(
            "SELECT customer, credit_limit, charged FROM account ORDER BY customer")
        .execute()
        .map(rows -> list(
            rows,
            row -> new Account(
                row.getString("customer"),
                row.getBigDecimal("credit_limit"),
                row.getBigDecimal("charged"))));
    return Future.all(items, accounts).map(both -> new Books(items.result(), accounts.result()));
  }

  static <T> List<T> list(RowSet<Row> rows, Function<Row, T> mapper) {
    return StreamSupport.stream(rows.spliterator(), false).map(mapper).toList();
  }

  /** Pieces shipped. */
  public long unitsShipped() {
    return items.stream().mapToLong(Item::shipped).sum();
  }

  /**
   * Whether nothing was lost or done twice: each product's opening stock is what is left plus what was
   * shipped, nothing is set aside any more, and each customer was charged for the completed orders
   * and within the limit.
   */
  public boolean isBalanced(List<Order> orders, Map<String, Outcome> outcomes) {
    Map<String, BigDecimal> owed = new HashMap<>();
    for (Order order : orders) {
      Outcome outcome = outcomes.get(order.orderId());
      if (outcome != null && outcome.status() == Status.COMPLETED) {
        owed.merge(order.customer(), order.total(), BigDecimal::add);
      }
    }
    return items.stream()
            .allMatch(
                item -> item.reserved() == 0 && item.opening() == item.left() + item.shipped())
        && accounts.stream()
            .allMatch(account ->
                account.charged().compareTo(owed.getOrDefault(account.customer(), BigDecimal.ZERO))
                        == 0
                    && account.charged().compareTo(account.creditLimit()) <= 0);
  }
}
