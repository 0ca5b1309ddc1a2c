package io.vertebra.dispatch;

import io.vertebra.messaging.Criticality;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What waits for a permit. The more important class goes first; within it callers take turns, so that
 * one with many messages does not delay those with few; within a caller the oldest goes first, or the
 * newest while the queue is overloaded, because that one still has time (adaptive LIFO, as in
 * Facebook's services). Each caller that waits has a line of its own, so no two share one by chance;
 * lines are bounded because messages are.
 *
 * <p>An ordered queue knows neither classes nor callers: oldest first, always.
 *
 * <p>All operations but {@link #leastImportant} take constant time. Not safe for use by more than one
 * thread; knows no clock.
 *
 * @param <T> what waits
 */
final class FairQueue<T> {
  private static final String EVERYBODY = "";
  private final boolean ordered;
  private final Ring<T>[] classes;
  private @Nullable Waiting<T> oldest;
  private @Nullable Waiting<T> newest;
  private int size;
  private long bytes;

  /** An empty queue. */
  @SuppressWarnings({"unchecked", "rawtypes"}) // arrays know no type parameters
  FairQueue(boolean ordered) {
    this.ordered = ordered;
    this.classes = new Ring[ordered ? 1 : Criticality.values().length];
    for (int i = 0; i < classes.length; i++) {
      classes[i] = new Ring<>();
    }
  }

  /** One that waits; linked into the line of its caller, and with all others by age. */
  static final class Waiting<T> {
    final T item;
    final String caller;
    final int priority;
    final int bytes;
    final long since;
    private @Nullable Line<T> line;
    private @Nullable Waiting<T> older;
    private @Nullable Waiting<T> newer;
    private @Nullable Waiting<T> before;
    private @Nullable Waiting<T> behind;

    Waiting(T item, String caller, int priority, int bytes, long since) {
      this.item = item;
      this.caller = caller;
      this.priority = priority;
      this.bytes = bytes;
      this.since = since;
    }

    boolean isQueued() {
      return line != null;
    }

    @Nullable
    Waiting<T> newer() {
      return newer;
    }
  }

  /** The messages of one caller. */
  private static final class Line<T> {
    final Ring<T> ring;
    final String caller;

    @Nullable
    Waiting<T> first;

    @Nullable
    Waiting<T> last;

    @Nullable
    Line<T> next;

    @Nullable
    Line<T> previous;

    int length;

    Line(Ring<T> ring, String caller) {
      this.ring = ring;
      this.caller = caller;
    }
  }

  /** The lines of one class, in a ring; {@link #turn} is whose turn it is. */
  private static final class Ring<T> {
    final Map<String, Line<T>> lines = new HashMap<>();

    @Nullable
    Line<T> turn;

    /** The line of a caller; a new one comes last. */
    Line<T> lineOf(String caller) {
      Line<T> known = lines.get(caller);
      if (known != null) {
        return known;
      }
      Line<T> made = new Line<>(this, caller);
      lines.put(caller, made);
      Line<T> first = turn;
      if (first == null || first.previous == null) {
        made.next = made;
        made.previous = made;
        turn = made;
      } else {
        Line<T> last = first.previous;
        made.previous = last;
        made.next = first;
        last.next = made;
        first.previous = made;
      }
      return made;
    }

    void drop(Line<T> line) {
      lines.remove(line.caller);
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
    }

    /** The longest line. */
    @Nullable
    Line<T> longest() {
      Line<T> longest = null;
      for (Line<T> line : lines.values()) {
        if (longest == null || line.length > longest.length) {
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

  void add(Waiting<T> waiting) {
    Ring<T> ring = classes[ordered ? 0 : waiting.priority / Priority.COHORTS];
    Line<T> line = ring.lineOf(ordered ? EVERYBODY : waiting.caller);
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

  /** Takes the one whose turn it is, or null if none waits. */
  @Nullable
  Waiting<T> poll(boolean newestFirst) {
    for (Ring<T> ring : classes) {
      Line<T> line = ring.turn;
      if (line != null) {
        Waiting<T> chosen = newestFirst && !ordered ? line.last : line.first;
        ring.turn = line.next;
        if (chosen != null) {
          remove(chosen);
        }
        return chosen;
      }
    }
    return null;
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
      line.ring.drop(line);
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
