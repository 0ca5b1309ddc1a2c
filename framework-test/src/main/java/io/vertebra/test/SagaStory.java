package io.vertebra.test;

import io.vertebra.saga.SagaEvent;
import io.vertebra.saga.SagaInstance;
import io.vertebra.saga.SagaRehearsal;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;

/** Tells in words where a saga is and how it came there. */
final class SagaStory {
  private SagaStory() {}

  /** What was expected, and what is. */
  static String tell(
      String expectation, SagaRehearsal<?> rehearsal, Set<Integer> expected, VirtualTime time) {
    StringBuilder text = new StringBuilder("Expected ").append(expectation).append(".\n");
    SagaInstance instance = rehearsal.instance();
    text.append("After ").append(time.passed().toMillis()).append(" ms the saga '");
    text.append(instance.saga()).append("' is ").append(instance.status()).append(":\n");
    for (SagaInstance.Step step : instance.steps()) {
      text.append("  ").append(step.name()).append(": ").append(step.state()).append('\n');
    }
    text.append("Commands that wait for an answer:\n");
    for (SagaRehearsal.Command command : rehearsal.open()) {
      text.append("  ").append(command.contract().id()).append(" of step '");
      text.append(command.step()).append("', attempt ").append(command.attempt());
      text.append(expected.contains(command.number()) ? ", which the test has met\n" : "\n");
    }
    text.append("What happened:\n");
    Instant begin = time.instant().minus(time.passed());
    rehearsal.history().forEach(event -> tell(event, begin, text));
    return text.toString();
  }

  private static void tell(SagaEvent event, Instant begin, StringBuilder text) {
    text.append("  ").append(Duration.between(begin, event.at()).toMillis()).append(" ms ");
    text.append(event.kind());
    if (!event.step().isEmpty()) {
      text.append(' ').append(event.step());
    }
    if (event.attempt() > 0) {
      text.append(", attempt ").append(event.attempt());
    }
    if (!event.detail().isEmpty()) {
      text.append(": ").append(event.detail());
    }
    text.append('\n');
  }
}
