package io.vertebra.dispatch;

import io.vertebra.dispatch.FairQueue.Waiting;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Decides who gets a free permit, who waits, and who is turned away. Not safe for use by more than one
 * thread; knows no clock. The permits may be taken and given back by others at any time.
 *
 * @param <T> what waits
 */
final class Waitlist<T> {
  private final Admission admission;
  private final Admission.QueueSettings settings;
  private final Decisions<T> decisions;
  private final FairQueue<T> queue;
  private final QueueTime time;
  private final PriorityThreshold threshold = new PriorityThreshold();

  /** An empty list; {@code ordered} if nobody may be overtaken. */
  Waitlist(Admission admission, boolean ordered, Decisions<T> decisions) {
    this.admission = admission;
    this.settings = admission.queue();
    this.decisions = decisions;
    this.queue = new FairQueue<>(ordered);
    this.time = new QueueTime(settings.maxWaitNanos());
  }

  /** What becomes of those that wait. */
  interface Decisions<T> {
    /** It has a permit. */
    void start(T item);

    /** It is turned away after it has waited that long. */
    void turnAway(T item, Shed why, long waitedNanos, Shed.Rejection rejection);
  }

  /**
   * Who comes.
   *
   * @param patienceNanos how long it can wait for its answer
   * @param serviceNanos how long that takes about, once begun; 0 if unknown
   */
  record Arrival(String caller, int priority, int bytes, long patienceNanos, long serviceNanos) {}

  /** Starts it, lets it wait or turns it away. Answers where it waits, or null. */
  @Nullable
  Waiting<T> arrived(T item, Arrival who, long now) {
    if (queue.size() == 0 && admission.tryAcquire()) {
      decisions.start(item);
      return null;
    }
    time.arrived(who.patienceNanos, who.serviceNanos);
    threshold.arrived(who.priority);
    look(now);
    if (settings.sheds() && !threshold.admits(who.priority)) {
      decisions.turnAway(item, Shed.UNIMPORTANT, 0, rejection());
      return null;
    }
    if (isFullFor(who, now)) {
      decisions.turnAway(item, Shed.QUEUE_FULL, 0, rejection());
      return null;
    }
    Waiting<T> waiting = new Waiting<>(item, who.caller, who.priority, who.bytes, now);
    queue.add(waiting);
    return waiting;
  }

  /** Whether there is no room for it, not even that of a less important one. */
  private boolean isFullFor(Arrival who, long now) {
    while (queue.size() >= capacity() || queue.bytes() + who.bytes > settings.bytes()) {
      Waiting<T> less = queue.leastImportant(who.priority, who.caller);
      if (less == null) {
        return true;
      }
      queue.remove(less);
      decisions.turnAway(less.item, Shed.QUEUE_FULL, now - less.since, rejection());
    }
    return false;
  }

  /** Permits that are free belong to those who only wait for a place on the way to the loop. */
  private int capacity() {
    return settings.messages() + Math.max(0, admission.limit() - admission.inFlight());
  }

  private Shed.Rejection rejection() {
    long retryAfter = settings.sheds() && time.isOverloaded()
        ? Math.min(time.interval(), settings.maxWaitNanos())
        : settings.maxWaitNanos();
    return new Shed.Rejection(
        admission.inFlight(), queue.size(), retryAfter, threshold.threshold());
  }

  /** Gives free permits to those whose turn it is. */
  void grant(long now) {
    if (queue.size() == 0) {
      return;
    }
    look(now);
    while (queue.size() > 0 && admission.tryAcquire()) {
      Waiting<T> next = queue.poll(settings.sheds() && time.isOverloaded());
      if (next == null) {
        throw new IllegalStateException("a queue that is not empty has nobody whose turn it is");
      }
      threshold.granted();
      decisions.start(next.item);
    }
  }

  /** Looks how long the oldest has waited; while overloaded, turns away what has waited long. */
  private void look(long now) {
    Waiting<T> oldest = queue.oldest();
    boolean overloaded = time.observe(now, oldest == null ? 0 : now - oldest.since);
    threshold.look(now, overloaded);
    if (overloaded && settings.sheds()) {
      turnAwayOlderThan(time.patienceInOverload(), now, Shed.STANDING_QUEUE);
    }
  }

  /** Turns away what has waited as long as it may. Answers when to call again, or {@link Long#MAX_VALUE}. */
  long expire(long now) {
    turnAwayOlderThan(settings.maxWaitNanos(), now, Shed.WAITED_TOO_LONG);
    Waiting<T> oldest = queue.oldest();
    return oldest == null ? Long.MAX_VALUE : oldest.since + settings.maxWaitNanos();
  }

  private void turnAwayOlderThan(long age, long now, Shed why) {
    for (Waiting<T> oldest = queue.oldest();
        oldest != null && now - oldest.since >= age;
        oldest = queue.oldest()) {
      queue.remove(oldest);
      decisions.turnAway(oldest.item, why, now - oldest.since, rejection());
    }
  }

  /** Takes one out that does not want to wait any more; false if it does not wait. */
  boolean remove(Waiting<T> waiting) {
    boolean waited = waiting.isQueued();
    queue.remove(waiting);
    return waited;
  }

  /** Takes all out. */
  void clear(Consumer<T> each) {
    for (Waiting<T> oldest = queue.oldest(); oldest != null; oldest = queue.oldest()) {
      queue.remove(oldest);
      each.accept(oldest.item);
    }
  }

  /** Shows all that wait. */
  void forEach(Consumer<T> action) {
    for (Waiting<T> each = queue.oldest(); each != null; each = each.newer()) {
      action.accept(each.item);
    }
  }

  int size() {
    return queue.size();
  }
}
