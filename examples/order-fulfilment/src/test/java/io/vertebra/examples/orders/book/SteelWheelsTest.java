package io.vertebra.examples.orders.book;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.examples.orders.book.OrderBook.Orphan;
import io.vertebra.examples.orders.contracts.Orders.Line;
import io.vertebra.examples.orders.contracts.Orders.Order;
import java.math.BigDecimal;
import java.util.List;
import org.junit.jupiter.api.Test;

class SteelWheelsTest {
  private final OrderBook book = SteelWheels.load();

  @Test
  void has_all_orders_by_number_with_their_lines_in_order() {
    assertThat(book.orders())
        .hasSize(330)
        .extracting(order -> Integer.parseInt(order.orderId()))
        .isSorted();
    assertThat(book.orders().get(0))
        .isEqualTo(new Order(
            "10100",
            "363",
            List.of(
                new Line("S24_3969", 49, new BigDecimal(34)),
                new Line("S18_2248", 50, new BigDecimal(68)),
                new Line("S18_1749", 30, new BigDecimal(172)),
                new Line("S18_4409", 22, new BigDecimal(87)))));
    assertThat(book.orders()).flatMap(Order::lines).hasSize(3000);
  }

  @Test
  void has_stock_and_credit_limits() {
    assertThat(book.stock()).hasSize(110).containsEntry("S10_1678", 7933);
    assertThat(book.creditLimits())
        .hasSize(126)
        .containsEntry("97", new BigDecimal(210_500))
        .containsEntry("206", BigDecimal.ZERO);
  }

  @Test
  void tells_of_the_line_that_belongs_to_no_order() {
    assertThat(book.orphans())
        .containsExactly(new Orphan("11150", new Line("S18_1749", 1000, new BigDecimal(300))));
  }
}
