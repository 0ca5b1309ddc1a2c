package io.vertebra.examples.orders.contracts;

import io.vertebra.contract.Request;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What is said about orders. */
public final class Orders {
  /** Places an order and is answered when it is final. The same order may be placed again: there is one process for it. */
  public static final Request<Order, Outcome> PLACE = Request.of(
          "orders.place", Order.class, Outcome.class)
      .failsWith(Rejected.class, Unfinished.class);

  /** Starts the process of an order whose product and customer are known. The desk sends it; {@link #PLACE} is for everybody. */
  public static final Request<Order, Outcome> FULFIL =
      Request.of("orders.fulfil", Order.class, Outcome.class).keyedBy(Order::orderId);

  private Orders() {}

  /** An order. Its id is the business key: 1 to 64 letters, digits or {@code _.-}. */
  public record Order(String orderId, String customer, List<Line> lines) {
    public Order {
      if (!orderId.matches("[A-Za-z0-9_.-]{1,64}")) {
        throw new IllegalArgumentException("an orderId has 1 to 64 letters, digits or '_.-'");
      }
      if (lines.isEmpty() || lines.size() > 1000) {
        throw new IllegalArgumentException("an order has 1 to 1,000 lines");
      }
      lines = List.copyOf(lines);
    }

    /** Sum of quantity x price. */
    public BigDecimal total() {
      return lines.stream().map(Line::amount).reduce(BigDecimal.ZERO, BigDecimal::add);
    }

    /** Pieces per product, in the order of the lines; a product may have several lines. */
    public List<Quantity> quantities() {
      Map<String, Integer> sums = new LinkedHashMap<>();
      lines.forEach(line -> sums.merge(line.product(), line.quantity(), Math::addExact));
      List<Quantity> quantities = new ArrayList<>();
      sums.forEach((product, sum) -> quantities.add(new Quantity(product, sum)));
      return quantities;
    }
  }

  /** So many pieces of a product at a price each, with at most 2 decimals. */
  public record Line(String product, int quantity, BigDecimal price) {
    public Line {
      if (quantity < 1 || quantity > 1_000_000) {
        throw new IllegalArgumentException("a quantity lies between 1 and 1,000,000");
      }
      if (price.signum() < 0 || price.stripTrailingZeros().scale() > 2) {
        throw new IllegalArgumentException("a price is not negative and has at most 2 decimals");
      }
    }

    BigDecimal amount() {
      return price.multiply(BigDecimal.valueOf(quantity));
    }
  }

  /** So many pieces of a product. */
  public record Quantity(String product, int pieces) {}

  /** How an order ended. The reason is empty if it was completed. */
  public record Outcome(String orderId, Status status, String reason) {}

  /** The ends of an order. */
  public enum Status {
    /** Charged and shipped. */
    COMPLETED,
    /** A product was not in stock; nothing was charged. */
    OUT_OF_STOCK,
    /** The customer's credit did not suffice; nothing was shipped, the stock is free again. */
    DECLINED,
    /** Its product or its customer is unknown; nothing was tried. */
    REJECTED,
    /** It ended for a technical reason, so that somebody has to decide what to do. */
    NEEDS_OPERATOR
  }

  /** Its product or customer is unknown, or its id is another order's; nothing was tried. */
  public record Rejected(String orderId, String reason) {}

  /** It is not known how the order ends, for instance because a node is gone. Place it again. */
  public record Unfinished(String orderId, String reason) {}
}
