package io.vertebra.link;

/**
 * How far another node may send to this one: a window beyond what has been taken. What is lost on
 * the way counts as taken once the next batch says where it begins, so losses use nothing up.
 * Bytes are taken when the gate has decided about them; from there on the queue of each contract
 * bounds them, so that one slow contract does not hold up the others of a link. Knows no clock;
 * belongs to one thread.
 */
final class ReceiveCredit {
  /** The other node is told when this share of the window is new to it. */
  private static final int SHARES = 4;

  private final long window;
  private long epoch;
  private long taken;
  private long told = SendCredit.INITIAL;

  ReceiveCredit(long window) {
    this.window = window;
  }

  /** A batch of a link begins at this position of its bytes. */
  void begin(long newEpoch, long position) {
    if (newEpoch != epoch) {
      epoch = newEpoch;
      taken = 0;
      told = SendCredit.INITIAL;
    }
    taken = Math.max(taken, position);
  }

  /** A frame has been taken. */
  void take(int bytes) {
    taken += bytes;
  }

  /** Whether the other node should hear of its credit even if there is nothing else to say. */
  boolean isDue() {
    return taken + window - told >= window / SHARES;
  }

  /** How far the other node may send, to be told to it now. */
  long tell() {
    told = taken + window;
    return told;
  }
}
