package io.vertebra.examples.orders.services;

import static java.util.stream.Collectors.toSet;

import io.vertebra.examples.orders.contracts.Orders;
import io.vertebra.examples.orders.contracts.Orders.Line;
import io.vertebra.examples.orders.contracts.Orders.Order;
import io.vertebra.examples.orders.ledger.Books;
import java.util.Optional;
import java.util.Set;

/** What can be ordered, and by whom. */
record Catalogue(Set<String> products, Set<String> customers) {

  static Catalogue of(Books books) {
    return new Catalogue(
        books.items().stream().map(Books.Item::product).collect(toSet()),
        books.accounts().stream().map(Books.Account::customer).collect(toSet()));
  }

  /** Why an order has to be turned down before anything is tried, if it has to. */
  Optional<Orders.Rejected> objection(Order order) {
    if (!customers.contains(order.customer())) {
      return Optional.of(
          new Orders.Rejected(order.orderId(), "unknown customer " + order.customer()));
    }
    return order.lines().stream()
        .map(Line::product)
        .filter(product -> !products.contains(product))
        .findFirst()
        .map(product -> new Orders.Rejected(order.orderId(), "unknown product " + product));
  }
}
