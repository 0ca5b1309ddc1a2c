package io.vertebra.dispatch;

import org.jspecify.annotations.Nullable;

/**
 * What becomes of messages that come to one line, or wait in it, while it stands: those that waited long
 * are turned away, and the least important ones are not taken. Not safe for use by more than one thread;
 * knows no clock.
 */
final class LineShedding {
  private final int firstPriority;
  private final int lastPriority;
  private final QueueTime time;
  // Most lines are never long.
  private @Nullable PriorityThreshold threshold;

  /** For a line in which messages of these priorities may wait for {@code maxWaitNanos}. */
  LineShedding(int firstPriority, int lastPriority, long maxWaitNanos) {
    this.firstPriority = firstPriority;
    this.lastPriority = lastPriority;
    this.time = new QueueTime(maxWaitNanos);
  }

  /** A message comes; see {@link QueueTime#arrived}. */
  void arrived(int priority, long patienceNanos, long serviceNanos) {
    time.arrived(patienceNanos, serviceNanos);
    if (threshold != null) {
      threshold.arrived(priority);
    }
  }

  /** One has got its permit. */
  void granted() {
    if (threshold != null) {
      threshold.granted();
    }
  }

  /** Looks how long the oldest has waited, 0 if none waits. */
  void look(long now, long ageNanos) {
    boolean stands = time.observe(now, ageNanos);
    // From then on it counts what comes, to know what not to take once the line is found to stand.
    if (threshold == null && time.isLong()) {
      threshold = new PriorityThreshold(firstPriority, lastPriority);
    }
    if (threshold != null) {
      threshold.look(now, stands);
    }
  }

  /**
   * Whether the newest go first, and those that waited for longer than {@link #patience} are turned away:
   * while it stands and for a second after that, and for as long as not all that comes is taken. Otherwise
   * the queue would grow for an interval each time it has emptied, and then lose all of that at once.
   */
  boolean isHasty() {
    return time.stoodLately() || (threshold != null && threshold.isActive());
  }

  /** How long a message may wait while the line is hasty. */
  long patience() {
    return time.patience();
  }

  /** How long it was looked at to find that it stands. */
  long interval() {
    return time.interval();
  }

  /** Whether messages of that priority are taken now. */
  boolean admits(int priority) {
    return threshold == null || threshold.admits(priority);
  }

  /** The least important priority that is taken; {@link Priority#LOWEST} if all are. */
  int threshold() {
    return threshold == null || threshold.threshold() == lastPriority
        ? Priority.LOWEST
        : threshold.threshold();
  }
}
