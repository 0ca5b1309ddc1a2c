package io.vertebra.saga;

/**
 * The message ids of saga commands: {@code <instance>.<step>} for a step's own command, the action,
 * and the same with {@value #UNDO} for its compensation. Participants tell by them what belongs
 * together.
 */
public final class CommandId {
  /** What a compensation's id has behind the id of its action. */
  public static final String UNDO = ".undo";

  private CommandId() {}

  /** The id of a step's own command. */
  public static String ofAction(String instance, String step) {
    return instance + '.' + step;
  }

  /** The id of the command that undoes a step. */
  public static String ofCompensation(String instance, String step) {
    return ofAction(instance, step) + UNDO;
  }

  /** Whether the message is a step's own command, as far as its id tells. */
  public static boolean isAction(String messageId) {
    return messageId.indexOf('.') > 0 && !isCompensation(messageId);
  }

  /** Whether the message is the compensation of a step. */
  public static boolean isCompensation(String messageId) {
    return messageId.endsWith(UNDO) && messageId.indexOf('.') < messageId.length() - UNDO.length();
  }

  /**
   * The id of the action that a compensation undoes.
   *
   * @throws IllegalArgumentException if the id is no compensation's
   */
  public static String actionOf(String compensation) {
    if (!isCompensation(compensation)) {
      throw new IllegalArgumentException("not the message id of a compensation: " + compensation);
    }
    return compensation.substring(0, compensation.length() - UNDO.length());
  }
}
