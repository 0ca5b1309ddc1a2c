package io.vertebra.examples.orders.book;

import io.vertebra.examples.orders.book.OrderBook.Orphan;
import io.vertebra.examples.orders.contracts.Orders.Line;
import io.vertebra.examples.orders.contracts.Orders.Order;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The order book of a dealer in model cars: a sample database that is read from its jar through HSQLDB. */
public final class SteelWheels {
  private static final String URL = "jdbc:hsqldb:res:steelwheels";

  private SteelWheels() {}

  /** Reads it. Takes about a second. */
  public static OrderBook load() {
    try (Connection connection = DriverManager.getConnection(URL, "sa", "")) {
      connection.setSchema("steelwheels");
      Map<String, Integer> stock = new HashMap<>();
      each(
          connection,
          "select PRODUCTCODE, QUANTITYINSTOCK from \"products\"",
          row -> stock.put(row.getString(1), row.getInt(2)));
      Map<String, BigDecimal> limits = new HashMap<>();
      each(
          connection,
          "select CUSTOMERNUMBER, CREDITLIMIT from \"customers\"",
          row -> limits.put(row.getString(1), row.getBigDecimal(2)));
      return orders(connection, stock, limits);
    } catch (SQLException e) {
      throw new IllegalStateException("The sample database cannot be read from " + URL, e);
    }
  }

  private static OrderBook orders(
      Connection connection, Map<String, Integer> stock, Map<String, BigDecimal> limits)
      throws SQLException {
    Map<String, List<Line>> lines = new LinkedHashMap<>();
    each(
        connection,
        "select ORDERNUMBER, PRODUCTCODE, QUANTITYORDERED, PRICEEACH from \"orderdetails\""
            + " order by ORDERNUMBER, ORDERLINENUMBER",
        row -> lines
            .computeIfAbsent(row.getString(1), order -> new ArrayList<>())
            .add(new Line(row.getString(2), row.getInt(3), row.getBigDecimal(4))));
    List<Order> orders = new ArrayList<>();
    each(
        connection,
        "select ORDERNUMBER, CUSTOMERNUMBER from \"orders\" order by ORDERNUMBER",
        row -> {
          String order = row.getString(1);
          List<Line> mine = lines.remove(order);
          orders.add(new Order(order, row.getString(2), mine == null ? List.of() : mine));
        });
    List<Orphan> orphans = new ArrayList<>();
    lines.forEach((order, left) -> left.forEach(line -> orphans.add(new Orphan(order, line))));
    return new OrderBook("the steelwheels database", stock, limits, orders, orphans);
  }

  private static void each(Connection connection, String query, Row row) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      while (rows.next()) {
        row.read(rows);
      }
    }
  }

  private interface Row {
    void read(ResultSet row) throws SQLException;
  }
}
