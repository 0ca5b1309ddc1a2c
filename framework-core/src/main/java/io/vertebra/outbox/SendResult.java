package io.vertebra.outbox;

/**
 * What became of sending a row.
 *
 * @param kind what it means for the row
 * @param cause why it was not sent, for people; empty if it was
 */
record SendResult(Kind kind, String cause) {
  /** It has arrived. */
  static final SendResult SENT = new SendResult(Kind.SENT, "");

  /** It came too late to be sent at all. */
  static final SendResult NOT_SENT = new SendResult(Kind.NOT_SENT, "the lease is over");

  enum Kind {
    /** The row has arrived and goes. */
    SENT,
    /** Nobody of the row's contract could be reached: not the row's fault, and others would fare the same. */
    UNREACHABLE,
    /** The row was refused, perhaps not for ever. */
    REFUSED,
    /** The row can never be sent. */
    HOPELESS,
    /** The row was not sent. */
    NOT_SENT
  }
}
