package io.vertebra.dispatch;

import java.util.HexFormat;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Identifies a message for ever: 128 bits that the engine counts up from a random start, or a text
 * that a sender chose. Counting costs no entropy per message; the start is random per node.
 */
public final class MessageId {
  private final long high;
  private final long low;
  private @Nullable String text;

  /** A counted id. */
  public MessageId(long high, long low) {
    this.high = high;
    this.low = low;
  }

  /** An id that a sender chose. */
  public MessageId(String text) {
    this.high = 0;
    this.low = 0;
    this.text = Objects.requireNonNull(text);
  }

  /** Whether the id is a text and not a number. */
  public boolean isText() {
    return high == 0 && low == 0;
  }

  /** The upper half of a counted id. */
  public long high() {
    return high;
  }

  /** The lower half of a counted id. */
  public long low() {
    return low;
  }

  @Override
  public String toString() {
    String known = text;
    if (known == null) {
      HexFormat hex = HexFormat.of();
      known = hex.toHexDigits(high) + hex.toHexDigits(low);
      text = known;
    }
    return known;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof MessageId that
        && high == that.high
        && low == that.low
        && (!isText() || toString().equals(that.toString()));
  }

  @Override
  public int hashCode() {
    return isText() ? toString().hashCode() : Long.hashCode(high * 31 + low);
  }
}
