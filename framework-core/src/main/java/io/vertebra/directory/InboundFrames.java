package io.vertebra.directory;

import org.jspecify.annotations.Nullable;

/**
 * Finds lost, doubled and late frames in what one peer sends. Each link that a peer opens has a
 * greater epoch than the one before, and its frames count from 1.
 *
 * <p>Keep one per incarnation of a peer, for as long as this process may hear of it: a frame that
 * was once declared lost must never be taken later. The first frame ever seen is taken as it comes;
 * nothing is said about frames before it.
 */
public final class InboundFrames {
  /**
   * Frames that will never be taken, from the first to the last, both included, in the order of
   * epochs and then frames. The peer is to be told; see {@link PendingCalls#requestsLost}.
   */
  public record Loss(long fromEpoch, long fromFrame, long toEpoch, long toFrame) {}

  private long epoch;
  private long frame;
  private boolean hasSeenAny;
  private @Nullable Loss loss;

  /** Of a peer of which nothing was seen. */
  public InboundFrames() {}

  /**
   * Whether to take a frame; false for one that is doubled, late or of an old link, which must be
   * dropped unread. If it is taken, {@link #loss()} says what is missing before it.
   */
  public boolean accept(long newEpoch, long newFrame) {
    if (hasSeenAny && compare(newEpoch, newFrame, epoch, frame) <= 0) {
      return false;
    }
    boolean follows = !hasSeenAny || (newEpoch == epoch && newFrame == frame + 1);
    loss = follows ? null : new Loss(epoch, frame + 1, newEpoch, newFrame - 1);
    hasSeenAny = true;
    epoch = newEpoch;
    frame = newFrame;
    return true;
  }

  /**
   * What was found missing by the frame taken last, or null. With a new epoch this is never null:
   * nobody knows how much the old link still had under way.
   */
  public @Nullable Loss loss() {
    return loss;
  }

  /** The epoch of the newest frame taken, 0 if there was none. */
  public long epoch() {
    return epoch;
  }

  /** The number of the newest frame taken, 0 if there was none. */
  public long frame() {
    return frame;
  }

  static int compare(long epoch, long frame, long otherEpoch, long otherFrame) {
    int byEpoch = Long.compare(epoch, otherEpoch);
    return byEpoch != 0 ? byEpoch : Long.compare(frame, otherFrame);
  }
}
