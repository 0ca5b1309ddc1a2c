package io.vertebra.examples.orders;

import io.vertebra.error.NodeException;
import io.vertebra.examples.orders.book.OrderBook;
import io.vertebra.examples.orders.book.OrderBook.Orphan;
import io.vertebra.examples.orders.book.OrderFile;
import io.vertebra.examples.orders.book.OrderFileException;
import io.vertebra.examples.orders.book.SteelWheels;
import io.vertebra.examples.orders.ledger.Database;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/**
 * The program: reads the orders, starts the database and the shop, places the orders, and prints what
 * came of them. If it was killed, the next start goes on where it was.
 */
public final class OrderFulfilment {
  private final Options options;
  private final PrintStream out;

  private OrderFulfilment(Options options, PrintStream out) {
    this.options = options;
    this.out = out;
  }

  /**
   * Runs it; exits with 1 if the books do not balance, with 2 if options, orders or the database
   * cannot be used.
   */
  public static void main(String[] args) {
    ShopNode.quietLog();
    System.exit(run(System.out, System.err, args));
  }

  static int run(PrintStream out, PrintStream err, String... args) {
    try {
      Options options = Options.of(args);
      if (options.isHelp()) {
        out.print(Options.HELP);
        return 0;
      }
      return new OrderFulfilment(options, out).run() ? 0 : 1;
    } catch (Options.Wrong e) {
      err.println(e.getMessage() + "\nTry --help");
      return 2;
    } catch (OrderFileException | UncheckedIOException | NodeException e) {
      err.println(e.getMessage());
      return 2;
    }
  }

  private boolean run() {
    Path file = options.source().file();
    OrderBook once = file == null ? SteelWheels.load() : OrderFile.load(file, SteelWheels::load);
    OrderBook book = times(once, options.source().rounds());
    introduce(book);
    Options.Store store = options.store();
    String uri = store.database();
    try (Database database = uri == null ? Database.in(store.folder()) : Database.at(uri)) {
      out.println("books in PostgreSQL, " + database.place());
      if (options.servePort() >= 0) {
        return serve(database, book);
      }
      Session session = new Session(options, database, book, out);
      return options.nodes().count() == 1 ? session.onOneNode() : session.onThreeNodes();
    }
  }

  private static OrderBook times(OrderBook book, int rounds) {
    try {
      return book.times(rounds);
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new Options.Wrong(
          "these orders cannot be placed " + rounds + " times: " + e.getMessage());
    }
  }

  /** Runs until the process is told to end, then drains. */
  private boolean serve(Database database, OrderBook book) {
    ShopServer server = ShopServer.start(database, book, options.servePort());
    database.beforeStop(server::close);
    out.println("POST orders to http://127.0.0.1:" + server.port() + "/orders");
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return true;
  }

  private void introduce(OrderBook book) {
    out.printf(
        "%d orders of %d lines from %s, %d products, %d customers%n",
        book.orders().size(),
        book.orders().stream().mapToInt(order -> order.lines().size()).sum(),
        book.source(),
        book.stock().size(),
        book.creditLimits().size());
    for (Orphan orphan : book.orphans()) {
      out.printf(
          "left out: a line of order %s, which does not exist: %d x %s%n",
          orphan.orderId(), orphan.line().quantity(), orphan.line().product());
    }
    if (!book.orphans().isEmpty()) {
      out.println("lines without an order: " + book.orphans().size());
    }
  }
}
