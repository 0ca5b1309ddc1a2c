package io.vertebra.examples.orders;

import io.vertebra.examples.orders.contracts.Orders.Order;
import io.vertebra.examples.orders.contracts.Orders.Outcome;
import io.vertebra.examples.orders.ledger.Books;
import io.vertebra.examples.orders.ledger.Effect;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Writes the books to files, so that somebody else can check them. */
final class Dump {
  private final Path folder;

  private Dump(Path folder) {
    this.folder = folder;
  }

  /** Writes all of them to a folder, which is made if it is not there. */
  static void write(
      Path folder,
      List<Order> orders,
      Map<String, Outcome> outcomes,
      Books books,
      List<Effect> effects) {
    Dump dump = new Dump(folder);
    dump.orders(orders, outcomes);
    dump.books(books);
    dump.file(
        "effects.csv",
        "order,step,kind,pieces,amount,node,time",
        effects.stream()
            .map(effect -> row(
                effect.orderId(),
                effect.step(),
                effect.kind(),
                effect.pieces(),
                effect.amount().toPlainString(),
                effect.node(),
                effect.at().toInstant())));
  }

  private void orders(List<Order> orders, Map<String, Outcome> outcomes) {
    file("orders.csv", "order,customer,outcome,reason", orders.stream().map(order -> {
      Outcome outcome = outcomes.get(order.orderId());
      return row(
          order.orderId(),
          order.customer(),
          outcome == null ? "" : outcome.status().name().toLowerCase(Locale.ROOT),
          outcome == null ? "" : outcome.reason());
    }));
    file(
        "lines.csv",
        "order,product,quantity,price",
        orders.stream()
            .flatMap(order -> order.lines().stream()
                .map(line -> row(
                    order.orderId(),
                    line.product(),
                    line.quantity(),
                    line.price().toPlainString()))));
  }

  private void books(Books books) {
    file(
        "stock.csv",
        "product,opening,left,reserved,shipped",
        books.items().stream()
            .map(item ->
                row(item.product(), item.opening(), item.left(), item.reserved(), item.shipped())));
    file(
        "customers.csv",
        "customer,credit_limit,charged",
        books.accounts().stream()
            .map(account -> row(
                account.customer(),
                account.creditLimit().toPlainString(),
                account.charged().toPlainString())));
  }

  private void file(String name, String header, Stream<String> rows) {
    try {
      Files.createDirectories(folder);
      Files.write(folder.resolve(name), Stream.concat(Stream.of(header), rows).toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String row(Object... values) {
    return Stream.of(values)
        .map(value -> quoted(value.toString()))
        .collect(Collectors.joining(","));
  }

  private static String quoted(String text) {
    boolean isPlain = text.chars().noneMatch(c -> c == ',' || c == '"' || c < ' ');
    return isPlain ? text : '"' + text.replace("\"", "\"\"").replaceAll("\\R", " ") + '"';
  }
}
