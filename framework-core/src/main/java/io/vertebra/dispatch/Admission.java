package io.vertebra.dispatch;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The permits of one instance: how many of its calls may be in flight, and how many of those may still
 * be on their way to its event loop. The second number is what keeps work out of the loop's own queue,
 * where nothing could be done about it any more: it is as much as the loop works off in about 2 ms.
 *
 * <p>A call takes a permit and a place on the way in one compare-and-set, gives both back in one step
 * if its handler answers at once, and else in two. Safe for use by any thread; {@link #arrived} and
 * {@link #release} are called exactly once for each permit.
 */
public final class Admission {
  private static final long ON_ITS_WAY = 1L << 32;
  private static final int IN_FLIGHT = 0x7fff_ffff;

  private final AtomicLong taken = new AtomicLong();
  private final QueueSettings queue;
  private final @Nullable LimitAlgorithm algorithm;
  private volatile int limit;
  private volatile int window;
  private volatile int restriction = Integer.MAX_VALUE;

  /** {@code limit} permits, and a queue for what finds none; {@code algorithm} changes the limit, if there is one. */
  public Admission(int limit, QueueSettings queue, @Nullable LimitAlgorithm algorithm) {
    this.limit = limit;
    this.algorithm = algorithm;
    this.window = limit;
    this.queue = queue;
  }

  /**
   * Who may wait for a permit.
   *
   * @param messages that may wait
   * @param bytes that the waiting messages may have, as far as they came from other nodes
   * @param maxWaitNanos how long one may wait
   * @param sheds whether those that waited long are turned away while the queue does not empty
   */
  public record QueueSettings(int messages, long bytes, long maxWaitNanos, boolean sheds) {}

  /** Takes a permit and a place on the way to the loop, if both are free. */
  public boolean tryAcquire() {
    while (true) {
      long before = taken.get();
      if ((before & IN_FLIGHT) >= limit() || (before >>> 32) >= window) {
        return false;
      }
      if (taken.compareAndSet(before, before + ON_ITS_WAY + 1)) {
        return true;
      }
    }
  }

  /** Whether {@link #tryAcquire} would succeed. */
  boolean hasRoom() {
    long now = taken.get();
    return (now & IN_FLIGHT) < limit() && (now >>> 32) < window;
  }

  /** The call has come to its loop and keeps its permit. */
  public void arrived() {
    taken.addAndGet(-ON_ITS_WAY);
  }

  /** Gives the permit of a call back that had arrived. */
  public void release() {
    taken.decrementAndGet();
  }

  /** Gives permit and place of a call back. */
  public void releaseOnArrival() {
    taken.addAndGet(-ON_ITS_WAY - 1);
  }

  /** A call has ended that time after the start of its handler. Only on the lane of the instance. */
  void ended(long now, long nanos, boolean inTime) {
    LimitAlgorithm known = algorithm;
    if (known != null) {
      limit = known.ended(now, nanos, inFlight(), inTime);
    }
  }

  /** Lets no more than that many calls in flight for a while. Any thread. */
  void restrict(int permits) {
    restriction = permits;
  }

  /** Takes {@link #restrict} back. Any thread. */
  void unrestrict() {
    restriction = Integer.MAX_VALUE;
  }

  /** Changes how many calls may be on their way to the loop. */
  void setWindow(int calls) {
    window = calls;
  }

  /** Permits taken now. */
  public int inFlight() {
    return (int) (taken.get() & IN_FLIGHT);
  }

  /** Calls that hold a permit and have not come to their loop yet. */
  public int onTheirWay() {
    return (int) (taken.get() >>> 32);
  }

  /** Permits there are. */
  public int limit() {
    return Math.min(limit, restriction);
  }

  /** Who may wait. */
  public QueueSettings queue() {
    return queue;
  }
}
