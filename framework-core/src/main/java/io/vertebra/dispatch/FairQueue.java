package io.vertebra.dispatch;

import io.vertebra.messaging.Criticality;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What waits for a permit. The more important class goes first; within it callers take turns, so that
 * one with many messages does not delay those with few; within a caller the oldest goes first, or the
 * newest while its line stands, because that one still has time (adaptive LIFO, as in Facebook's
 * services). Each caller has a line of its own in each class, so no two share one by chance; whether a
 * line stands, and what is not taken into it, is decided for each by itself (as in the FQ-CoDel of
 * RFC 8290), so that who sends no more than its share loses nothing to those who do. An empty line is
 * remembered for a second.
 *
 * <p>An ordered queue knows neither classes nor callers: oldest first, always.
 *
 * <p>All operations but {@link #leastImportant} and {@link #forgetIdle} take constant time. Not safe for
 * use by more than one thread; knows no clock.
 *
 * @param <T> what waits
 */
final class FairQueue<T> {
  static final long REMEMBERED = 1_000_000_000L;
  private static final String EVERYBODY = "";

  private final boolean ordered;
  private final Ring<T>[] classes;
  private @Nullable Waiting<T> oldest;
  private @Nullable Waiting<T> newest;
  private int size;
  private long bytes;

  /** An empty queue in which a message may wait for {@code maxWaitNanos}. */
  @SuppressWarnings({"unchecked", "rawtypes"}) // arrays know no type parameters
  FairQueue(boolean ordered, long maxWaitNanos) {
    this.ordered = ordered;
    this.classes = new Ring[ordered ? 1 : Criticality.values().length];
    for (int i = 0; i < classes.length; i++) {
      int first = i * Priority.COHORTS;
      int last = ordered ? Priority.LOWEST : first + Priority.COHORTS - 1;
      classes[i] = new Ring<>(first, last, maxWaitNanos);
    }
  }

  /** One that waits; linked into the line of its caller, and with all others by age. */
  static final class Waiting<T> {
    final T item;
    final int bytes;
    final long since;
    private @Nullable Line<T> line;
    private @Nullable Waiting<T> older;
    private @Nullable Waiting<T> newer;
    private @Nullable Waiting<T> before;
    private @Nullable Waiting<T> behind;

    Waiting(T item, int bytes, long since) {
      this.item = item;
      this.bytes = bytes;
      this.since = since;
    }

    boolean isQueued() {
      return line != null;
    }

    /** Where it waits, or null if it does not wait any more. */
    @Nullable
    Line<T> line() {
      return line;
    }

    @Nullable
    Waiting<T> newer() {
      return newer;
    }
  }

  /** The messages of one caller in one class. */
  static final class Line<T> {
    final LineShedding shedding;
    private final Ring<T> ring;
    private @Nullable Waiting<T> first;
    private @Nullable Waiting<T> last;
    private @Nullable Line<T> next;
    private @Nullable Line<T> previous;
    private int length;
    private long touched;

    private Line(Ring<T> ring, LineShedding shedding) {
      this.ring = ring;
      this.shedding = shedding;
    }

    /** The one that has waited longest in it, or null. */
    @Nullable
    Waiting<T> first() {
      return first;
    }
  }

  /** The lines of one class; those that are not empty form a ring, and {@link #turn} is whose turn it is. */
  private static final class Ring<T> {
    private final Map<String, Line<T>> lines = new HashMap<>();
    private final int firstPriority;
    private final int lastPriority;
    private final long maxWaitNanos;
    private @Nullable Line<T> turn;

    Ring(int firstPriority, int lastPriority, long maxWaitNanos) {
      this.firstPriority = firstPriority;
      this.lastPriority = lastPriority;
      this.maxWaitNanos = maxWaitNanos;
    }

    Line<T> lineOf(String caller) {
      Line<T> known = lines.get(caller);
      if (known != null) {
        return known;
      }
      LineShedding shedding = new LineShedding(firstPriority, lastPriority, maxWaitNanos);
      Line<T> made = new Line<>(this, shedding);
      lines.put(caller, made);
      return made;
    }

    /** It is not empty any more; its turn comes last. */
    void enter(Line<T> line) {
      Line<T> first = turn;
      if (first == null || first.previous == null) {
        line.next = line;
        line.previous = line;
        turn = line;
      } else {
        Line<T> last = first.previous;
        line.previous = last;
        line.next = first;
        last.next = line;
        first.previous = line;
      }
    }

    /** It is empty. */
    void leave(Line<T> line) {
      Line<T> next = line.next;
      Line<T> previous = line.previous;
      if (next == line || next == null || previous == null) {
        turn = null;
      } else {
        next.previous = previous;
        previous.next = next;
        if (turn == line) {
          turn = next;
        }
      }
      line.next = null;
      line.previous = null;
    }

    /** The longest line, or null if all are empty. */
    @Nullable
    Line<T> longest() {
      Line<T> longest = null;
      for (Line<T> line : lines.values()) {
        if (line.length > (longest == null ? 0 : longest.length)) {
          longest = line;
        }
      }
      return longest;
    }
  }

  int size() {
    return size;
  }

  long bytes() {
    return bytes;
  }

  /** The line that a message of that caller and priority waits in. */
  Line<T> lineOf(String caller, int priority, long now) {
    Ring<T> ring = classes[ordered ? 0 : priority / Priority.COHORTS];
    Line<T> line = ring.lineOf(ordered ? EVERYBODY : caller);
    line.touched = now;
    return line;
  }

  void add(Line<T> line, Waiting<T> waiting) {
    if (line.length == 0) {
      line.ring.enter(line);
    }
    waiting.line = line;
    waiting.before = line.last;
    if (line.last == null) {
      line.first = waiting;
    } else {
      line.last.behind = waiting;
    }
    line.last = waiting;
    line.length++;
    waiting.older = newest;
    if (newest == null) {
      oldest = waiting;
    } else {
      newest.newer = waiting;
    }
    newest = waiting;
    size++;
    bytes += waiting.bytes;
  }

  /** The line whose turn it is, or null if none waits. */
  @Nullable
  Line<T> turn() {
    for (Ring<T> ring : classes) {
      if (ring.turn != null) {
        return ring.turn;
      }
    }
    return null;
  }

  /** Takes the oldest or the newest of a line, after which it is the next one's turn. Null if it is empty. */
  @Nullable
  Waiting<T> poll(Line<T> line, boolean newestFirst) {
    Waiting<T> chosen = newestFirst && !ordered ? line.last : line.first;
    if (chosen != null) {
      line.ring.turn = line.next;
      remove(chosen);
    }
    return chosen;
  }

  /** Forgets lines that have been empty for long. */
  void forgetIdle(long now) {
    for (Ring<T> ring : classes) {
      ring.lines.values().removeIf(line -> line.length == 0 && now - line.touched > REMEMBERED);
    }
  }

  /** Takes one out, wherever it stands; nothing if it does not wait. */
  void remove(Waiting<T> waiting) {
    Line<T> line = waiting.line;
    if (line == null) {
      return;
    }
    waiting.line = null;
    unlinkFromLine(waiting, line);
    unlinkByAge(waiting);
    size--;
    bytes -= waiting.bytes;
  }

  private void unlinkFromLine(Waiting<T> waiting, Line<T> line) {
    Waiting<T> before = waiting.before;
    Waiting<T> behind = waiting.behind;
    if (before == null) {
      line.first = behind;
    } else {
      before.behind = behind;
    }
    if (behind == null) {
      line.last = before;
    } else {
      behind.before = before;
    }
    waiting.before = null;
    waiting.behind = null;
    if (--line.length == 0) {
      line.ring.leave(line);
    }
  }

  private void unlinkByAge(Waiting<T> waiting) {
    Waiting<T> older = waiting.older;
    Waiting<T> newer = waiting.newer;
    if (older == null) {
      oldest = newer;
    } else {
      older.newer = newer;
    }
    if (newer == null) {
      newest = older;
    } else {
      newer.older = older;
    }
    waiting.older = null;
    waiting.newer = null;
  }

  /** The one that has waited longest, or null. */
  @Nullable
  Waiting<T> oldest() {
    return oldest;
  }

  /**
   * The one to give up for one of {@code priority}: the newest in the longest line of the least
   * important class, if that is less important or, within a class, of a caller with more than its
   * share. Null if none is.
   */
  @Nullable
  Waiting<T> leastImportant(int priority, String caller) {
    if (ordered) {
      return null;
    }
    int own = priority / Priority.COHORTS;
    for (int rank = classes.length - 1; rank >= own; rank--) {
      Line<T> longest = classes[rank].longest();
      if (longest != null) {
        Line<T> mine = classes[own].lines.get(caller);
        boolean gives = rank > own || longest.length > 1 + (mine == null ? 0 : mine.length);
        return gives ? longest.last : null;
      }
    }
    return null;
  }
}
