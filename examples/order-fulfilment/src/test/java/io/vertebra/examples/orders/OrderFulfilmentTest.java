package io.vertebra.examples.orders;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.examples.orders.check.Checker;
import io.vertebra.test.EmbeddedPostgres;
import io.vertebra.test.FreePorts;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OrderFulfilmentTest {
  /** All runs use the same folder, one after the other. */
  @TempDir
  static Path data;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @TempDir
  Path folder;

  private int run(String... args) {
    return OrderFulfilment.run(
        new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8), args);
  }

  private int runAndDump(String... args) {
    String[] all = new String[args.length + 4];
    System.arraycopy(args, 0, all, 0, args.length);
    all[args.length] = "--data";
    all[args.length + 1] = data.toString();
    all[args.length + 2] = "--dump";
    all[args.length + 3] = folder.toString();
    return run(all);
  }

  private String resultWithoutSeconds() {
    String text = out.toString(UTF_8);
    String line = text.substring(text.lastIndexOf("RESULT"));
    assertThat(line).matches("RESULT .* seconds=\\d+\\.\\d\\R");
    return line.substring(0, line.indexOf(" seconds="));
  }

  private static String counted(String result, String name) {
    return result.replaceAll(".* " + name + "=(\\S+).*", "$1");
  }

  /** The numbers were computed from the tables alone, by a program in another language. */
  @Test
  void one_order_at_a_time_has_an_exact_result() throws IOException {
    assertThat(runAndDump("--sequential")).isZero();

    assertThat(resultWithoutSeconds())
        .isEqualTo("RESULT order-fulfilment completed=191 out_of_stock=91 declined=48 rejected=0"
            + " needs_operator=0 revenue=5549682 units_shipped=52539 books_balance=true");
    Checker checker = Checker.check(folder);
    assertThat(checker.problems()).isEmpty();
    assertThat(checker.result()).isEqualTo(resultWithoutSeconds());
    assertThat(Files.readAllLines(folder.resolve("orders.csv")))
        .hasSize(331)
        .contains(
            "10100,363,completed,",
            "10107,131,out_of_stock,\"S24_2000: 38 wanted, 15 available\"",
            "10165,148,declined,\"87883 charged, 77788 more would exceed the limit of 103800\"");
    String readme = Files.readString(Path.of("README.md"));
    assertThat(readme.replaceAll("seconds=\\S+", ""))
        .contains(out.toString(UTF_8)
            .replace(data.toString(), ".order-fulfilment")
            .replaceAll("seconds=\\S+", ""));
  }

  @Test
  void many_orders_at_a_time_keep_the_books_balanced() throws IOException {
    assertThat(runAndDump("--in-flight", "100")).isZero();

    String result = resultWithoutSeconds();
    Checker checker = Checker.check(folder);
    assertThat(checker.problems()).isEmpty();
    assertThat(checker.result()).isEqualTo(result);
    assertThat(result).contains(" rejected=0 needs_operator=0 ").endsWith(" books_balance=true");
    int ended = Integer.parseInt(counted(result, "completed"))
        + Integer.parseInt(counted(result, "out_of_stock"))
        + Integer.parseInt(counted(result, "declined"));
    assertThat(ended).isEqualTo(330);
  }

  @Test
  void turns_down_orders_of_a_file_that_name_what_is_unknown() throws IOException {
    Path file = folder.resolve("orders.json");
    Files.writeString(file, """
        {"orders": [
          {"orderId": "A", "customer": "7", "lines": [{"product": "pot", "quantity": 2, "price": 1.25}]},
          {"orderId": "B", "customer": "8", "lines": [{"product": "pot", "quantity": 1, "price": 1}]},
          {"orderId": "C", "customer": "7", "lines": [{"product": "jug", "quantity": 1, "price": 1}]}],
         "products": [{"product": "pot", "stock": 2}],
         "customers": [{"customer": "7", "creditLimit": 2.5}]}
        """);
    assertThat(runAndDump("--orders", file.toString())).isZero();
    assertThat(resultWithoutSeconds())
        .isEqualTo("RESULT order-fulfilment completed=1 out_of_stock=0 declined=0 rejected=2"
            + " needs_operator=0 revenue=3 units_shipped=2 books_balance=true");
    assertThat(Files.readAllLines(folder.resolve("orders.csv")))
        .contains("B,8,rejected,unknown customer 8", "C,7,rejected,unknown product jug");
    assertThat(Checker.check(folder).problems()).isEmpty();

    // Its run is over, so the same orders are another run.
    String first = resultWithoutSeconds();
    out.reset();
    assertThat(runAndDump("--orders", file.toString())).isZero();
    assertThat(out.toString(UTF_8)).doesNotContain("goes on");
    assertThat(resultWithoutSeconds()).isEqualTo(first);

    out.reset();
    assertThat(runAndDump("--orders", file.toString(), "--rounds", "2")).isZero();
    assertThat(resultWithoutSeconds())
        .isEqualTo("RESULT order-fulfilment completed=2 out_of_stock=0 declined=0 rejected=4"
            + " needs_operator=0 revenue=5 units_shipped=4 books_balance=true");
  }

  @Test
  void keeps_the_books_in_a_database_that_is_there() throws IOException {
    Path file = folder.resolve("orders.json");
    Files.writeString(file, """
        {"orders": [
          {"orderId": "A", "customer": "7", "lines": [{"product": "pot", "quantity": 2, "price": 1.25}]}],
         "products": [{"product": "pot", "stock": 2}],
         "customers": [{"customer": "7", "creditLimit": 2}]}
        """);
    try (EmbeddedPostgres server = EmbeddedPostgres.startTemporary()) {
      assertThat(run("--database", server.uri(), "--orders", file.toString())).isZero();
      assertThat(server.isRunning()).isTrue();
      assertThat(out.toString(UTF_8))
          .contains("books in PostgreSQL, database postgres at 127.0.0.1:" + server.port());
    }
    assertThat(resultWithoutSeconds()).contains("completed=0 out_of_stock=0 declined=1 ");
  }

  @Test
  void explains_itself() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString(UTF_8)).isEqualTo(Options.HELP);
  }

  @Test
  void ends_with_2_if_an_option_is_wrong() {
    assertThat(run("--fast")).isEqualTo(2);
    assertThat(err.toString(UTF_8)).isEqualTo("Unknown option: --fast\nTry --help\n");
    assertThat(out.toString(UTF_8)).isEmpty();
  }

  @Test
  void ends_with_2_if_the_database_cannot_be_reached() {
    int nobodyListens = FreePorts.one();
    assertThat(run("--database", "postgresql://shop:secret@127.0.0.1:" + nobodyListens + "/shop"))
        .isEqualTo(2);
    assertThat(err.toString(UTF_8))
        .startsWith("database shop at 127.0.0.1:" + nobodyListens + " cannot be used: ")
        .doesNotContain("secret");
  }

  @Test
  void ends_with_2_if_a_file_of_orders_is_wrong() throws IOException {
    Path file = Files.writeString(folder.resolve("bad.json"), "{\"orders\": [7]}");
    assertThat(run("--orders", file.toString())).isEqualTo(2);
    assertThat(err.toString(UTF_8)).isEqualTo(file + ": orders[0] is not an object\n");
  }
}
