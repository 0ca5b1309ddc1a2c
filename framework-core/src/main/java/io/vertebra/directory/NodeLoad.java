package io.vertebra.directory;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * How busy a node looks from here: the calls that are under way to it from this node, plus the load
 * that it last reported. May be used from every thread.
 */
public final class NodeLoad {
  /** So that the sum does not overflow, whatever the node says. */
  private static final int MOST_REPORTED = 1 << 30;

  private final AtomicInteger inFlight = new AtomicInteger();
  private volatile int reported;

  NodeLoad() {}

  /** A call to the node began. */
  public void started() {
    inFlight.getAndIncrement();
  }

  /** A call to the node ended, in whatever way. */
  public void ended() {
    inFlight.getAndDecrement();
  }

  /** The node said, in a heartbeat or with a reply, what its load is. */
  public void report(int load) {
    reported = load;
  }

  /** The sum; negative reports count as none, and no report for more than 2^30. */
  public int current() {
    return Math.max(0, inFlight.get()) + Math.min(MOST_REPORTED, Math.max(0, reported));
  }
}
