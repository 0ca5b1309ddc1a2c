package io.vertebra;

import io.vertebra.contract.Request;
import io.vertebra.contract.Topic;

/** Contracts that the tests of messaging use. */
public final class Shop {
  public record Reserve(String order, String sku, int quantity) {}

  public record Reserved(String order, int left) {}

  public record OutOfStock(String sku) {}

  public record Broken(String part) {}

  public record Charge(String order, int cents) {}

  public record Charged(String order) {}

  public record Moved(String sku, int number) {}

  public static final Request<Reserve, Reserved> RESERVE =
      Request.of("stock.reserve", Reserve.class, Reserved.class).failsWith(OutOfStock.class);

  public static final Request<Charge, Charged> CHARGE =
      Request.of("payment.charge", Charge.class, Charged.class);

  /** Serial per sku. */
  public static final Request<Reserve, Reserved> PICK =
      Request.of("stock.pick", Reserve.class, Reserved.class).keyedBy(Reserve::sku);

  public static final Topic<Moved> MOVES = Topic.of("stock.moves", Moved.class);

  private Shop() {}

  public static Reserve reserve(int number) {
    return new Reserve("order-" + number, "chair", number);
  }

  public static Charge charge(int number) {
    return new Charge("order-" + number, number);
  }
}
