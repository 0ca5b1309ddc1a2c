package io.vertebra.examples.orders;

import io.vertebra.Node;
import io.vertebra.NodeOptions;
import io.vertebra.examples.orders.book.OrderBook;
import io.vertebra.examples.orders.book.OrderBook.Orphan;
import io.vertebra.examples.orders.book.OrderFile;
import io.vertebra.examples.orders.book.OrderFileException;
import io.vertebra.examples.orders.book.SteelWheels;
import io.vertebra.examples.orders.services.Effects;
import io.vertebra.examples.orders.services.Shop;
import io.vertx.core.Vertx;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.function.IntConsumer;

/** The program: reads the orders, starts the shop, places the orders, and prints what came of them. */
public final class OrderFulfilment {
  private static final int KILL_AFTER = 100;

  private final Options options;
  private final PrintStream out;

  private OrderFulfilment(Options options, PrintStream out) {
    this.options = options;
    this.out = out;
  }

  /** Runs it; exits with 1 if the books do not balance, with 2 if options or orders cannot be used. */
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
    } catch (OrderFileException e) {
      err.println(e.getMessage());
      return 2;
    }
  }

  private boolean run() {
    // 1. The orders, and what is in stock.
    Path file = options.orders();
    OrderBook book = file == null ? SteelWheels.load() : OrderFile.load(file, SteelWheels::load);
    introduce(book);
    if (options.isServe()) {
      return serve(book);
    }

    // 5. The result is the last line, after everything is closed.
    Result result = options.nodes() == 1 ? onOneNode(book) : onThreeNodes(book);
    out.println(result.toLine());
    return result.isBalanced();
  }

  /** Runs until the process is told to end, then drains. */
  private boolean serve(OrderBook book) {
    ShopServer server = ShopServer.start(book, options.port());
    Runtime.getRuntime().addShutdownHook(new Thread(server::close, "drain"));
    out.println("POST orders to http://127.0.0.1:" + server.port() + "/orders");
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return true;
  }

  private Result onOneNode(OrderBook book) {
    Vertx vertx = Vertx.vertx();
    try {
      Node node = Node.create(vertx, NodeOptions.defaults().withId("node-1"));
      Shop.deployProcesses(node).await();
      return fulfil(node, book, done -> {});
    } finally {
      vertx.close().await();
    }
  }

  private Result onThreeNodes(OrderBook book) {
    try (ShopCluster cluster = ShopCluster.start(options.nodes())) {
      return fulfil(cluster.node(), book, done -> {
        if (options.isKillOne() && done == KILL_AFTER) {
          cluster.kill(3);
          out.println("killed node 3 after " + done + " orders were final");
        }
      });
    }
  }

  private Result fulfil(Node node, OrderBook book, IntConsumer onFinal) {
    Path dump = options.dump();
    Effects effects = dump == null
        ? Effects.forgotten()
        : Effects.appendedTo(Dump.effects(dump), node.vertx()).await();
    // 2. The services that keep the books.
    Shop.deployBooks(node, book, effects).await();

    // 3. All orders, so many at a time.
    Progress progress = new Progress(out, book.orders().size(), Progress.isTerminal());
    long begin = System.nanoTime();
    Driver.Finished finished = Driver.run(node, book.orders(), options.inFlight(), done -> {
          progress.show(done);
          onFinal.accept(done);
        })
        .await();
    double seconds = (System.nanoTime() - begin) / 1e9;

    // 4. What the books say now.
    Books books = Books.read(node.bus()).await();
    effects.close().await();
    if (dump != null) {
      Dump.write(dump, book.orders(), finished.outcomes(), books);
    }
    if (options.isKillOne()) {
      out.println("resubmitted=" + finished.resubmitted());
    }
    return Result.of(book.orders(), finished.outcomes(), books, seconds);
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
