package io.vertebra.examples.orders;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.examples.orders.check.Checker;
import io.vertebra.test.EmbeddedPostgres;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OrderFulfilmentIT {
  /** All runs use the same folder, one after the other. */
  @TempDir
  static Path data;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  @TempDir
  Path folder;

  @AfterAll
  static void stop_the_server_that_a_failed_test_left() {
    EmbeddedPostgres.start(data).stop();
  }

  private String[] withFolders(String... args) {
    String[] all = new String[args.length + 4];
    System.arraycopy(args, 0, all, 0, args.length);
    all[args.length] = "--data";
    all[args.length + 1] = data.toString();
    all[args.length + 2] = "--dump";
    all[args.length + 3] = folder.toString();
    return all;
  }

  private String run(String... args) {
    PrintStream print = new PrintStream(out, true, UTF_8);
    assertThat(OrderFulfilment.run(print, print, withFolders(args))).isZero();
    assertThat(ProcessHandle.current().children().filter(ProcessHandle::isAlive))
        .isEmpty();
    return out.toString(UTF_8);
  }

  private Checker checkAllFinal() throws IOException {
    Checker checker = Checker.check(folder);
    assertThat(checker.problems()).isEmpty();
    assertThat(checker.verdict())
        .contains("needs_operator=0")
        .endsWith("lost=0 duplicated=0 books_balance=true");
    return checker;
  }

  @Test
  void orders_of_a_process_that_is_killed_are_fulfilled_by_the_others() throws IOException {
    String printed = run("--nodes", "3", "--kill-one");
    assertThat(printed)
        .contains(checkAllFinal().result())
        .containsPattern("killed node 3 after \\d+ orders were final")
        .containsPattern("resubmitted=\\d+");
  }

  @Test
  void killing_and_starting_processes_all_the_time_loses_nothing_and_does_nothing_twice()
      throws IOException {
    String printed = run("--nodes", "3", "--kill-every", "2s", "--rounds", "2");
    String result = printed.substring(printed.lastIndexOf("RESULT"));
    assertThat(result)
        .contains(checkAllFinal().verdict() + " kills=")
        .contains(" lost=0 duplicated=0 books_balance=true ");
    int kills = Integer.parseInt(result.replaceAll("(?s).* kills=(\\d+).*", "$1"));
    assertThat(kills).isPositive();
    assertThat(printed).contains("and started it again");
  }

  /** One order at a time ends the same way every time, killed or not. */
  @Test
  void what_was_killed_goes_on_when_it_is_started_again() throws Exception {
    String[] sequential = withFolders("--sequential");
    TestShop killed = TestShop.launch(sequential);
    killed.awaitLine("33 of 330 orders final");
    killed.kill();

    killed = TestShop.launch(sequential);
    int before = finalAtStart(killed);
    assertThat(before).isGreaterThanOrEqualTo(33);
    killed.awaitLine("198 of 330 orders final");
    killed.kill();

    TestShop last = TestShop.launch(sequential);
    assertThat(finalAtStart(last)).isGreaterThanOrEqualTo(Math.max(198, before));
    String result = last.awaitLine("RESULT ");
    assertThat(last.awaitEnd()).isZero();
    assertThat(result)
        .startsWith(checkAllFinal().result())
        .contains(" completed=191 out_of_stock=91 declined=48 ")
        .contains(" revenue=5549682 units_shipped=52539 ");
  }

  private static int finalAtStart(TestShop shop) throws IOException {
    return Integer.parseInt(shop.awaitLine("goes on with the run that was interrupted: ")
        .replaceAll(".*: (\\d+) of 330 orders were final", "$1"));
  }

  @Test
  void three_processes_whose_launcher_was_killed_go_on_when_it_is_started_again() throws Exception {
    TestShop killed = TestShop.launch(withFolders("--nodes", "3"));
    killed.awaitLine("33 of 330 orders final");
    assertThat(killed.children()).hasSize(3);
    killed.kill();

    TestShop last = TestShop.launch(withFolders("--nodes", "3"));
    assertThat(finalAtStart(last)).isGreaterThanOrEqualTo(33);
    String result = last.awaitLine("RESULT ");
    assertThat(last.awaitEnd()).isZero();
    assertThat(result).startsWith(checkAllFinal().result());
  }

  @Test
  void a_server_that_was_killed_goes_on_and_drains_when_it_is_told_to_end() throws Exception {
    String[] serve = {"--serve", "--port", "0", "--data", data.toString()};
    TestShop killed = TestShop.launch(serve);
    HttpClient client = HttpClient.newHttpClient();
    String order = "{\"orderId\": \"W-1\", \"customer\": \"363\","
        + " \"lines\": [{\"product\": \"S18_1749\", \"quantity\": 30, \"price\": 172}]}";
    HttpResponse<String> accepted = client.send(
        HttpRequest.newBuilder(URI.create(urlOf(killed)))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(order))
            .build(),
        BodyHandlers.ofString());
    assertThat(accepted.statusCode()).isEqualTo(202);
    killed.kill();

    TestShop shop = TestShop.launch(serve);
    URI placed = URI.create(urlOf(shop) + "/W-1");
    // The stream of events ends when the order is final.
    client.send(
        HttpRequest.newBuilder(URI.create(placed + "/events")).build(), BodyHandlers.discarding());
    HttpResponse<String> outcome =
        client.send(HttpRequest.newBuilder(placed).build(), BodyHandlers.ofString());
    assertThat(outcome.statusCode()).isEqualTo(200);
    assertThat(outcome.body()).contains("COMPLETED");

    PrintStream print = new PrintStream(out, true, UTF_8);
    assertThat(OrderFulfilment.run(print, print, withFolders())).isEqualTo(2);
    assertThat(out.toString(UTF_8)).contains("is in use by another order-fulfilment");
    shop.tellToEnd();
    shop.awaitEnd();
  }

  private static String urlOf(TestShop shop) throws IOException {
    return shop.awaitLine("POST orders to ").replaceAll(".* (http\\S+)", "$1");
  }
}
