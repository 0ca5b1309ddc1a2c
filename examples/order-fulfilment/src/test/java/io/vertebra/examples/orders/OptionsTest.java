package io.vertebra.examples.orders;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptionsTest {

  @Test
  void without_options_there_are_64_orders_in_flight_in_one_process() {
    assertThat(Options.of()).isEqualTo(new Options(false, 64, 1, false, false, 8080, null, null));
  }

  @Test
  void reads_every_option() {
    assertThat(Options.of("--sequential", "--orders", "o.json", "--dump", "out"))
        .isEqualTo(new Options(false, 1, 1, false, false, 8080, Path.of("o.json"), Path.of("out")));
    assertThat(Options.of("--in-flight", "7", "--nodes", "3", "--kill-one"))
        .isEqualTo(new Options(false, 7, 3, true, false, 8080, null, null));
    assertThat(Options.of("--serve", "--port", "0"))
        .isEqualTo(new Options(false, 64, 1, false, true, 0, null, null));
    assertThat(Options.of("--help").isHelp()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "--fast, Unknown option: --fast",
    "orders.json, Unknown option: orders.json",
    "--dump, --dump needs a value",
    "--orders --sequential, --orders needs a value",
    "--in-flight many, '--in-flight needs a whole number from 1 to 10000, not many'",
    "--in-flight 0, '--in-flight needs a whole number from 1 to 10000, not 0'",
    "--nodes 2, --nodes is 1 or 3",
    "--sequential --in-flight 2, --sequential means one order in flight",
    "--kill-one, --kill-one needs --nodes 3",
    "--port 80, --port needs --serve",
    "--serve --dump d, '--serve takes orders over HTTP, on one node; it has no --sequential, --in-flight, --nodes or --dump'",
  })
  void says_what_cannot_be_followed(String line, String message) {
    assertThatThrownBy(() -> Options.of(line.split(" ")))
        .isInstanceOf(Options.Wrong.class)
        .hasMessage(message);
  }
}
