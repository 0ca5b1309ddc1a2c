package io.vertebra.error;

import java.time.Duration;

/**
 * A call ended without the handler's answer. {@link #code()} is one of {@code NOT_SERVED},
 * {@code DEADLINE_EXCEEDED}, {@code CANCELLED}, {@code PEER_GONE}, {@code DRAINING},
 * {@code FORBIDDEN}, {@code GATHER_INCOMPLETE}.
 */
public final class CallException extends VertebraException {
  private static final long serialVersionUID = 1L;

  private CallException(ErrorCode code, String text, boolean mayHaveRun) {
    super(code, text, mayHaveRun);
  }

  /** No live node serves the contract. */
  public static CallException notServed(String contract) {
    return new CallException(
        ErrorCode.NOT_SERVED,
        "No live node serves '" + contract
            + "'. Deploy a verticle that serves it, or check that its node has joined.",
        false);
  }

  /** The deadline passed; {@code mayHaveRun} is false if the message was dropped before its handler. */
  public static CallException deadlineExceeded(
      String contract, Duration timeout, boolean mayHaveRun) {
    return new CallException(
        ErrorCode.DEADLINE_EXCEEDED,
        "'" + contract + "' did not answer within " + timeout.toMillis() + " ms. "
            + (mayHaveRun
                ? "Its handler may have run: repeat the call only with an idempotency key."
                : "Its handler did not run."),
        mayHaveRun);
  }

  /** The caller or the call it was made from gave up. */
  public static CallException cancelled(String contract, boolean mayHaveRun) {
    return new CallException(
        ErrorCode.CANCELLED,
        "The call to '" + contract + "' was cancelled by its caller.",
        mayHaveRun);
  }

  /** The node that had the message is gone. */
  public static CallException peerGone(String contract, String node, boolean mayHaveRun) {
    return new CallException(
        ErrorCode.PEER_GONE,
        "Node " + node + " is gone while it had a call to '" + contract + "'. "
            + (mayHaveRun
                ? "Its handler may have run: repeat the call only with an idempotency key."
                : "Its handler did not run."),
        mayHaveRun);
  }

  /** The node is leaving and did not run the message. */
  public static CallException draining(String contract, String node) {
    return new CallException(
        ErrorCode.DRAINING,
        "Node " + node + " is leaving and did not take a call to '" + contract
            + "'. It is safe to repeat the call.",
        false);
  }

  /** The caller may not use the contract. */
  public static CallException forbidden(String contract) {
    return new CallException(
        ErrorCode.FORBIDDEN,
        "This caller may not use '" + contract
            + "'. The access policy of the serving node decides.",
        false);
  }

  /** Gathering ended with fewer replies than asked for. */
  public static CallException gatherIncomplete(int replies, int wanted, int asked) {
    return new CallException(
        ErrorCode.GATHER_INCOMPLETE,
        "Gathered " + replies + " of " + wanted + " replies wanted, from " + asked + " asked.",
        true);
  }

  /** Rebuilds a failure that arrived from another node. */
  public static CallException received(ErrorCode code, String message, boolean mayHaveRun) {
    return new CallException(code, withoutCode(code, message), mayHaveRun);
  }

  static String withoutCode(ErrorCode code, String message) {
    String prefix = "[" + code.id() + "] ";
    return message.startsWith(prefix) ? message.substring(prefix.length()) : message;
  }
}
