package io.vertebra.directory;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * How busy a node looks from here: the calls that are under way to it from this node, plus the load
 * that it last reported. May be used from every thread.
 */
public final class NodeLoad {
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

  /** The sum; negative reports count as none. */
  public int current() {
    return inFlight.get() + Math.max(0, reported);
  }
}
