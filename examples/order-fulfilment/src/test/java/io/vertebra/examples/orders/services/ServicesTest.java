package io.vertebra.examples.orders.services;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.vertebra.Node;
import io.vertebra.NodeOptions;
import io.vertebra.error.DeclaredFailure;
import io.vertebra.examples.orders.book.OrderBook;
import io.vertebra.examples.orders.contracts.Orders;
import io.vertebra.examples.orders.contracts.Orders.Line;
import io.vertebra.examples.orders.contracts.Orders.Order;
import io.vertebra.examples.orders.contracts.Orders.Outcome;
import io.vertebra.examples.orders.contracts.Orders.Quantity;
import io.vertebra.examples.orders.contracts.Orders.Status;
import io.vertebra.examples.orders.contracts.Payment;
import io.vertebra.examples.orders.contracts.Stock;
import io.vertebra.examples.orders.contracts.Stock.Level;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServicesTest {
  private final Vertx vertx = Vertx.vertx();
  private final Node node =
      Node.create(vertx, NodeOptions.defaults().withId("n1").withLocalCheck(true));

  @TempDir
  Path folder;

  private Effects effects = Effects.forgotten();

  @BeforeEach
  void start() {
    OrderBook book = new OrderBook(
        "test",
        Map.of("pot", 5, "cup", 9),
        Map.of("7", new BigDecimal("20.50")),
        List.of(),
        List.of());
    effects = Effects.appendedTo(folder.resolve("effects.csv"), vertx).await();
    Shop.deployProcesses(node).await();
    Shop.deployBooks(node, book, effects).await();
  }

  @AfterEach
  void stop() {
    vertx.close().await();
  }

  private Outcome place(String id, String customer, Line... lines) {
    return node.bus()
        .request(Orders.PLACE, new Order(id, customer, List.of(lines)))
        .await();
  }

  private static Line line(String product, int quantity, String price) {
    return new Line(product, quantity, new BigDecimal(price));
  }

  private List<Level> levels() {
    return node.bus().request(Stock.LEVELS, new Stock.ListLevels()).await().levels();
  }

  private List<String> effectsApplied() throws Exception {
    effects.close().await();
    return Files.readAllLines(folder.resolve("effects.csv")).stream()
        .skip(1)
        .map(row -> row.substring(0, row.lastIndexOf(',')))
        .toList();
  }

  private static Record failureOf(ThrowingCallable call) {
    Throwable thrown = catchThrowable(call);
    assertThat(thrown).isInstanceOf(DeclaredFailure.class);
    return ((DeclaredFailure) thrown).failure();
  }

  @Test
  void completes_an_order_and_writes_down_each_effect_once() throws Exception {
    Outcome outcome =
        place("A", "7", line("pot", 2, "3.25"), line("cup", 1, "1"), line("pot", 1, "3"));
    assertThat(outcome).isEqualTo(new Outcome("A", Status.COMPLETED, ""));
    assertThat(place("A", "7", line("pot", 2, "3.25"), line("cup", 1, "1"), line("pot", 1, "3")))
        .isEqualTo(outcome);
    assertThat(levels()).containsExactly(new Level("cup", 9, 8, 0), new Level("pot", 5, 2, 0));
    assertThat(effectsApplied())
        .containsExactly(
            "stock.reserve,A/reserve,n1",
            "payment.charge,A/charge,n1",
            "shipping.dispatch,A/dispatch,n1",
            "stock.take,A/take,n1");
  }

  @Test
  void reserves_all_lines_or_none() throws Exception {
    assertThat(place("A", "7", line("cup", 1, "1"), line("pot", 3, "1"), line("pot", 3, "1")))
        .isEqualTo(new Outcome("A", Status.OUT_OF_STOCK, "pot: 6 wanted, 5 available"));
    assertThat(levels()).containsExactly(new Level("cup", 9, 9, 0), new Level("pot", 5, 5, 0));
    assertThat(effectsApplied()).isEmpty();
  }

  @Test
  void releases_the_reservation_of_an_order_that_exceeds_the_limit() throws Exception {
    assertThat(place("A", "7", line("pot", 1, "20.50")).status()).isEqualTo(Status.COMPLETED);
    assertThat(place("B", "7", line("pot", 1, "0.01")))
        .isEqualTo(new Outcome(
            "B", Status.DECLINED, "20.50 charged, 0.01 more would exceed the limit of 20.50"));
    assertThat(levels()).contains(new Level("pot", 5, 4, 0));
    assertThat(effectsApplied())
        .endsWith("stock.reserve,B/reserve,n1", "stock.release,B/release,n1");
  }

  @Test
  void turns_down_what_is_unknown_before_any_step() throws Exception {
    assertThat(failureOf(() -> place("A", "8", line("pot", 1, "1"))))
        .isEqualTo(new Orders.Rejected("A", "unknown customer 8"));
    assertThat(failureOf(() -> place("B", "7", line("pot", 1, "1"), line("jug", 1, "1"))))
        .isEqualTo(new Orders.Rejected("B", "unknown product jug"));
    assertThat(effectsApplied()).isEmpty();
  }

  @Test
  void refuses_an_action_that_comes_after_its_compensation() throws Exception {
    Stock.Release release = new Stock.Release("A");
    node.bus().request(Stock.RELEASE, release).await();
    Stock.Reserve reserve = new Stock.Reserve("A", List.of(new Quantity("pot", 1)));
    assertThat(failureOf(() -> node.bus().request(Stock.RESERVE, reserve).await()))
        .isEqualTo(new Stock.Withdrawn("A"));

    node.bus().request(Payment.REFUND, new Payment.Refund("A")).await();
    Payment.Charge charge = new Payment.Charge("A", "7", BigDecimal.ONE);
    assertThat(failureOf(() -> node.bus().request(Payment.CHARGE, charge).await()))
        .isEqualTo(new Stock.Withdrawn("A"));

    assertThat(
            failureOf(() -> node.bus().request(Stock.TAKE, new Stock.Take("A")).await()))
        .isEqualTo(new Stock.NotReserved("A"));
    assertThat(effectsApplied()).isEmpty();
  }

  @Test
  void takes_a_charge_back_once() throws Exception {
    node.bus()
        .request(Payment.CHARGE, new Payment.Charge("A", "7", BigDecimal.TEN))
        .await();
    Future.all(
            node.bus().request(Payment.REFUND, new Payment.Refund("A")),
            node.bus().request(Payment.REFUND, new Payment.Refund("A")))
        .await();
    assertThat(node.bus()
            .request(Payment.ACCOUNTS, new Payment.ListAccounts())
            .await()
            .accounts())
        .singleElement()
        .satisfies(account -> assertThat(account.charged()).isEqualByComparingTo("0"));
    assertThat(effectsApplied())
        .containsExactly("payment.charge,A/charge,n1", "payment.refund,A/refund,n1");
  }

  @Test
  void turns_down_another_order_under_the_same_id() throws Exception {
    place("A", "7", line("pot", 1, "1"));
    assertThat(failureOf(() -> place("A", "7", line("cup", 1, "1"))))
        .isEqualTo(new Orders.Rejected("A", "another order has the same id"));
    assertThat(effectsApplied()).hasSize(4);
  }
}
