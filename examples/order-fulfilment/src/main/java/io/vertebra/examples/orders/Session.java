package io.vertebra.examples.orders;

import io.vertebra.Node;
import io.vertebra.examples.orders.book.OrderBook;
import io.vertebra.examples.orders.contracts.Orders.Outcome;
import io.vertebra.examples.orders.ledger.Books;
import io.vertebra.examples.orders.ledger.Database;
import io.vertebra.examples.orders.ledger.Ledger;
import io.vertebra.examples.orders.ledger.Run;
import io.vertebra.examples.orders.services.Shop;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.IntConsumer;

/** What one start of the program does for a run: begins it or goes on with it, and tells its result. */
final class Session {
  private final Options options;
  private final Database database;
  private final OrderBook book;
  private final PrintStream out;
  private final Progress progress;

  Session(Options options, Database database, OrderBook book, PrintStream out) {
    this.options = options;
    this.database = database;
    this.book = book;
    this.out = out;
    this.progress = new Progress(out, book.orders().size(), Progress.isTerminal());
  }

  boolean onOneNode() {
    Vertx vertx = Vertx.vertx();
    try {
      // 1. A run that was interrupted, or a new one.
      Run run = begin(vertx);
      Ledger ledger = Ledger.open(vertx, database.uri(), run, "node-1").await();
      // 2. The services, whose books are in the database.
      Node node = Node.create(vertx);
      Shop.deploy(node, ledger).await();
      // 3. All orders that are not final, so many at a time.
      Driver.Finished finished = drive(node, run, ledger, done -> {});
      // 4. What the books say now. The run is over when it is told.
      boolean isBalanced = tell(ledger, finished);
      run.finish(vertx, database).await();
      node.close().await();
      ledger.close().await();
      return isBalanced;
    } finally {
      vertx.close().await();
    }
  }

  /** The same, but the services are in other processes, which may be killed. */
  boolean onThreeNodes() {
    try (ShopCluster cluster = ShopCluster.join(options.nodes().count())) {
      Node node = cluster.node();
      Run run = begin(node.vertx());
      Ledger ledger = Ledger.open(node.vertx(), database.uri(), run, "driver").await();
      cluster.launch(database.uri(), run);
      Killing killing = new Killing(options.nodes(), cluster, progress);
      Driver.Finished finished;
      try (killing) {
        finished = drive(node, run, ledger, killing::onFinal);
      }
      boolean isRight = options.nodes().killEvery() == null
          ? tell(ledger, finished)
          : tellAsChecked(ledger, finished, killing.kills());
      run.finish(node.vertx(), database).await();
      return isRight;
    }
  }

  private Run begin(Vertx vertx) {
    return Run.begin(vertx, database, "orders", book).await();
  }

  private Driver.Finished drive(Node node, Run run, Ledger ledger, IntConsumer onFinal) {
    Map<String, Outcome> known = ledger.outcomes().await();
    if (run.isContinued()) {
      out.println("goes on with the run that was interrupted: " + known.size() + " of "
          + book.orders().size() + " orders were final");
    }
    return Driver.run(node, book.orders(), known, options.inFlight(), done -> {
          progress.show(done);
          onFinal.accept(done);
        })
        .await();
  }

  private boolean tell(Ledger ledger, Driver.Finished finished) {
    Books books = ledger.books().await();
    Path folder = options.dump();
    if (folder != null) {
      dump(folder, ledger, finished, books);
    }
    if (options.nodes().isKillOne()) {
      out.println("resubmitted=" + finished.resubmitted());
    }
    Result result = Result.of(book.orders(), finished.outcomes(), books, finished.seconds());
    out.println(result.toLine());
    return result.isBalanced();
  }

  /** Has somebody else, who knows only the files, say what came of it. */
  private boolean tellAsChecked(Ledger ledger, Driver.Finished finished, int kills) {
    try {
      Path given = options.dump();
      Path folder = given == null ? Files.createTempDirectory("order-fulfilment") : given;
      dump(folder, ledger, finished, ledger.books().await());
      CheckerProcess checked = CheckerProcess.run(folder);
      checked.problems().forEach(out::println);
      out.println(checked.result()
          + String.format(
              " kills=%d resubmitted=%d seconds=%.1f",
              kills, finished.resubmitted(), finished.seconds()));
      return checked.problems().isEmpty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void dump(Path folder, Ledger ledger, Driver.Finished finished, Books books) {
    Dump.write(
        folder, book.orders(), finished.outcomes(), books, ledger.effects().await());
  }
}
