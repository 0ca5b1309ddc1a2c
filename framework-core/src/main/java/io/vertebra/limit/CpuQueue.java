package io.vertebra.limit;

import io.vertebra.messaging.Criticality;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * The order of CPU work: by class, then by turns of flows, then by deadline. A flow is what one caller
 * wants of one contract; in its turn it may use 5 ms of processor time, and what it used more it pays
 * with later turns (deficit round robin, Shreedhar and Varghese 1995, with costs that are estimated
 * before and measured after). More important classes go first, but while others wait the lowest that
 * waits gets a tenth of the time, so that nothing starves.
 *
 * <p>Not safe for use by more than one thread; knows no clock.
 *
 * @param <T> a piece of work
 */
final class CpuQueue<T> {
  static final long QUANTUM = 5_000_000L;
  private static final int CLASSES = Criticality.values().length;
  private static final int SHARE_OF_LOWEST = 10;

  private final Map<Key, Flow<T>> flows = new HashMap<>();
  private final Flow<T>[] turns;
  private int size;
  private long sequence;
  private long usedByOthers;
  private long usedByLowest;

  /** An empty queue. */
  @SuppressWarnings({"unchecked", "rawtypes"}) // arrays know no type parameters
  CpuQueue() {
    turns = new Flow[CLASSES];
  }

  private record Key(int rank, String contract, String caller) {}

  /** A piece of work that waits. */
  static final class Job<T> {
    final T item;
    final long deadline;
    final long estimate;
    private final long sequence;
    private final Flow<T> flow;
    private boolean gone;

    private Job(T item, long deadline, long estimate, long sequence, Flow<T> flow) {
      this.item = item;
      this.deadline = deadline;
      this.estimate = estimate;
      this.sequence = sequence;
      this.flow = flow;
    }
  }

  /** The work of one flow, by deadline; in the ring of its class as long as it has any. */
  private static final class Flow<T> {
    final Key key;
    final PriorityQueue<Job<T>> jobs =
        new PriorityQueue<>(Comparator.<Job<T>>comparingLong(job -> job.deadline)
            .thenComparingLong(job -> job.sequence));
    long deficit;
    int length;
    boolean hasTurn;

    @Nullable
    Flow<T> next;

    @Nullable
    Flow<T> previous;

    Flow(Key key) {
      this.key = key;
    }
  }

  /**
   * Adds a piece of work.
   *
   * @param rank of its criticality
   * @param deadline by which the flow sorts it
   * @param estimate processor time that it will take about, in nanoseconds
   */
  Job<T> add(T item, int rank, String contract, String caller, long deadline, long estimate) {
    Flow<T> flow = flows.computeIfAbsent(new Key(rank, contract, caller), Flow::new);
    Job<T> job = new Job<>(item, deadline, estimate, sequence++, flow);
    if (flow.length == 0) {
      link(flow);
    }
    flow.jobs.add(job);
    flow.length++;
    size++;
    return job;
  }

  /** Takes the next piece, or null if none waits. Its owner says what it cost with {@link #used}. */
  @Nullable
  Job<T> poll() {
    int rank = nextClass();
    if (rank < 0) {
      return null;
    }
    for (Flow<T> flow = turns[rank]; flow != null; flow = turns[rank]) {
      if (!flow.hasTurn) {
        flow.hasTurn = true;
        flow.deficit += QUANTUM;
      }
      Job<T> job = first(flow);
      if (job.estimate <= flow.deficit || flow.next == flow) {
        flow.jobs.remove();
        take(job);
        flow.deficit = Math.max(flow.deficit - job.estimate, -QUANTUM * CLASSES);
        return job;
      }
      flow.hasTurn = false;
      turns[rank] = flow.next;
    }
    return null;
  }

  private Job<T> first(Flow<T> flow) {
    while (true) {
      Job<T> job = flow.jobs.element();
      if (!job.gone) {
        return job;
      }
      flow.jobs.remove();
    }
  }

  /** The most important class that waits, or the least if that has not had its share. */
  private int nextClass() {
    int first = -1;
    int last = -1;
    for (int rank = 0; rank < CLASSES; rank++) {
      if (turns[rank] != null) {
        first = first < 0 ? rank : first;
        last = rank;
      }
    }
    if (first == last) {
      usedByOthers = 0;
      usedByLowest = 0;
      return first;
    }
    return usedByLowest * (SHARE_OF_LOWEST - 1) < usedByOthers ? last : first;
  }

  /** A piece that was taken has used that much processor time. */
  void used(Job<T> job, long nanos) {
    Flow<T> flow = job.flow;
    flow.deficit -= nanos - job.estimate;
    int lowest = CLASSES - 1;
    while (lowest > 0 && turns[lowest] == null) {
      lowest--;
    }
    if (flow.key.rank >= lowest) {
      usedByLowest += nanos;
    } else {
      usedByOthers += nanos;
    }
  }

  /** A piece is not wanted any more; false if it was taken already. */
  boolean remove(Job<T> job) {
    if (job.gone) {
      return false;
    }
    take(job);
    return true;
  }

  private void take(Job<T> job) {
    job.gone = true;
    size--;
    if (--job.flow.length == 0) {
      unlink(job.flow);
    }
  }

  int size() {
    return size;
  }

  /** Flows that have work. */
  int flows() {
    return flows.size();
  }

  private void link(Flow<T> flow) {
    Flow<T> turn = turns[flow.key.rank];
    Flow<T> last = turn == null ? null : turn.previous;
    if (turn == null || last == null) {
      flow.next = flow;
      flow.previous = flow;
      turns[flow.key.rank] = flow;
    } else {
      flow.previous = last;
      flow.next = turn;
      last.next = flow;
      turn.previous = flow;
    }
  }

  /** A flow without work has no turn; what it owes is forgotten, like what it saved. */
  private void unlink(Flow<T> flow) {
    flows.remove(flow.key);
    flow.jobs.clear();
    Flow<T> next = flow.next;
    Flow<T> previous = flow.previous;
    if (next == flow || next == null || previous == null) {
      turns[flow.key.rank] = null;
      return;
    }
    next.previous = previous;
    previous.next = next;
    if (turns[flow.key.rank] == flow) {
      turns[flow.key.rank] = next;
    }
  }
}
