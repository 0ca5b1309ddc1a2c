package io.vertebra.examples.orders.book;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertebra.examples.orders.contracts.Orders.Line;
import io.vertebra.examples.orders.contracts.Orders.Order;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OrderFileTest {
  private static final OrderBook SAMPLE = new OrderBook(
      "sample", Map.of("teapot", 3), Map.of("7", BigDecimal.TEN), List.of(), List.of());

  @TempDir
  Path folder;

  private OrderBook load(String json) throws IOException {
    Path file = folder.resolve("orders.json");
    Files.writeString(file, json.replace('\'', '"'));
    return OrderFile.load(file, () -> SAMPLE);
  }

  @Test
  void reads_orders_products_and_customers() throws IOException {
    OrderBook book = load(
        "{'orders': [{'orderId': 'A-1', 'customer': '363', 'lines': [{'product': 'pot', 'quantity': 2, 'price': 12.35}]}],"
            + "'products': [{'product': 'pot', 'stock': 10}], 'customers': [{'customer': '363', 'creditLimit': 50}]}");
    assertThat(book.orders())
        .containsExactly(
            new Order("A-1", "363", List.of(new Line("pot", 2, new BigDecimal("12.35")))));
    assertThat(book.stock()).containsExactly(Map.entry("pot", 10));
    assertThat(book.creditLimits()).containsExactly(Map.entry("363", new BigDecimal(50)));
  }

  @Test
  void has_the_sample_s_products_and_customers_where_the_file_has_none() throws IOException {
    OrderBook book = load("{'orders': []}");
    assertThat(book.stock()).isEqualTo(SAMPLE.stock());
    assertThat(book.creditLimits()).isEqualTo(SAMPLE.creditLimits());
    assertThat(book.orders()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
          [1]                                                     | is not a JSON object
          {}                                                      | orders is missing
          {'orders': 1}                                           | orders is not a list
          {'orders': [1]}                                         | orders[0] is not an object
          {'orders': [], 'stock': []}                             | stock is not a field that belongs there
          {'orders': [{'customer': '1', 'lines': []}]}            | orders[0].orderId is not a text: null
          {'orders': [{'orderId': 'A', 'customer': '1'}]}         | orders[0] an order has 1 to 1,000 lines
          {'orders': [{'orderId': 'A B', 'customer': '1', 'lines': [{'product': 'p', 'quantity': 1, 'price': 1}]}]} | orders[0] an orderId has 1 to 64 letters, digits or '_.-'
          {'orders': [{'orderId': 'A', 'customer': '1', 'lines': [{'product': 'p', 'quantity': 1.5, 'price': 1}]}]} | orders[0].lines[0].quantity is not a whole number from 1 to 1000000: 1.5
          {'orders': [{'orderId': 'A', 'customer': '1', 'lines': [{'product': 'p', 'quantity': 1, 'price': -1}]}]}  | orders[0].lines[0].price is not an amount, 0 or more with at most 2 decimals: -1
          {'orders': [{'orderId': 'A', 'customer': '1', 'lines': [{'product': 'p', 'quantity': 1, 'price': 1e999}]}]} | orders[0].lines[0].price is not an amount, 0 or more with at most 2 decimals: Infinity
          {'orders': [{'orderId': 'A', 'customer': '1', 'lines': [{'product': 'p', 'quantity': 1, 'prise': 1}]}]}   | orders[0].lines[0].prise is not a field that belongs there
          {'orders': [], 'products': [{'product': 'p', 'stock': 1}, {'product': 'p', 'stock': 1}]} | products[1].product is there twice: p
          """)
  void says_where_a_file_is_wrong(String json, String problem) {
    assertThatThrownBy(() -> load(json))
        .isInstanceOf(OrderFileException.class)
        .hasMessageContaining("orders.json")
        .hasMessageContaining(problem);
  }

  @Test
  void says_that_an_order_is_there_twice() {
    String order =
        "{'orderId': 'A', 'customer': '1', 'lines': [{'product': 'p', 'quantity': 1, 'price': 1}]}";
    assertThatThrownBy(() -> load("{'orders': [" + order + "," + order + "]}"))
        .hasMessageEndingWith("orders[1].orderId is there twice: A");
  }

  @Test
  void says_that_a_file_does_not_exist() {
    assertThatThrownBy(() -> OrderFile.load(folder.resolve("no.json"), () -> SAMPLE))
        .isInstanceOf(OrderFileException.class)
        .hasMessageContaining("no.json cannot be read");
  }
}
