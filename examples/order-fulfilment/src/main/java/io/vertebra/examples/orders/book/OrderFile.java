package io.vertebra.examples.orders.book;

import io.vertebra.examples.orders.contracts.Orders.Line;
import io.vertebra.examples.orders.contracts.Orders.Order;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Orders from a file of JSON:
 *
 * <pre>{@code
 * {"orders":    [{"orderId": "A-1", "customer": "363", "lines": [{"product": "S18_1749", "quantity": 2, "price": 172.00}]}],
 *  "products":  [{"product": "S18_1749", "stock": 10}],
 *  "customers": [{"customer": "363", "creditLimit": 5000.00}]}
 * }</pre>
 *
 * <p>Without {@code products} or {@code customers} those of the sample database are there.
 */
public final class OrderFile {
  private final Path file;

  private OrderFile(Path file) {
    this.file = file;
  }

  /** Reads a file. Fails with {@link OrderFileException} if something in it is not as it should be. */
  public static OrderBook load(Path file, Supplier<OrderBook> sample) {
    return new OrderFile(file).read(sample);
  }

  private OrderBook read(Supplier<OrderBook> sample) {
    JsonObject json = parse();
    only(json, "", Set.of("orders", "products", "customers"));
    Map<String, Integer> stock = new HashMap<>();
    each(json, "", "products", (product, at) -> {
      only(product, at, Set.of("product", "stock"));
      String name = text(product, at, "product");
      if (stock.put(name, whole(product, at, "stock", 0, 1_000_000_000)) != null) {
        throw bad(at + ".product", "is there twice: " + name);
      }
    });
    Map<String, BigDecimal> limits = new HashMap<>();
    each(json, "", "customers", (customer, at) -> {
      only(customer, at, Set.of("customer", "creditLimit"));
      String name = text(customer, at, "customer");
      if (limits.put(name, money(customer, at, "creditLimit")) != null) {
        throw bad(at + ".customer", "is there twice: " + name);
      }
    });
    List<Order> orders = orders(json);
    boolean isComplete = json.containsKey("products") && json.containsKey("customers");
    @Nullable OrderBook base = isComplete ? null : sample.get();
    return new OrderBook(
        file.toString(),
        base == null || json.containsKey("products") ? stock : base.stock(),
        base == null || json.containsKey("customers") ? limits : base.creditLimits(),
        orders,
        List.of());
  }

  private List<Order> orders(JsonObject json) {
    if (!json.containsKey("orders")) {
      throw bad("orders", "is missing");
    }
    List<Order> orders = new ArrayList<>();
    Set<String> ids = new HashSet<>();
    each(json, "", "orders", (order, at) -> {
      only(order, at, Set.of("orderId", "customer", "lines"));
      List<Line> lines = new ArrayList<>();
      each(order, at + ".", "lines", (line, place) -> {
        only(line, place, Set.of("product", "quantity", "price"));
        lines.add(new Line(
            text(line, place, "product"),
            whole(line, place, "quantity", 1, 1_000_000),
            money(line, place, "price")));
      });
      String id = text(order, at, "orderId");
      if (!ids.add(id)) {
        throw bad(at + ".orderId", "is there twice: " + id);
      }
      try {
        orders.add(new Order(id, text(order, at, "customer"), lines));
      } catch (IllegalArgumentException e) {
        throw bad(at, String.valueOf(e.getMessage()));
      }
    });
    return orders;
  }

  private JsonObject parse() {
    try {
      return new JsonObject(Files.readString(file));
    } catch (IOException e) {
      throw new OrderFileException(file + " cannot be read: " + e);
    } catch (DecodeException e) {
      throw new OrderFileException(file + " is not a JSON object: " + e.getMessage());
    }
  }

  private void each(
      JsonObject owner, String at, String name, BiConsumer<JsonObject, String> action) {
    Object value = owner.getValue(name, new JsonArray());
    if (!(value instanceof JsonArray array)) {
      throw bad(at + name, "is not a list");
    }
    for (int i = 0; i < array.size(); i++) {
      String place = at + name + "[" + i + "]";
      if (!(array.getValue(i) instanceof JsonObject element)) {
        throw bad(place, "is not an object");
      }
      action.accept(element, place);
    }
  }

  private void only(JsonObject json, String at, Set<String> names) {
    for (String name : json.fieldNames()) {
      if (!names.contains(name)) {
        throw bad(at.isEmpty() ? name : at + "." + name, "is not a field that belongs there");
      }
    }
  }

  private String text(JsonObject json, String at, String name) {
    if (json.getValue(name) instanceof String text && !text.isBlank()) {
      return text;
    }
    throw bad(at + "." + name, "is not a text: " + json.getValue(name));
  }

  private int whole(JsonObject json, String at, String name, int from, int to) {
    if (json.getValue(name) instanceof Integer whole && whole >= from && whole <= to) {
      return whole;
    }
    throw bad(
        at + "." + name,
        "is not a whole number from " + from + " to " + to + ": " + json.getValue(name));
  }

  private BigDecimal money(JsonObject json, String at, String name) {
    if (json.getValue(name) instanceof Number number && Double.isFinite(number.doubleValue())) {
      BigDecimal amount = new BigDecimal(number.toString());
      if (amount.signum() >= 0 && amount.stripTrailingZeros().scale() <= 2) {
        return amount;
      }
    }
    throw bad(
        at + "." + name,
        "is not an amount, 0 or more with at most 2 decimals: " + json.getValue(name));
  }

  private OrderFileException bad(String at, String problem) {
    return new OrderFileException(file + ": " + at + " " + problem);
  }
}
