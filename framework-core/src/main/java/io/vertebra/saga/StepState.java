package io.vertebra.saga;

/**
 * Where one step of an instance is. The log stores one {@link #letter()} per step, in the order of
 * the definition, so that a row can be read with the naked eye: {@code ++>..}
 */
public enum StepState {
  /** Its turn has not come. */
  WAITING('.'),
  /** Its {@code when} said no, or an operator skipped it or its compensation. */
  SKIPPED('-'),
  /** Its command is written and has no answer yet, or it waits for its event. */
  PENDING('>'),
  /** Its reply, or its event, is in. */
  DONE('+'),
  /** The participant refused with a declared failure. */
  REFUSED('x'),
  /** Given up, and it may have run: it is compensated. */
  UNKNOWN('?'),
  /** Given up, and it has not run: nothing to compensate. */
  NOT_RUN('0'),
  /** Its compensation is written and has no answer yet. */
  UNDOING('<'),
  /** Its compensation is answered. */
  UNDONE('u'),
  /** Its compensation was given up: an operator has to decide. */
  STUCK('!');

  private static final StepState[] BY_LETTER = new StepState[128];

  static {
    for (StepState state : values()) {
      BY_LETTER[state.letter] = state;
    }
  }

  private final char letter;

  StepState(char letter) {
    this.letter = letter;
  }

  /** The letter in the log. */
  public char letter() {
    return letter;
  }

  /** The state with this letter. */
  public static StepState of(char letter) {
    StepState state = letter < BY_LETTER.length ? BY_LETTER[letter] : null;
    if (state == null) {
      throw new IllegalArgumentException("no step state has the letter '" + letter + "'");
    }
    return state;
  }
}
