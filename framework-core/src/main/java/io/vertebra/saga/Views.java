package io.vertebra.saga;

import io.vertebra.contract.Request;
import io.vertebra.error.HandlerException;
import io.vertebra.error.SagaException;
import io.vertebra.error.VertebraException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What callers are shown of an instance. */
final class Views {
  private Views() {}

  /** The outcome that a row has come to; throws if it is not there or cannot be told. */
  static <R> R outcome(Request<?, R> contract, @Nullable SagaMachine<?> machine, SagaLog.Row row) {
    if (machine == null) {
      throw SagaException.stalled(row.saga(), row.key(), "its definition is not here");
    }
    return readOutcome(contract, machine, row);
  }

  private static <S, R> R readOutcome(
      Request<?, R> contract, SagaMachine<S> machine, SagaLog.Row row) {
    return outcome(contract, machine, machine.read(row, 0));
  }

  /** The outcome that an instance has come to; throws if an operator has to decide first. */
  static <S, R> R outcome(Request<?, R> contract, SagaMachine<S> machine, Instance<S> instance) {
    Saga<S> saga = machine.saga();
    if (!instance.status().isFinal()) {
      throw SagaException.needsOperator(saga.name(), instance.key(), stuck(machine, instance));
    }
    try {
      R outcome = contract.replyType().cast(saga.start().outcome().apply(instance.state()));
      if (outcome == null) {
        throw HandlerException.answeredNothing(contract.name());
      }
      return outcome;
    } catch (VertebraException e) {
      throw e;
    } catch (RuntimeException e) {
      throw HandlerException.threw(contract.name(), e);
    }
  }

  private static <S> String stuck(SagaMachine<S> machine, Instance<S> instance) {
    List<StepDefinition<S>> stuck = machine.stuck(instance);
    return stuck.isEmpty() ? "" : stuck.get(0).name();
  }

  /**
   * An instance as the log has it; without a machine its steps are not known. It is stalled if it
   * cannot go on here: for want of its definition, or because its state cannot be read.
   */
  static SagaInstance view(@Nullable SagaMachine<?> machine, SagaLog.Row row) {
    List<SagaInstance.Step> steps = new ArrayList<>();
    if (machine != null) {
      List<String> names = machine.saga().stepNames();
      for (int i = 0; i < names.size(); i++) {
        steps.add(new SagaInstance.Step(names.get(i), StepState.of(row.steps().charAt(i))));
      }
    }
    boolean stalled =
        row.status().isActive() && (machine == null || machine.whyUnreadable(row) != null);
    SagaStatus status = stalled ? SagaStatus.STALLED : row.status();
    return new SagaInstance(row.id(), row.saga(), row.key(), status, row.version(), steps);
  }

  /** An instance as it is in memory. */
  static SagaInstance view(SagaMachine<?> machine, Instance<?> instance) {
    List<SagaInstance.Step> steps = new ArrayList<>();
    List<String> names = machine.saga().stepNames();
    for (int i = 0; i < names.size(); i++) {
      steps.add(new SagaInstance.Step(names.get(i), instance.stepState(i)));
    }
    return new SagaInstance(
        instance.id(),
        machine.saga().name(),
        instance.key(),
        instance.status(),
        instance.version(),
        steps);
  }
}
