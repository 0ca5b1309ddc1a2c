package io.vertebra.saga;

/**
 * The message ids of saga commands: {@code <instance>.<step>} for a step's own command, the action,
 * and the same with {@value #UNDO} for its compensation. What an operator has sent in the place of a
 * refused or edited message has {@value #AGAIN} and a number behind that. Participants tell by them
 * what belongs together.
 */
public final class CommandId {
  /** What a compensation's id has behind the id of its action. */
  public static final String UNDO = ".undo";

  static final char AGAIN = '~';

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
    String first = firstOf(messageId);
    return first.endsWith(UNDO) && first.indexOf('.') < first.length() - UNDO.length();
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
    String first = firstOf(compensation);
    return first.substring(0, first.length() - UNDO.length());
  }

  /** The id of the message in whose place this one is sent; its own if it is the first. */
  static String firstOf(String messageId) {
    int mark = messageId.lastIndexOf(AGAIN);
    return mark < 0 ? messageId : messageId.substring(0, mark);
  }

  /** The id of a message that is sent in the place of the one with this id. */
  static String next(String messageId) {
    int mark = messageId.lastIndexOf(AGAIN);
    int count = mark < 0 ? 0 : Integer.parseInt(messageId.substring(mark + 1));
    return firstOf(messageId) + AGAIN + (count + 1);
  }
}
