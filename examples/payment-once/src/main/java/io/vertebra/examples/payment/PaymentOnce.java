package io.vertebra.examples.payment;

import io.vertebra.Node;
import io.vertebra.error.DeclaredFailure;
import io.vertebra.examples.payment.Payments.Bookings;
import io.vertebra.examples.payment.Payments.Charge;
import io.vertebra.examples.payment.Payments.Declined;
import io.vertebra.messaging.CallOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;

/** Charges five orders through a provider that answers late, twice or never, and asks for all of them again. */
public final class PaymentOnce {
  private static final List<Charge> ORDERS = List.of(
      new Charge("prompt", new BigDecimal("10.00")),
      new Charge("late", new BigDecimal("20.00")),
      new Charge("never", new BigDecimal("30.00")),
      new Charge("twice", new BigDecimal("40.00")),
      new Charge("declined", new BigDecimal("5000.00")));

  private final Node node;
  private final PrintStream out;

  private PaymentOnce(Node node, PrintStream out) {
    this.node = node;
    this.out = out;
  }

  /** Runs it; exits with 1 if anything was charged or booked twice, or not at all. */
  public static void main(String[] args) {
    System.exit(run(System.out) ? 0 : 1);
  }

  static boolean run(PrintStream out) {
    Vertx vertx = Vertx.vertx();
    try {
      // 1. The provider, the place where it confirms, and the consumer between them.
      Provider provider = new Provider(out);
      vertx.deployVerticle(provider).await();
      Node node = Node.create(vertx);
      ShopGateway gateway = new ShopGateway();
      node.deploy(() -> gateway).await();
      node.deploy(() -> new PaymentVerticle(vertx, provider.port(), gateway.port()))
          .await();
      PaymentOnce shop = new PaymentOnce(node, out);

      // 2. Every order, until there is an answer. Then all of them again, as if the answers were
      // lost.
      ORDERS.forEach(order -> out.println("shop: " + shop.charge(order).await()));
      int requests = provider.account().await().requests();
      ORDERS.forEach(order -> shop.charge(order).await());

      // 3. What the provider took and what the shop booked are the same.
      return shop.tell(provider.account().await(), requests);
    } finally {
      vertx.close().await();
    }
  }

  // #region caller
  /** As often as it takes. The message is the same each time, so it is the same intent. */
  private Future<String> charge(Charge order) {
    return node.bus()
        .request(Payments.CHARGE, order, CallOptions.defaults().withTimeout(Duration.ofSeconds(30)))
        .map(charged -> order.orderId() + " charged, " + charged.receipt())
        .recover(DeclaredFailure.on(
            Declined.class, no -> Future.succeededFuture(no.orderId() + " declined")))
        .recover(unknown -> {
          out.println("shop: " + order.orderId() + " may be charged or not, asks again");
          return charge(order);
        });
  }
  // #endregion caller

  private boolean tell(Provider.Account account, int requestsBefore) {
    Bookings bookings =
        node.bus().request(Payments.BOOKINGS, new Payments.ListBookings()).await();
    BigDecimal booked = bookings.amounts().stream().reduce(BigDecimal.ZERO, BigDecimal::add);
    int askedAgain = account.requests() - requestsBefore;
    boolean isBalanced = booked.compareTo(account.taken()) == 0;
    out.println("RESULT payment-once orders=" + ORDERS.size()
        + " charged=" + account.keys().size()
        + " taken=" + account.taken().toPlainString()
        + " confirmations=" + account.confirmations()
        + " bookings=" + bookings.amounts().size()
        + " booked=" + booked.toPlainString()
        + " asked_again=" + askedAgain
        + " books_balance=" + isBalanced);
    return isBalanced && askedAgain == 0;
  }
}
