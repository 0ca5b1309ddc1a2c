package io.vertebra.saga;

import java.time.Instant;

/**
 * One line of an instance's history: written together with the change it tells of.
 *
 * @param id of the instance
 * @param saga name of the saga
 * @param key business key
 * @param kind what happened
 * @param step to which step; empty if to the instance as a whole
 * @param attempt of the step's command, the first is 1; 0 if to the instance as a whole
 * @param detail why, for instance the code of a failure, or who decided and why; empty if there is
 *     nothing to say
 * @param node the engine that wrote it
 * @param epoch the epoch of its lease
 * @param at when, by that node's clock: for people to read, never compared
 */
public record SagaEvent(
    String id,
    String saga,
    String key,
    Kind kind,
    String step,
    int attempt,
    String detail,
    String node,
    long epoch,
    Instant at) {

  /** What happened. */
  public enum Kind {
    /** The instance began. */
    STARTED,
    /** {@code when} said no. */
    SKIPPED,
    /** A step's reply is in. */
    REPLIED,
    /** A participant answered with a declared failure. */
    REFUSED,
    /** An attempt failed for technical reasons; there will be another. */
    RETRYING,
    /** The last attempt failed, or there was no time for another. */
    GAVE_UP,
    /** A function of the definition threw; what it would have changed is discarded. */
    FUNCTION_FAILED,
    /** The deadline passed before the pivot's command was written. */
    DEADLINE_PASSED,
    /** The event that a step waits for is in. */
    RECEIVED,
    /** A function of the definition made more bytes than are allowed, or the history is too long. */
    LIMIT_REACHED,
    /**
     * An answer to a step that was given up, or an event that no step waits for any more. It does not
     * change where the saga goes; a step that turns out to be done is compensated.
     */
    LATE,
    /** A second answer to a command that differs from the first, which counts. */
    CONFLICT,
    /** The instance is cancelled: what it did is undone. */
    CANCELLED,
    /** An operator had a stuck step tried again. */
    OPERATOR_RETRIED,
    /** An operator let the instance go on without a stuck step. */
    OPERATOR_SKIPPED,
    /** An operator had a stuck step tried again with another message. */
    OPERATOR_EDITED,
    /** A cancel, an operator's decision or an event that the instance cannot make use of. */
    IGNORED,
    /** A compensation is answered. */
    UNDONE,
    /** The instance ended well. */
    COMPLETED,
    /** The instance ended undone. */
    COMPENSATED,
    /** The instance waits for an operator. */
    NEEDS_OPERATOR
  }
}
