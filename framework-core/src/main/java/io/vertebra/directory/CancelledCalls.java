package io.vertebra.directory;

/**
 * Remembers the cancels of one peer that came before their request, so that the request is not run
 * when it comes. Bounded by time and number; the oldest goes first. Belongs to one thread.
 */
public final class CancelledCalls {
  private static final int SMALLEST = 16;

  private final long rememberFor;
  private final int most;
  private long[] ids = new long[SMALLEST];
  private long[] since = new long[SMALLEST];
  private int first;
  private int count;
  private long dropped;

  /**
   * Remembers nothing yet, and later no more and no longer than the options say; looking up costs
   * at most as many comparisons as are remembered.
   */
  public CancelledCalls(DirectoryOptions options) {
    this(options.rememberCancelsFor(), options.mostCancels());
  }

  /** As above, with the time in nanoseconds and the number as given. */
  public CancelledCalls(long rememberFor, int most) {
    this.rememberFor = rememberFor;
    this.most = most;
  }

  /** A cancel came for a call that is not known. */
  public void remember(long callId, long now) {
    expire(now);
    if (count == ids.length && count < most) {
      grow();
    } else if (count == most) {
      first = (first + 1) % ids.length;
      count--;
      dropped++;
    }
    int slot = (first + count) % ids.length;
    ids[slot] = callId;
    since[slot] = now;
    count++;
  }

  private void grow() {
    long[] moreIds = new long[Math.min(most, 2 * count)];
    long[] moreSince = new long[moreIds.length];
    for (int i = 0; i < count; i++) {
      int slot = (first + i) % count;
      moreIds[i] = ids[slot];
      moreSince[i] = since[slot];
    }
    ids = moreIds;
    since = moreSince;
    first = 0;
  }

  /** Whether the request that came was cancelled before; it is then forgotten. */
  public boolean take(long callId, long now) {
    if (count == 0) {
      return false;
    }
    expire(now);
    for (int i = 0; i < count; i++) {
      int slot = (first + i) % ids.length;
      if (ids[slot] == callId) {
        forget(i);
        return true;
      }
    }
    return false;
  }

  private void forget(int index) {
    for (int i = index; i > 0; i--) {
      int to = (first + i) % ids.length;
      int from = (first + i - 1) % ids.length;
      ids[to] = ids[from];
      since[to] = since[from];
    }
    first = (first + 1) % ids.length;
    count--;
  }

  private void expire(long now) {
    while (count > 0 && now - since[first] > rememberFor) {
      first = (first + 1) % ids.length;
      count--;
    }
  }

  /** Forgets all, because the peer is gone. */
  public void clear() {
    count = 0;
  }

  /** How many are remembered. */
  public int size() {
    return count;
  }

  /** How many were forgotten early for lack of room. */
  public long dropped() {
    return dropped;
  }
}
