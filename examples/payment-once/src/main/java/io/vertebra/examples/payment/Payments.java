package io.vertebra.examples.payment;

import io.vertebra.contract.Request;
import java.math.BigDecimal;
import java.util.List;

/** What is said about payments. */
final class Payments {
  // #region contracts
  /** Charges an order. The key is of the intent, not of the attempt: an order is charged once. */
  static final Request<Charge, Charged> CHARGE = Request.of(
          "payment.charge", Charge.class, Charged.class)
      .failsWith(Declined.class)
      .idempotentBy(charge -> charge.orderId() + "/charge");

  /** The provider says that money was taken. It says so at least once. */
  static final Request<Confirm, Confirmed> CONFIRM =
      Request.of("payment.confirm", Confirm.class, Confirmed.class).idempotentBy(Confirm::key);
  // #endregion contracts

  /** What was booked so far. */
  static final Request<ListBookings, Bookings> BOOKINGS =
      Request.of("payment.bookings", ListBookings.class, Bookings.class).readOnly();

  private Payments() {}

  record Charge(String orderId, BigDecimal amount) {}

  record Charged(String orderId, String receipt) {}

  /** The provider refuses. */
  record Declined(String orderId, String reason) {}

  record Confirm(String key, BigDecimal amount) {}

  record Confirmed() {}

  record ListBookings() {}

  record Bookings(List<BigDecimal> amounts) {}
}
