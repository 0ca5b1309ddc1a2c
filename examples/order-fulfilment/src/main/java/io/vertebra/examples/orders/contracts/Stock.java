package io.vertebra.examples.orders.contracts;

import io.vertebra.contract.Request;
import io.vertebra.examples.orders.contracts.Orders.Quantity;
import java.util.List;

/** What is said about stock. The keys are of one step of one order, so that a command that is sent twice works once. */
public final class Stock {
  /** Sets pieces aside for an order: all of them or none. */
  public static final Request<Reserve, Reserved> RESERVE = Request.of(
          "stock.reserve", Reserve.class, Reserved.class)
      .failsWith(OutOfStock.class)
      .idempotentBy(m -> m.orderId() + "/reserve");

  /** Gives back what was set aside. */
  public static final Request<Release, Released> RELEASE = Request.of(
          "stock.release", Release.class, Released.class)
      .idempotentBy(m -> m.orderId() + "/release");

  /** Takes out of stock what was set aside: it has left the house. */
  public static final Request<Take, Taken> TAKE = Request.of("stock.take", Take.class, Taken.class)
      .failsWith(NotReserved.class)
      .idempotentBy(m -> m.orderId() + "/take");

  /** The book as it is. */
  public static final Request<ListLevels, Levels> LEVELS =
      Request.of("stock.levels", ListLevels.class, Levels.class).readOnly();

  private Stock() {}

  public record Reserve(String orderId, List<Quantity> quantities) {}

  public record Reserved(String orderId) {}

  /** There are fewer pieces than wanted. */
  public record OutOfStock(String product, int wanted, int available) {}

  public record Release(String orderId) {}

  public record Released(String orderId) {}

  public record Take(String orderId) {}

  public record Taken(String orderId) {}

  /** Nothing is set aside for the order. */
  public record NotReserved(String orderId) {}

  public record ListLevels() {}

  public record Levels(List<Level> levels) {}

  /** One product: pieces at the beginning, pieces in the house now, and how many of these are set aside. */
  public record Level(String product, int opening, int left, int reserved) {}
}
