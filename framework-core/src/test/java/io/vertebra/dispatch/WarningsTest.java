package io.vertebra.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.messaging.GuardEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WarningsTest {
  private static final IllegalStateException CAUSE = new IllegalStateException("broken");

  private final Logger logger = Logger.getLogger(Warnings.class.getName());
  private final List<String> lines = new ArrayList<>();
  private final Handler listener = new Handler() {
    @Override
    public void publish(LogRecord line) {
      if (line.getLevel() == Level.WARNING) {
        lines.add(line.getMessage() + (line.getThrown() == null ? "" : " " + line.getThrown()));
      }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  };

  private long seconds = -7;
  private final Warnings warnings = new Warnings(() -> TimeUnit.SECONDS.toNanos(seconds));

  @BeforeEach
  void listen() {
    logger.addHandler(listener);
    logger.setUseParentHandlers(false);
  }

  @AfterEach
  void stopListening() {
    logger.removeHandler(listener);
    logger.setUseParentHandlers(true);
  }

  @Test
  void the_first_is_logged_at_once_with_its_cause() {
    warnings.handlerFailed("stock.reserve", CAUSE);
    assertThat(lines).containsExactly("The handler of 'stock.reserve' failed " + CAUSE);
  }

  @Test
  void those_of_the_next_ten_seconds_are_counted_and_told_with_the_one_after() {
    for (int i = 0; i < 100; i++) {
      warnings.handlerFailed("stock.reserve", CAUSE);
    }
    seconds += 9;
    warnings.handlerFailed("stock.reserve", CAUSE);
    assertThat(lines).hasSize(1);
    seconds += 1;
    warnings.handlerFailed("stock.reserve", CAUSE);
    warnings.handlerFailed("stock.reserve", CAUSE);
    assertThat(lines).hasSize(2);
    assertThat(lines.get(1)).contains("100 warnings like this one");
  }

  @Test
  void contracts_and_kinds_do_not_silence_each_other() {
    warnings.handlerFailed("stock.reserve", CAUSE);
    warnings.handlerFailed("payment.charge", CAUSE);
    warnings.callLost("stock.reserve", "(message 7)");
    warnings.callLost("payment.charge", "(message 8)");
    assertThat(lines).hasSize(4);
    assertThat(lines.get(2)).isEqualTo("A call to 'stock.reserve' still runs (message 7)");
  }

  @Test
  void a_node_that_is_not_trusted_is_told_once_a_minute_for_each_reason() {
    for (int i = 0; i < 1_000; i++) {
      warnings.distrusted("n1", "cancels", () -> "too many");
      warnings.distrusted("n1", "deadline", () -> "absurd");
      warnings.distrusted("n2", "cancels", () -> "too many");
    }
    assertThat(lines)
        .containsExactly(
            "Node n1 sent what is not trusted: too many",
            "Node n1 sent what is not trusted: absurd",
            "Node n2 sent what is not trusted: too many");
    seconds += 59;
    warnings.distrusted("n1", "cancels", () -> "too many");
    assertThat(lines).hasSize(3);
    seconds += 1;
    warnings.distrusted("n1", "cancels", () -> "too many");
    assertThat(lines).hasSize(4);
    assertThat(lines.get(3)).contains("1000 warnings like this one");
  }

  @Test
  void nodes_that_come_and_go_by_the_thousands_are_not_all_told_apart() {
    GuardLog guard = new GuardLog();
    Distrust distrust = new Distrust(guard, warnings);
    for (int i = 0; i < 5_000; i++) {
      distrust.report("n" + i, "cancels", () -> "too many");
      distrust.report("n0", "cancels", () -> "too many");
    }
    assertThat(lines).hasSize(1_001);
    assertThat(guard.counted(GuardEvent.Kind.DISTRUSTED, "n0", "cancels")).isEqualTo(5_001);
    assertThat(guard.counted(GuardEvent.Kind.DISTRUSTED, Distrust.OTHERS, "cancels"))
        .isEqualTo(4_000);
  }
}
