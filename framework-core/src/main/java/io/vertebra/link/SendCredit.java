package io.vertebra.link;

/**
 * How far this node may send to another over the present link. What the other node grants is a
 * position in the stream of bytes, not an amount, so a grant that is lost, doubled or late changes
 * nothing that the next one does not mend; each link starts anew. The idea is that of QUIC's flow
 * control (RFC 9000, section 4.1). Knows no clock; belongs to one thread.
 */
final class SendCredit {
  /** What every link starts with, in bytes. */
  static final long INITIAL = 4L * 1024 * 1024;
  /** No other node can make this one send more than that ahead of what it has taken. */
  static final long MOST_AHEAD = 64L * 1024 * 1024;

  private long epoch;
  private long position;
  private long limit = INITIAL;
  private long answeredEpoch;

  SendCredit(long epoch) {
    this.epoch = epoch;
  }

  /** Begins a new link; grants for earlier ones mean nothing any more. */
  void reopen(long newEpoch) {
    epoch = newEpoch;
    position = 0;
    limit = INITIAL;
    answeredEpoch = 0;
  }

  /** Whether one more frame may go; it may be larger than what is left, so that every frame can go sometime. */
  boolean isAvailable() {
    return position < limit;
  }

  /** A frame goes. */
  void spend(int bytes) {
    position += bytes;
  }

  /** Bytes that have gone over the present link. */
  long position() {
    return position;
  }

  /**
   * The other node said how far this one may send.
   *
   * @param grantedEpoch the link of ours that it means, 0 if it has seen none
   * @return false if no honest node says that; it is used as far as it is harmless
   */
  boolean granted(long grantedEpoch, long newLimit) {
    if (grantedEpoch != epoch) {
      boolean goesBack = grantedEpoch != 0 && grantedEpoch < answeredEpoch;
      return !goesBack && grantedEpoch < epoch;
    }
    answeredEpoch = epoch;
    boolean isSane = newLimit <= position + MOST_AHEAD;
    limit = Math.max(limit, isSane ? newLimit : position + MOST_AHEAD);
    return isSane;
  }
}
