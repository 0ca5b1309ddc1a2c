package io.vertebra.examples.orders;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.examples.orders.check.Checker;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
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
}
