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
  // Most lines never stand.
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

  /** Looks how long the oldest has waited, 0 if none waits. Answers whether the line stands. */
  boolean look(long now, long ageNanos) {
    boolean stands = time.observe(now, ageNanos);
    if (stands && threshold == null) {
      threshold = new PriorityThreshold(firstPriority, lastPriority);
    }
    if (threshold != null) {
      threshold.look(now, stands);
    }
    return stands;
  }

  /** Whether it stood when it was looked at last. */
  boolean stands() {
    return time.isOverloaded();
  }

  /** How long a message may wait while it stands. */
  long patience() {
    return time.patienceInOverload();
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
