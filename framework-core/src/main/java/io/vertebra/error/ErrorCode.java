package io.vertebra.error;

import org.jspecify.annotations.Nullable;

/**
 * The stable name of a failure. The number travels on the wire as the failure code and stands in
 * front of each message as {@code [VTB-2003]}; it never changes its meaning.
 *
 * <p>Ranges: 1xxx contracts and messages, 2xxx calls, 3xxx nodes and deployment, 4xxx idempotent
 * consumers, 5xxx sagas, 6xxx gateways.
 */
public enum ErrorCode {
  /** The caller's and the server's form of a contract do not fit together. */
  CONTRACT_MISMATCH(1001, false, false),
  /** A contract was declared with a type that cannot travel, or served twice in different forms. */
  CONTRACT_INVALID(1002, false, false),
  /** A message or reply is larger than the node's frame limit. */
  MESSAGE_TOO_LARGE(1003, false, false),
  /** The bytes of a message are not a message of the contract; the field at fault is named. */
  MESSAGE_INVALID(1004, false, false),
  /** A reply could not be encoded or decoded. The handler has run. */
  REPLY_INVALID(1005, false, true),
  /** A handler answered with a failure that its contract does not declare. */
  FAILURE_UNDECLARED(1006, false, true),

  /** No live node serves the contract. */
  NOT_SERVED(2001, true, false),
  /** The deadline passed before a reply arrived. The handler may have run, or may still run. */
  DEADLINE_EXCEEDED(2002, false, true),
  /** The caller, or the call it was made from, gave up. */
  CANCELLED(2003, false, true),
  /** All permits are taken and the queue is full, or the message waited too long in it. */
  OVERLOADED(2004, true, false),
  /** The node that had the message left, was killed or fell silent. */
  PEER_GONE(2005, true, true),
  /** The serving node is leaving and did not run the message. */
  DRAINING(2006, true, false),
  /** The caller is not allowed to use the contract. */
  FORBIDDEN(2007, false, false),
  /** The handler threw, failed or answered with nothing. */
  HANDLER_FAILED(2008, false, true),
  /** The handler declared a failure of the contract. Carried by {@link DeclaredFailure}. */
  DECLARED(2009, false, true),
  /** Gathering ended without the number of replies that was asked for. */
  GATHER_INCOMPLETE(2010, false, true),

  /** A verticle was deployed on a Vert.x instance that has no node. */
  NODE_MISSING(3001, false, false),
  /** The node cannot work in this process; the message names what is wrong. */
  NODE_UNUSABLE(3002, false, false),
  /** This Java runtime lacks what a handler needs, such as virtual threads. */
  RUNTIME_UNSUPPORTED(3003, false, false),
  /** The node is closed or closing. */
  NODE_CLOSED(3004, false, false),
  /** A service verticle was deployed on a worker or a virtual thread; its handlers choose their threads themselves. */
  THREADING_UNSUPPORTED(3005, false, false),

  /** The idempotency key was used before with another message. */
  CONFLICT(4001, false, false),
  /** The first delivery of this key is still running. */
  STILL_RUNNING(4002, true, false),
  /** The dedup store cannot be reached; nothing was run. */
  STORE_UNAVAILABLE(4003, true, false),
  /** The compensation of a saga step was here before the step's own command, which must not run any more. */
  STEP_COMPENSATED(4004, false, false),
  /** The store did not say whether it took the work's transaction. */
  OUTCOME_UNKNOWN(4005, true, true),

  /** A saga definition contradicts itself or another one of its name. */
  SAGA_INVALID(5001, false, false),
  /** The saga was compensated; nothing of it is in effect any more. */
  SAGA_COMPENSATED(5002, false, true),
  /** A step or compensation used up its retries; an operator has to decide. */
  SAGA_NEEDS_OPERATOR(5003, false, true),
  /** Another node owns the saga now. */
  SAGA_FENCED(5004, true, true),
  /** No node at hand has the definition that the saga began with. */
  SAGA_STALLED(5005, true, true),
  /** The saga log did not say whether it took the start of a saga. */
  SAGA_LOG_UNAVAILABLE(5006, true, true),
  /** The state of a saga, or a message for one, is larger than its engine allows. */
  SAGA_TOO_LARGE(5007, false, false),

  /** The HTTP request is not one that the gateway can turn into a message. */
  BAD_REQUEST(6001, false, false),
  /** Nothing is at the path of the HTTP request, or no work has its key. */
  NOT_FOUND(6002, false, false),
  /** What is at the path of the HTTP request does not take its method. */
  METHOD_NOT_ALLOWED(6003, false, false),
  /** The body of the HTTP request is not JSON. */
  MEDIA_TYPE_UNSUPPORTED(6004, false, false);

  private final int number;
  private final boolean retryable;
  private final boolean mayHaveRun;

  ErrorCode(int number, boolean retryable, boolean mayHaveRun) {
    this.number = number;
    this.retryable = retryable;
    this.mayHaveRun = mayHaveRun;
  }

  /** The number on the wire, for instance 2003. */
  public int number() {
    return number;
  }

  /** The identifier in messages and logs, for instance {@code VTB-2003}. */
  public String id() {
    return "VTB-" + number;
  }

  /** Whether the same call can succeed a little later without anyone changing anything. */
  public boolean isRetryable() {
    return retryable;
  }

  /** Whether the handler may have run, unless the exception at hand knows better. */
  public boolean mayHaveRun() {
    return mayHaveRun;
  }

  /** The code with this number, or null if this release does not know it. */
  public static @Nullable ErrorCode find(int number) {
    for (ErrorCode code : values()) {
      if (code.number == number) {
        return code;
      }
    }
    return null;
  }
}
