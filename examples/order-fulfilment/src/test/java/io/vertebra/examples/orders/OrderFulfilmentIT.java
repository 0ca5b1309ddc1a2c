package io.vertebra.examples.orders;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.examples.orders.check.Checker;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OrderFulfilmentIT {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  @TempDir
  Path folder;

  private String run(String... args) {
    PrintStream print = new PrintStream(out, true, UTF_8);
    assertThat(OrderFulfilment.run(print, print, args)).isZero();
    assertThat(ProcessHandle.current().children().filter(ProcessHandle::isAlive))
        .isEmpty();
    return out.toString(UTF_8);
  }

  @Test
  void three_processes_fulfil_all_orders() throws IOException {
    String printed = run("--nodes", "3", "--dump", folder.toString());
    Checker checker = Checker.check(folder);
    assertThat(checker.problems()).isEmpty();
    assertThat(checker.result()).contains("needs_operator=0").endsWith("books_balance=true");
    assertThat(printed).contains(checker.result());
  }

  @Test
  void orders_of_a_process_that_is_killed_are_fulfilled_by_the_other() throws IOException {
    String printed = run("--nodes", "3", "--kill-one", "--dump", folder.toString());
    Checker checker = Checker.check(folder);
    assertThat(checker.problems()).isEmpty();
    assertThat(checker.result()).contains("needs_operator=0").endsWith("books_balance=true");
    assertThat(printed)
        .contains("killed node 3 after 100 orders were final", checker.result())
        .containsPattern("resubmitted=\\d+");
  }

  @Test
  void children_end_when_their_parent_is_killed() throws Exception {
    Process parent = launch("--nodes", "3", "--sequential");
    awaitLine(parent, "33 of 330 orders final");
    List<ProcessHandle> children = parent.descendants().toList();
    assertThat(children).hasSize(2);
    parent.destroyForcibly();
    for (ProcessHandle child : children) {
      child.onExit().get(60, TimeUnit.SECONDS);
    }
  }

  @Test
  void a_server_drains_and_ends_when_it_is_told_to() throws Exception {
    Process server = launch("--serve", "--port", "0");
    String url = awaitLine(server, "POST orders to ").replaceAll(".* (http\\S+)/orders", "$1");
    HttpRequest ready = HttpRequest.newBuilder(URI.create(url + "/ready")).build();
    HttpResponse<Void> response =
        HttpClient.newHttpClient().send(ready, HttpResponse.BodyHandlers.discarding());
    assertThat(response.statusCode()).isEqualTo(200);
    server.destroy();
    assertThat(server.waitFor(60, TimeUnit.SECONDS)).isTrue();
  }

  private static Process launch(String... args) throws IOException {
    List<String> command = new ArrayList<>(List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-cp",
        System.getProperty("java.class.path"),
        OrderFulfilment.class.getName()));
    command.addAll(List.of(args));
    return new ProcessBuilder(command)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private static String awaitLine(Process process, String start) throws IOException {
    BufferedReader lines = process.inputReader(UTF_8);
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.startsWith(start)) {
        return line;
      }
    }
    throw new AssertionError("The process ended without a line that starts with: " + start);
  }
}
