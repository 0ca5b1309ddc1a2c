package io.vertebra.examples.orders;

import io.vertebra.examples.orders.contracts.Orders.Order;
import io.vertebra.examples.orders.contracts.Orders.Outcome;
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

  /** The file of effects in the folder, which is made and emptied of an earlier run's. */
  static Path effects(Path folder) {
    try {
      Files.createDirectories(folder);
      Path effects = folder.resolve("effects.csv");
      Files.deleteIfExists(effects);
      return effects;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes orders, lines, stock and customers. */
  static void write(Path folder, List<Order> orders, Map<String, Outcome> outcomes, Books books) {
    Dump dump = new Dump(folder);
    dump.file("orders.csv", "order,customer,outcome,reason", orders.stream().map(order -> {
      Outcome outcome = outcomes.get(order.orderId());
      return row(
          order.orderId(),
          order.customer(),
          outcome == null ? "" : outcome.status().name().toLowerCase(Locale.ROOT),
          outcome == null ? "" : outcome.reason());
    }));
    dump.file(
        "lines.csv",
        "order,product,quantity,price",
        orders.stream()
            .flatMap(order -> order.lines().stream()
                .map(line -> row(
                    order.orderId(),
                    line.product(),
                    line.quantity(),
                    line.price().toPlainString()))));
    dump.file(
        "stock.csv",
        "product,opening,left,reserved,shipped",
        books.levels().stream()
            .map(level -> row(
                level.product(),
                level.opening(),
                level.left(),
                level.reserved(),
                books.shipped().getOrDefault(level.product(), 0))));
    dump.file(
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
