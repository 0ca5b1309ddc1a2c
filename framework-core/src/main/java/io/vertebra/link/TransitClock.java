package io.vertebra.link;

/**
 * How long a frame was under way, from the sender's and the receiver's monotonic clocks. Their
 * offset is unknown but constant, so the least difference seen lately stands for an idle link; what
 * a frame has beyond it, it spent in queues. Remembers the least of the last 30 to 60 s, so slow
 * drift does no harm. Belongs to one thread.
 */
final class TransitClock {
  private static final long WINDOW_NANOS = 30_000_000_000L;

  private long previousLeast = Long.MAX_VALUE;
  private long least = Long.MAX_VALUE;
  private long windowStart;
  private boolean started;

  /** Nanoseconds that a frame sent at {@code sentNanos} of the sender spent in queues. */
  long queued(long sentNanos, long receivedNanos) {
    if (!started || receivedNanos - windowStart > WINDOW_NANOS) {
      started = true;
      windowStart = receivedNanos;
      previousLeast = least;
      least = Long.MAX_VALUE;
    }
    long difference = receivedNanos - sentNanos;
    least = Math.min(least, difference);
    return difference - Math.min(least, previousLeast);
  }
}
