package io.vertebra.examples.orders.contracts;

import io.vertebra.contract.Request;
import java.math.BigDecimal;

/** What is said about money. */
public final class Payment {
  /** Charges a customer for an order, if all charges together stay within the credit limit. */
  public static final Request<Charge, Charged> CHARGE = Request.of(
          "payment.charge", Charge.class, Charged.class)
      .failsWith(PaymentDeclined.class)
      .idempotentBy(m -> m.orderId() + "/charge");

  /** Takes a charge back. */
  public static final Request<Refund, Refunded> REFUND = Request.of(
          "payment.refund", Refund.class, Refunded.class)
      .idempotentBy(m -> m.orderId() + "/refund");

  private Payment() {}

  public record Charge(String orderId, String customer, BigDecimal amount) {}

  public record Charged(String orderId) {}

  /** The charge would exceed the customer's credit limit. */
  public record PaymentDeclined(
      String customer, BigDecimal amount, BigDecimal charged, BigDecimal creditLimit) {}

  public record Refund(String orderId) {}

  public record Refunded(String orderId) {}
}
