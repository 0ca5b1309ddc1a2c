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
    checkCallers();
  }

  private Stream<String> effects() {
    return world.participants.effects.stream().filter(id -> id.startsWith(row.id() + "."));
  }

  private boolean has(String id) {
    return world.participants.effects.contains(id);
  }

  private void checkEffects() {
    List<String> all = effects().toList();
    assertThat(new HashSet<>(all)).as("each effect at most once").hasSameSizeAs(all);
    for (String id : all) {
      String action = id.replace(".undo", "");
      if (!world.participants.bodies.containsKey(action)) {
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
        Shop.FULFIL.stepNames().stream().filter(order::contains).toList();
    assertThat(state.trace().isBlank() ? declared : order)
        .as("answers are taken in as declared, each once")
        .isEqualTo(declared);
  }

  private void checkCompleted() {
    for (StepDefinition<Shop.State> step : Shop.FULFIL.steps()) {
      StepState state = StepState.of(row.steps().charAt(step.index()));
      assertThat(state).isIn(StepState.DONE, StepState.SKIPPED, StepState.REFUSED);
      assertThat(has(row.id() + "." + step.name()))
          .as("step %s of a completed saga, %s", step.name(), state)
          .isEqualTo(state == StepState.DONE);
      assertThat(has(row.id() + "." + step.name() + ".undo")).isFalse();
    }
  }

  private void checkCompensated() {
    for (StepDefinition<Shop.State> step : Shop.FULFIL.steps()) {
      String id = row.id() + "." + step.name();
      boolean inEffect = has(id) && !has(id + ".undo");
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
      assertThat(customer.stuck).isZero();
    } else {
      assertThat(customer.outcomes).isEmpty();
    }
  }
}
