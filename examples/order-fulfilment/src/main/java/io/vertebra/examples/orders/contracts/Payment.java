package io.vertebra.examples.orders.contracts;

import io.vertebra.contract.Request;
import java.math.BigDecimal;
import java.util.List;

/** What is said about money. */
public final class Payment {
  /** Charges a customer for an order, if all charges together stay within the credit limit. */
  public static final Request<Charge, Charged> CHARGE = Request.of(
          "payment.charge", Charge.class, Charged.class)
      .failsWith(PaymentDeclined.class, Stock.Withdrawn.class)
      .idempotentBy(m -> m.orderId() + "/charge");

  /** Takes a charge back. An order that is not known yet will not be able to be charged any more. */
  public static final Request<Refund, Refunded> REFUND = Request.of(
          "payment.refund", Refund.class, Refunded.class)
      .idempotentBy(m -> m.orderId() + "/refund");

  /** The book as it is. */
  public static final Request<ListAccounts, Accounts> ACCOUNTS =
      Request.of("payment.accounts", ListAccounts.class, Accounts.class).readOnly();

  private Payment() {}

  public record Charge(String orderId, String customer, BigDecimal amount) {}

  public record Charged(String orderId) {}

  /** The charge would exceed the customer's credit limit. */
  public record PaymentDeclined(
      String customer, BigDecimal amount, BigDecimal charged, BigDecimal creditLimit) {}

  public record Refund(String orderId) {}

  public record Refunded(String orderId) {}

  public record ListAccounts() {}

  public record Accounts(List<Account> accounts) {}

  /** One customer: the limit, and the sum of all charges that stand. */
  public record Account(String customer, BigDecimal creditLimit, BigDecimal charged) {}
}
