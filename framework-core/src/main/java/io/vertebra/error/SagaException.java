package io.vertebra.error;

/**
 * A saga did not reach its good end, or cannot go on here. {@link #code()} is one of
 * {@code SAGA_INVALID}, {@code SAGA_COMPENSATED}, {@code SAGA_NEEDS_OPERATOR}, {@code SAGA_FENCED},
 * {@code SAGA_STALLED}, {@code SAGA_LOG_UNAVAILABLE}, {@code SAGA_TOO_LARGE}.
 */
public final class SagaException extends VertebraException {
  private static final long serialVersionUID = 1L;

  private SagaException(ErrorCode code, String text) {
    super(code, text, code.mayHaveRun());
  }

  /** The definition contradicts itself or another one of its name. */
  public static SagaException invalid(String saga, String reason) {
    return new SagaException(ErrorCode.SAGA_INVALID, "Saga '" + saga + "' is invalid: " + reason);
  }

  /** The saga was undone. */
  public static SagaException compensated(String saga, String key, String reason) {
    return new SagaException(
        ErrorCode.SAGA_COMPENSATED,
        "Saga '" + saga + "' with key '" + key + "' was compensated: " + reason
            + ". Nothing of it is in effect.");
  }

  /** An operator has to decide. */
  public static SagaException needsOperator(String saga, String key, String step) {
    return new SagaException(
        ErrorCode.SAGA_NEEDS_OPERATOR,
        "Saga '" + saga + "' with key '" + key + "' is stuck at '" + step
            + "' after its last retry. An operator has to retry, skip or edit it.");
  }

  /** Another node owns the saga now. */
  public static SagaException fenced(String saga, String key) {
    return new SagaException(
        ErrorCode.SAGA_FENCED,
        "Saga '" + saga + "' with key '" + key + "' belongs to another node now.");
  }

  /** No node has the definition the saga began with. */
  public static SagaException stalled(String saga, String key, String reason) {
    return new SagaException(
        ErrorCode.SAGA_STALLED,
        "Saga '" + saga + "' with key '" + key + "' is stalled: " + reason
            + ". Deploy a node that has the definition it began with, or migrate it.");
  }

  /** The log did not say whether it took the start. */
  public static SagaException logUnavailable(String saga, String key) {
    return new SagaException(
        ErrorCode.SAGA_LOG_UNAVAILABLE,
        "The saga log did not say whether saga '" + saga + "' with key '" + key
            + "' has begun. Start it again with the same key: it begins once.");
  }

  /** The state, a message or an event has more bytes than the engine allows. */
  public static SagaException tooLarge(String saga, String what, int bytes, int limit) {
    return new SagaException(
        ErrorCode.SAGA_TOO_LARGE,
        "Saga '" + saga + "': " + what + " has " + bytes + " bytes, and at most " + limit
            + " are allowed. Nothing was changed. Keep large data elsewhere and its key in the state, or"
            + " raise maxState.");
  }

  /** Rebuilds a failure that arrived from another node. */
  public static SagaException received(ErrorCode code, String message) {
    return new SagaException(code, CallException.withoutCode(code, message));
  }
}
