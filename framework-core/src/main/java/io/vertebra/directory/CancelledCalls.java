package io.vertebra.directory;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Remembers the cancels of one peer that came before their request, so that the request is not run
 * when it comes. Bounded by time and number; the oldest goes first. What it does with one cancel or
 * request takes the same time however many are remembered. Belongs to one thread.
 */
public final class CancelledCalls {
  private final long rememberFor;
  private final int most;
  /** By call id, since when it is remembered; the oldest first. */
  private Map<Long, Long> since = new LinkedHashMap<>();

  private long dropped;

  /** Remembers nothing yet, and later no more and no longer than the options say. */
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
    since.remove(callId);
    if (since.size() == most) {
      Iterator<Long> oldest = since.keySet().iterator();
      oldest.next();
      oldest.remove();
      dropped++;
    }
    since.put(callId, now);
  }

  /** Whether the request that came was cancelled before; it is then forgotten. */
  public boolean take(long callId, long now) {
    if (since.isEmpty()) {
      return false;
    }
    expire(now);
    return since.remove(callId) != null;
  }

  private void expire(long now) {
    Iterator<Long> oldest = since.values().iterator();
    while (oldest.hasNext() && now - oldest.next() > rememberFor) {
      oldest.remove();
    }
  }

  /** Forgets all, because the peer is gone. */
  public void clear() {
    since = new LinkedHashMap<>();
  }

  /** How many are remembered. */
  public int size() {
    return since.size();
  }

  /** How many were forgotten early for lack of room. */
  public long dropped() {
    return dropped;
  }
}
