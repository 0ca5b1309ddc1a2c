package io.vertebra.limit;

import java.util.Comparator;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The flows of one class that wait, in the order of their turns and by what they wait for. Belongs to the queue. */
final class CpuRing<T> {
  private final TreeSet<CpuFlow<T>> byCost =
      new TreeSet<>(Comparator.<CpuFlow<T>>comparingLong(CpuFlow::cost)
          .thenComparingInt(CpuFlow::waiting)
          .thenComparing(flow -> flow.key.contract())
          .thenComparing(flow -> flow.key.caller()));
  private @Nullable CpuFlow<T> turn;
  private long progress;

  /** Whose turn it is, or null if nobody waits. */
  @Nullable
  CpuFlow<T> turn() {
    return turn;
  }

  /** Ends the turn. */
  void next() {
    CpuFlow<T> ended = turn;
    if (ended != null) {
      turn = ended.next;
    }
  }

  /** Whether nobody else of the class waits. */
  boolean isAlone() {
    return byCost.size() == 1;
  }

  int flows() {
    return byCost.size();
  }

  /** The flow that waits for most. */
  @Nullable
  CpuFlow<T> heaviest() {
    return byCost.isEmpty() ? null : byCost.last();
  }

  /**
   * How much each flow could have used so far if it had always had work (the virtual time of fair
   * queueing, Demers, Keshav and Shenker 1989).
   */
  long progress() {
    return progress;
  }

  /** Work of the class has used that much. */
  void progressed(long nanos) {
    progress += nanos / Math.max(1, byCost.size());
  }

  /** Changes what a flow waits for. */
  void change(CpuFlow<T> flow, Consumer<CpuFlow<T>> change) {
    boolean waited = flow.waiting() > 0;
    if (waited) {
      byCost.remove(flow);
    }
    change.accept(flow);
    boolean waits = flow.waiting() > 0;
    if (waits) {
      byCost.add(flow);
    }
    if (waited != waits) {
      if (waited) {
        unlink(flow);
      } else {
        link(flow);
      }
    }
  }

  private void link(CpuFlow<T> flow) {
    CpuFlow<T> first = turn;
    CpuFlow<T> last = first == null ? null : first.previous;
    if (first == null || last == null) {
      flow.next = flow;
      flow.previous = flow;
      turn = flow;
    } else {
      flow.previous = last;
      flow.next = first;
      last.next = flow;
      first.previous = flow;
    }
  }

  /** A flow without work has no turn; what it saved is forgotten, what it owes is not. */
  private void unlink(CpuFlow<T> flow) {
    CpuFlow<T> next = flow.next;
    CpuFlow<T> previous = flow.previous;
    flow.next = null;
    flow.previous = null;
    flow.hasTurn = false;
    flow.deficit = Math.min(flow.deficit, 0);
    if (next == flow || next == null || previous == null) {
      turn = null;
      return;
    }
    next.previous = previous;
    previous.next = next;
    if (turn == flow) {
      turn = next;
    }
  }
}
