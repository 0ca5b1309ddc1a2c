package io.vertebra.examples.orders;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertebra.examples.orders.Options.Nodes;
import io.vertebra.examples.orders.Options.Source;
import io.vertebra.examples.orders.Options.Store;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptionsTest {
  private static final Source ONCE = new Source(null, 1);
  private static final Store HERE = new Store(Path.of(".order-fulfilment"), null);
  private static final Nodes ONE = new Nodes(1, false, null);

  @Test
  void without_options_there_are_64_orders_in_flight_in_one_process() {
    assertThat(Options.of()).isEqualTo(new Options(false, 64, ONCE, HERE, ONE, -1, null));
  }

  @Test
  void reads_every_option() {
    assertThat(Options.of("--sequential", "--orders", "o.json", "--dump", "out", "--data", "d"))
        .isEqualTo(new Options(
            false,
            1,
            new Source(Path.of("o.json"), 1),
            new Store(Path.of("d"), null),
            ONE,
            -1,
            Path.of("out")));
    assertThat(Options.of("--in-flight", "7", "--nodes", "3", "--kill-one"))
        .isEqualTo(new Options(false, 7, ONCE, HERE, new Nodes(3, true, null), -1, null));
    assertThat(
            Options.of("--nodes", "3", "--kill-every", "500ms", "--rounds", "4").nodes())
        .isEqualTo(new Nodes(3, false, Duration.ofMillis(500)));
    assertThat(Options.of("--nodes", "3", "--kill-every", "2s").source())
        .isEqualTo(new Source(null, 10));
    assertThat(Options.of("--database", "postgresql://db/shop").store().database())
        .isEqualTo("postgresql://db/shop");
    assertThat(Options.of("--serve").servePort()).isEqualTo(8080);
    assertThat(Options.of("--serve", "--port", "0").servePort()).isZero();
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
    "--kill-every 2s, --kill-every needs --nodes 3",
    "--nodes 3 --kill-one --kill-every 2s, --kill-one and --kill-every exclude each other",
    "--kill-every soon, '--kill-every needs a time of at least 100ms, such as 2s or 500ms, not soon'",
    "--kill-every 99ms, '--kill-every needs a time of at least 100ms, such as 2s or 500ms, not 99ms'",
    "--data d --database postgresql://h/d, --data and --database exclude each other",
    "--database h, 'The database has the form postgresql://user:password@host:port/database'",
    "--port 80, --port needs --serve",
    "--serve --dump d, '--serve takes orders over HTTP, on one node; it has no --sequential, --in-flight, --rounds, --nodes or --dump'",
  })
  void says_what_cannot_be_followed(String line, String message) {
    assertThatThrownBy(() -> Options.of(line.split(" ")))
        .isInstanceOf(Options.Wrong.class)
        .hasMessage(message);
  }
}
