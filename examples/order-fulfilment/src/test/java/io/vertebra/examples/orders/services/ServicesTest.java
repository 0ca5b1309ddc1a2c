package io.vertebra.examples.orders.services;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.vertebra.Node;
import io.vertebra.NodeOptions;
import io.vertebra.contract.Request;
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
import io.vertebra.examples.orders.ledger.Database;
import io.vertebra.examples.orders.ledger.Ledger;
import io.vertebra.examples.orders.ledger.Run;
import io.vertebra.messaging.CallOptions;
import io.vertebra.test.EmbeddedPostgres;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ServicesTest {
  private static final OrderBook BOOK = new OrderBook(
      "test",
      Map.of("pot", 5, "cup", 9),
      Map.of("7", new BigDecimal("20.50")),
      List.of(),
      List.of());

  private static EmbeddedPostgres postgres;

  private final Vertx vertx = Vertx.vertx();
  private final Node node = Node.create(vertx, NodeOptions.defaults().withLocalCheck(true));
  private final Database database = Database.at(postgres.uri());
  private final Run run = Run.begin(vertx, database, "test", BOOK).await();
  private final Ledger ledger = Ledger.open(vertx, database.uri(), run, "n1").await();

  @BeforeAll
  static void start_the_database() {
    postgres = EmbeddedPostgres.startTemporary();
  }

  @AfterAll
  static void stop_the_database() {
    postgres.close();
  }

  @BeforeEach
  void start() {
    Shop.deploy(node, ledger).await();
  }

  @AfterEach
  void stop() {
    run.finish(vertx, database).await();
    node.close().await();
    ledger.close().await();
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

  private List<String> effectsApplied() {
    return ledger.effects().await().stream()
        .map(effect ->
            String.join(" ", effect.orderId(), effect.kind(), effect.step(), effect.node()))
        .toList();
  }

  private static Record failureOf(ThrowingCallable call) {
    Throwable thrown = catchThrowable(call);
    assertThat(thrown).isInstanceOf(DeclaredFailure.class);
    return ((DeclaredFailure) thrown).failure();
  }

  @Test
  void completes_an_order_and_writes_down_each_effect_once() {
    Outcome outcome =
        place("A", "7", line("pot", 2, "3.25"), line("cup", 1, "1"), line("pot", 1, "3"));
    assertThat(outcome).isEqualTo(new Outcome("A", Status.COMPLETED, ""));
    assertThat(place("A", "7", line("pot", 2, "3.25"), line("cup", 1, "1"), line("pot", 1, "3")))
        .isEqualTo(outcome);
    assertThat(levels()).containsExactly(new Level("cup", 9, 8, 0), new Level("pot", 5, 2, 0));
    assertThat(effectsApplied())
        .containsExactly(
            "A action reserve n1",
            "A action charge n1",
            "A action dispatch n1",
            "A action take n1");
  }

  @Test
  void reserves_all_lines_or_none() {
    assertThat(place("A", "7", line("cup", 1, "1"), line("pot", 3, "1"), line("pot", 3, "1")))
        .isEqualTo(new Outcome("A", Status.OUT_OF_STOCK, "pot: 6 wanted, 5 available"));
    assertThat(levels()).containsExactly(new Level("cup", 9, 9, 0), new Level("pot", 5, 5, 0));
    assertThat(effectsApplied()).isEmpty();
  }

  @Test
  void releases_the_reservation_of_an_order_that_exceeds_the_limit() {
    assertThat(place("A", "7", line("pot", 1, "20.50")).status()).isEqualTo(Status.COMPLETED);
    assertThat(place("B", "7", line("pot", 1, "0.01")))
        .isEqualTo(new Outcome(
            "B", Status.DECLINED, "20.50 charged, 0.01 more would exceed the limit of 20.50"));
    assertThat(levels()).contains(new Level("pot", 5, 4, 0));
    assertThat(effectsApplied()).endsWith("B action reserve n1", "B compensation reserve n1");
  }

  @Test
  void turns_down_what_is_unknown_before_any_step() {
    assertThat(failureOf(() -> place("A", "8", line("pot", 1, "1"))))
        .isEqualTo(new Orders.Rejected("A", "unknown customer 8"));
    assertThat(failureOf(() -> place("B", "7", line("pot", 1, "1"), line("jug", 1, "1"))))
        .isEqualTo(new Orders.Rejected("B", "unknown product jug"));
    assertThat(effectsApplied()).isEmpty();
  }

  /** As the engine names the commands of the instance i-1. */
  private <Q, R> R command(Request<Q, R> contract, Q message, String step) {
    return node.bus()
        .request(contract, message, CallOptions.defaults().withMessageId("i-1." + step))
        .await();
  }

  @Test
  void refuses_an_action_that_comes_after_its_compensation() {
    command(Stock.RELEASE, new Stock.Release("A"), "reserve.undo");
    Stock.Reserve reserve = new Stock.Reserve("A", List.of(new Quantity("pot", 1)));
    assertThatThrownBy(() -> command(Stock.RESERVE, reserve, "reserve"))
        .hasMessageContaining("the command must not run any more");

    command(Payment.REFUND, new Payment.Refund("A"), "charge.undo");
    Payment.Charge charge = new Payment.Charge("A", "7", BigDecimal.ONE);
    assertThatThrownBy(() -> command(Payment.CHARGE, charge, "charge"))
        .hasMessageContaining("the command must not run any more");

    assertThat(failureOf(() -> command(Stock.TAKE, new Stock.Take("A"), "take")))
        .isEqualTo(new Stock.NotReserved("A"));
    assertThat(effectsApplied()).isEmpty();
  }

  @Test
  void takes_a_charge_back_once() {
    command(Payment.CHARGE, new Payment.Charge("A", "7", BigDecimal.TEN), "charge");
    CallOptions undo = CallOptions.defaults().withMessageId("i-1.charge.undo");
    Future.all(
            node.bus().request(Payment.REFUND, new Payment.Refund("A"), undo),
            node.bus().request(Payment.REFUND, new Payment.Refund("A"), undo))
        .await();
    assertThat(ledger.books().await().accounts())
        .singleElement()
        .satisfies(account -> assertThat(account.charged()).isEqualByComparingTo("0"));
    assertThat(effectsApplied()).containsExactly("A action charge n1", "A compensation charge n1");
  }

  @Test
  void turns_down_another_order_under_the_same_id() {
    place("A", "7", line("pot", 1, "1"));
    assertThat(failureOf(() -> place("A", "7", line("cup", 1, "1"))))
        .isEqualTo(new Orders.Rejected("A", "another order has the same id"));
    assertThat(effectsApplied()).hasSize(4);
  }
}
