package io.vertebra.saga;

import io.vertebra.contract.Request;
import io.vertebra.error.SagaException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A business process over several services, as data: named steps in order, each with the contract it
 * requests and how it is undone. A {@link SagaEngine} runs it. Definitions are immutable constants.
 *
 * <pre>{@code
 * static final Saga<OrderState> FULFIL = Saga.named("order-fulfilment", OrderState.class)
 *     .startedBy(Orders.PLACE, OrderState::from).key(OrderState::orderId)
 *     .step("reserve", s -> s.request(Stock.RESERVE, OrderState::toReserve)
 *         .onFailure(OutOfStock.class, OrderState::outOfStock)
 *         .compensate(Stock.RELEASE, OrderState::toRelease))
 *     .pivot("dispatch", s -> s.request(Shipping.DISPATCH, OrderState::toDispatch))
 *     .outcome(OrderState::toOutcome)
 *     .build();
 * }</pre>
 *
 * <p>A declared failure, a deadline that passes or a step that uses up its retries before the pivot
 * compensates what was done, or may have been, in reverse order. From the pivot on there is only
 * forward; what fails for good there waits for an operator.
 *
 * @param <S> the state: a record of what JSON can carry
 */
public final class Saga<S> {
  private final Head<S> head;
  private final Start<S> start;
  private final Duration deadline;
  private final List<Stage<S>> stages;
  private final List<StepDefinition<S>> steps;
  private final String hash;

  Saga(Head<S> head, Start<S> start, Duration deadline, List<Stage<S>> stages) {
    this.head = head;
    this.start = start;
    this.deadline = deadline;
    this.stages = List.copyOf(stages);
    this.steps = stages.stream().flatMap(stage -> stage.steps.stream()).toList();
    check(head.name, stages, steps);
    this.hash = Hashes.of(describe());
  }

  /** Begins a definition. The name is part of every instance's identity. */
  public static <S> SagaBuilder<S> named(String name, Class<S> state) {
    return new SagaBuilder<>(
        new Head<>(Objects.requireNonNull(name), 1, Objects.requireNonNull(state)));
  }

  /** The name. */
  public String name() {
    return head.name;
  }

  /** The version, 1 unless declared otherwise. */
  public int version() {
    return head.version;
  }

  /** The contract that starts an instance and whose reply is the outcome. */
  public Request<?, ?> startedBy() {
    return start.contract;
  }

  /** How long an instance may take until the pivot's command is written. Default 1 hour. */
  public Duration deadline() {
    return deadline;
  }

  /** The names of the steps in order. */
  public List<String> stepNames() {
    return steps.stream().map(StepDefinition::name).toList();
  }

  /**
   * 32 hexadecimal digits over name, version, and the steps' names, order, kinds and contracts.
   * Timeouts and retries do not count: they may change while instances run.
   */
  public String hash() {
    return hash;
  }

  @Override
  public String toString() {
    return head.name + " v" + head.version;
  }

  Class<S> stateType() {
    return head.state;
  }

  Start<S> start() {
    return start;
  }

  List<Stage<S>> stages() {
    return stages;
  }

  List<StepDefinition<S>> steps() {
    return steps;
  }

  /** The step with this name, or null. */
  @Nullable
  StepDefinition<S> find(String step) {
    for (StepDefinition<S> each : steps) {
      if (each.name().equals(step)) {
        return each;
      }
    }
    return null;
  }

  int stageOf(int step) {
    int stage = 0;
    int past = stages.get(0).steps.size();
    while (step >= past) {
      past += stages.get(++stage).steps.size();
    }
    return stage;
  }

  private static <S> void check(String saga, List<Stage<S>> stages, List<StepDefinition<S>> steps) {
    if (stages.isEmpty()) {
      throw SagaException.invalid(saga, "it has no step");
    }
    for (Stage<S> stage : stages) {
      if (stage.steps.isEmpty()) {
        throw SagaException.invalid(saga, "the parallel group '" + stage.name + "' has no step");
      }
    }
    Set<String> names = new HashSet<>();
    for (StepDefinition<S> step : steps) {
      String name = step.name();
      if (name.isBlank() || name.indexOf(CommandId.AGAIN) >= 0 || name.endsWith(CommandId.UNDO)) {
        throw SagaException.invalid(
            saga, "'" + name + "' is no name for a step: it becomes part of message ids");
      }
      if (!names.add(step.name())) {
        throw SagaException.invalid(saga, "two steps have the name '" + step.name() + "'");
      }
    }
  }

  private String describe() {
    StringBuilder text = new StringBuilder(head.name + " v" + head.version + "\n");
    for (Stage<S> stage : stages) {
      text.append(stage.name).append('\n');
      stage.steps.forEach(step -> text.append(step.describe()));
    }
    return text.toString();
  }

  /** Name, version and type of the state. */
  record Head<S>(String name, int version, Class<S> state) {}

  /** How an instance begins and what its end says. */
  record Start<S>(
      Request<?, ?> contract,
      Function<Object, S> from,
      Function<S, String> key,
      Function<S, Object> outcome) {}

  /** Steps that run side by side; mostly it is one. */
  record Stage<S>(String name, List<StepDefinition<S>> steps) {
    Stage {
      steps = List.copyOf(steps);
    }

    StepDefinition.Kind kind() {
      return steps.get(0).kind();
    }

    Stream<StepDefinition<S>> undoable() {
      return steps.stream().filter(step -> step.compensation() != null);
    }
  }
}
