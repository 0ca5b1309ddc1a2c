package io.vertebra.saga;

import java.util.List;

/**
 * A saga instance as it was last written.
 *
 * @param id of the instance
 * @param saga name of the saga
 * @param key business key
 * @param status where it is
 * @param version counts its changes, from 1
 * @param steps its steps in the order of the definition; empty if it is {@link SagaStatus#STALLED}
 */
public record SagaInstance(
    String id, String saga, String key, SagaStatus status, long version, List<Step> steps) {

  /** Copies the list. */
  public SagaInstance {
    steps = List.copyOf(steps);
  }

  /**
   * One step.
   *
   * @param name as declared
   * @param state where it is
   */
  public record Step(String name, StepState state) {}
}
