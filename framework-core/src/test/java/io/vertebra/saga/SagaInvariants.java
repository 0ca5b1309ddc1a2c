package io.vertebra.saga;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;

/** What has to be true of every saga after every run. */
@NullUnmarked
record SagaInvariants(
    SagaWorld world,
    SagaWorld.Customer customer,
    SagaLog.@Nullable Row row,
    List<SagaEvent> history) {

  void check() {
    assertThat(row).as("saga %s is in the log", customer.key).isNotNull();
    assertThat(customer.ids).as("one instance per key").containsExactly(row.id());
    assertThat(row.status())
        .isIn(SagaStatus.COMPLETED, SagaStatus.COMPENSATED, SagaStatus.NEEDS_OPERATOR);
    checkEffects();
    checkEpochs();
    checkState();
    if (row.status() == SagaStatus.COMPLETED) {
      checkCompleted();
    } else if (row.status() == SagaStatus.COMPENSATED) {
      checkCompensated();
    } else {
      assertThat(history)
          .as("an operator is called for a reason")
          .anyMatch(event -> event.kind() == SagaEvent.Kind.GAVE_UP
              || event.kind() == SagaEvent.Kind.REFUSED
              || event.kind() == SagaEvent.Kind.FUNCTION_FAILED);
    }
    checkSignals();
    checkCallers();
  }

  private boolean isSkippedByHand(StepDefinition<Shop.State> step) {
    return history.stream()
        .anyMatch(event ->
            event.kind() == SagaEvent.Kind.OPERATOR_SKIPPED && event.step().equals(step.name()));
  }

  private boolean has(SagaEvent.Kind kind) {
    return history.stream().anyMatch(event -> event.kind() == kind);
  }

  private void checkSignals() {
    List<String> said = history.stream()
        .filter(event -> event.detail().contains("by somebody"))
        .map(SagaEvent::detail)
        .toList();
    for (String detail : said) {
      String id = detail.replaceAll("^.*by somebody: ([^ ]+).*$", "$1");
      assertThat(said.stream().filter(other -> (other + " ").contains(": " + id + " ")))
          .as("the signal %s counts once", id)
          .hasSize(1);
    }
    if (has(SagaEvent.Kind.CANCELLED)) {
      assertThat(row.status()).as("cancelled").isNotEqualTo(SagaStatus.COMPLETED);
    }
    if (!row.status().isFinal()) {
      assertThat(row.signals().waiting())
          .as("only events wait on")
          .allMatch(signal -> signal.kind() == SagaLog.SignalKind.EVENT);
    }
  }

  private Stream<String> effects() {
    return world.participants.effects.stream().filter(id -> id.startsWith(row.id() + "."));
  }

  /** Whether a command, or one that an operator had sent in its place, has run. */
  private boolean isDone(String id) {
    return effects()
        .anyMatch(effect -> effect.equals(id) || effect.startsWith(id + CommandId.AGAIN));
  }

  private boolean has(String id) {
    return world.participants.effects.contains(id);
  }

  private void checkEffects() {
    List<String> all = effects().toList();
    assertThat(new HashSet<>(all)).as("each effect at most once").hasSameSizeAs(all);
    for (String id : all) {
      String action = CommandId.firstOf(id).replace(".undo", "");
      String step = action.substring(row.id().length() + 1);
      boolean isWait = world.saga.find(step).action() instanceof StepDefinition.Await<?>;
      if (!isWait && !world.participants.bodies.containsKey(action)) {
        throw new AssertionError(id + " compensates a command that was never sent");
      }
    }
  }

  private void checkEpochs() {
    long epoch = 0;
    for (SagaEvent event : history) {
      if (event.epoch() < epoch) {
        throw new AssertionError("epochs never go back: " + history);
      }
      epoch = event.epoch();
    }
    assertThat(history.stream().filter(event -> event.kind() == SagaEvent.Kind.STARTED))
        .hasSize(1);
  }

  private void checkState() {
    Shop.State state = new SimCodec().decode(Shop.State.class, row.state(), "state");
    List<String> order = Stream.of(state.trace().trim().split(" "))
        .map(s -> s.replace("no-", ""))
        .toList();
    List<String> declared =
        world.saga.stepNames().stream().filter(order::contains).toList();
    assertThat(state.trace().isBlank() ? declared : order)
        .as("answers are taken in as declared, each once")
        .isEqualTo(declared);
  }

  private void checkCompleted() {
    for (StepDefinition<Shop.State> step : world.saga.steps()) {
      StepState state = StepState.of(row.steps().charAt(step.index()));
      if (step.action() instanceof StepDefinition.Await<?> || isSkippedByHand(step)) {
        continue;
      }
      assertThat(state).isIn(StepState.DONE, StepState.SKIPPED, StepState.REFUSED);
      assertThat(isDone(row.id() + "." + step.name()))
          .as("step %s of a completed saga, %s", step.name(), state)
          .isEqualTo(state == StepState.DONE);
      assertThat(has(row.id() + "." + step.name() + ".undo")).isFalse();
    }
  }

  private void checkCompensated() {
    for (StepDefinition<Shop.State> step : world.saga.steps()) {
      String id = row.id() + "." + step.name();
      boolean inEffect = has(id) && !isDone(id + ".undo") && !isSkippedByHand(step);
      assertThat(inEffect)
          .as("step %s of a compensated saga is in effect", step.name())
          .isFalse();
    }
  }

  private void checkCallers() {
    assertThat(new HashSet<>(customer.outcomes))
        .as("all callers hear the same")
        .hasSizeLessThanOrEqualTo(1);
    if (row.status().isFinal()) {
      assertThat(customer.stuck == 0 || has(SagaEvent.Kind.NEEDS_OPERATOR)).isTrue();
    } else {
      assertThat(customer.outcomes).isEmpty();
    }
  }
}
