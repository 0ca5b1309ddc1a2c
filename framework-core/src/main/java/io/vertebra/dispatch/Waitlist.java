package io.vertebra.dispatch;

import io.vertebra.dispatch.FairQueue.Line;
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

  /** An empty list; {@code ordered} if nobody may be overtaken. */
  Waitlist(Admission admission, boolean ordered, Decisions<T> decisions) {
    this.admission = admission;
    this.settings = admission.queue();
    this.decisions = decisions;
    this.queue = new FairQueue<>(ordered, settings.maxWaitNanos());
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
    Line<T> line = queue.lineOf(who.caller, who.priority, now);
    line.shedding.arrived(who.priority, who.patienceNanos, who.serviceNanos);
    look(line, now);
    if (settings.sheds() && !line.shedding.admits(who.priority)) {
      decisions.turnAway(item, Shed.UNIMPORTANT, 0, rejection(line));
      return null;
    }
    if (isFullFor(who, now)) {
      decisions.turnAway(item, Shed.QUEUE_FULL, 0, rejection(line));
      return null;
    }
    Waiting<T> waiting = new Waiting<>(item, who.bytes, now);
    queue.add(line, waiting);
    return waiting;
  }

  /** Whether there is no room for it, not even that of a less important one. */
  private boolean isFullFor(Arrival who, long now) {
    while (queue.size() >= capacity() || queue.bytes() + who.bytes > settings.bytes()) {
      Waiting<T> less = queue.leastImportant(who.priority, who.caller);
      if (less == null) {
        return true;
      }
      turnAway(less, Shed.QUEUE_FULL, now);
    }
    return false;
  }

  /** Permits that are free belong to those who only wait for a place on the way to the loop. */
  private int capacity() {
    return settings.messages() + Math.max(0, admission.limit() - admission.inFlight());
  }

  private Shed.Rejection rejection(Line<T> line) {
    long retryAfter = settings.sheds() && line.shedding.isHasty()
        ? Math.min(line.shedding.interval(), settings.maxWaitNanos())
        : settings.maxWaitNanos();
    return new Shed.Rejection(
        admission.inFlight(), queue.size(), retryAfter, line.shedding.threshold());
  }

  /** Gives free permits to those whose turn it is. */
  void grant(long now) {
    for (Line<T> line = queue.turn(); line != null; line = queue.turn()) {
      look(line, now);
      if (line.first() == null) {
        continue;
      }
      if (!admission.tryAcquire()) {
        return;
      }
      Waiting<T> next = queue.poll(line, settings.sheds() && line.shedding.isHasty());
      if (next == null) {
        throw new IllegalStateException("a line that is not empty has nobody whose turn it is");
      }
      line.shedding.granted();
      decisions.start(next.item);
    }
  }

  /** Looks how long the oldest of a line has waited; while it is hasty, turns away what has waited long. */
  private void look(Line<T> line, long now) {
    Waiting<T> oldest = line.first();
    line.shedding.look(now, oldest == null ? 0 : now - oldest.since);
    if (settings.sheds() && line.shedding.isHasty()) {
      long patience = line.shedding.patience();
      for (; oldest != null && now - oldest.since >= patience; oldest = line.first()) {
        turnAway(oldest, Shed.STANDING_QUEUE, now);
      }
    }
  }

  /** Turns away what has waited as long as it may. Answers when to call again, or {@link Long#MAX_VALUE}. */
  long expire(long now) {
    long longest = settings.maxWaitNanos();
    Waiting<T> oldest = queue.oldest();
    for (; oldest != null && now - oldest.since >= longest; oldest = queue.oldest()) {
      turnAway(oldest, Shed.WAITED_TOO_LONG, now);
    }
    queue.forgetIdle(now);
    return oldest == null ? Long.MAX_VALUE : oldest.since + longest;
  }

  private void turnAway(Waiting<T> waiting, Shed why, long now) {
    Line<T> line = waiting.line();
    queue.remove(waiting);
    if (line != null) {
      decisions.turnAway(waiting.item, why, now - waiting.since, rejection(line));
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
