package io.vertebra.error;

import org.jspecify.annotations.Nullable;

/**
 * The handler ran and did not give a proper answer: it threw, failed, answered with nothing, or with
 * something its contract does not declare. Causes do not cross nodes; the message names the class.
 */
public final class HandlerException extends VertebraException {
  private static final long serialVersionUID = 1L;

  private HandlerException(ErrorCode code, String text, @Nullable Throwable cause) {
    super(code, text, cause);
  }

  private HandlerException(ErrorCode code, String text) {
    super(code, text, true);
  }

  /** The handler threw or its future failed. */
  public static HandlerException threw(String contract, Throwable cause) {
    return new HandlerException(
        ErrorCode.HANDLER_FAILED,
        "The handler of '" + contract + "' failed with " + cause.getClass().getName()
            + ". The log of its node has the stack trace.",
        cause);
  }

  /** The handler answered with null. */
  public static HandlerException answeredNothing(String contract) {
    return new HandlerException(
        ErrorCode.HANDLER_FAILED,
        "The handler of '" + contract
            + "' answered with null. Declare a reply record without components if there is nothing to say.");
  }

  /** The handler declared a failure that is not in the contract. */
  public static HandlerException undeclared(String contract, String failureType) {
    return new HandlerException(
        ErrorCode.FAILURE_UNDECLARED,
        "The handler of '" + contract + "' failed with " + failureType
            + ", which the contract does not declare. Add .failsWith(" + failureType
            + ".class) to the contract.");
  }

  /** The reply could not be encoded, decoded or is too large. */
  public static HandlerException replyInvalid(String contract, String reason) {
    return new HandlerException(
        ErrorCode.REPLY_INVALID, "The reply of '" + contract + "' cannot be delivered: " + reason);
  }

  /** Rebuilds a failure that arrived from another node. */
  public static HandlerException received(ErrorCode code, String message) {
    return new HandlerException(code, CallException.withoutCode(code, message));
  }
}
