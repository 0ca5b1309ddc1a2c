package io.vertebra.error;

/**
 * A contract or message is wrong: somebody has to change code or data. {@link #code()} is one of
 * {@code CONTRACT_MISMATCH}, {@code CONTRACT_INVALID}, {@code MESSAGE_TOO_LARGE}, {@code MESSAGE_INVALID}.
 */
public final class ContractException extends VertebraException {
  private static final long serialVersionUID = 1L;

  private ContractException(ErrorCode code, String text) {
    super(code, text, false);
  }

  /** The declaration of a contract cannot work. */
  public static ContractException invalid(String contract, String reason) {
    return new ContractException(
        ErrorCode.CONTRACT_INVALID, "Contract '" + contract + "' is invalid: " + reason);
  }

  /** Caller and server have forms of a contract that do not fit; {@code difference} names the field. */
  public static ContractException mismatch(String contract, String difference) {
    return new ContractException(
        ErrorCode.CONTRACT_MISMATCH,
        "The nodes that serve '" + contract + "' have a form of it that does not fit the caller's: "
            + difference + ". Deploy matching versions, or give the contract a new version.");
  }

  /** A message is larger than a frame may be. */
  public static ContractException tooLarge(String contract, long bytes, long limit) {
    return new ContractException(
        ErrorCode.MESSAGE_TOO_LARGE,
        "A message of '" + contract + "' has " + bytes + " bytes, the limit is " + limit
            + ". Send a reference to the data, or raise NodeOptions.withMaxFrame on all nodes.");
  }

  /** The bytes are not a message of the contract. */
  public static ContractException messageInvalid(String contract, String reason) {
    return new ContractException(
        ErrorCode.MESSAGE_INVALID, "A message of '" + contract + "' cannot be read: " + reason);
  }

  /** An object is not a message of the contract, so that it cannot be sent. */
  public static ContractException unwritable(String contract, String reason) {
    return new ContractException(
        ErrorCode.MESSAGE_INVALID, "A message of '" + contract + "' cannot be sent: " + reason);
  }

  /** Contracts differ from the committed file that records what other nodes may rely on. */
  public static ContractException incompatible(String file, String problems) {
    return new ContractException(
        ErrorCode.CONTRACT_MISMATCH, "The contracts are not those of " + file + ": " + problems);
  }

  /** Rebuilds a failure that arrived from another node. */
  public static ContractException received(ErrorCode code, String message) {
    return new ContractException(code, CallException.withoutCode(code, message));
  }
}
