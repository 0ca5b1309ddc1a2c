package io.vertebra.limit;

import io.vertebra.messaging.Criticality;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

  private final Map<CpuFlow.Key, CpuFlow<T>> flows = new HashMap<>();
  private final CpuDebts debts = new CpuDebts();
  private final List<CpuRing<T>> rings = new ArrayList<>(CLASSES);
  private int size;
  private long cost;
  private long sequence;
  private long usedByOthers;
  private long usedByLowest;

  /** An empty queue. */
  CpuQueue() {
    for (int rank = 0; rank < CLASSES; rank++) {
      rings.add(new CpuRing<>());
    }
  }

  /** A piece of work that waits, or runs. */
  static final class Job<T> {
    final T item;
    final long deadline;
    final long estimate;
    final long sequence;
    private final CpuFlow<T> flow;
    private boolean waits = true;
    private boolean wasAlone;

    CpuFlow.Key key() {
      return flow.key;
    }

    private Job(T item, long deadline, long estimate, long sequence, CpuFlow<T> flow) {
      this.item = item;
      this.deadline = deadline;
      this.estimate = estimate;
      this.sequence = sequence;
      this.flow = flow;
    }
  }

  /**
   * Adds a piece of work.
   *
   * @param key of its flow
   * @param deadline by which the flow sorts it
   * @param estimate processor time that it will take about, in nanoseconds
   * @param now by any clock, for what has been forgotten meanwhile
   */
  Job<T> add(T item, CpuFlow.Key key, long deadline, long estimate, long now) {
    CpuRing<T> ring = rings.get(key.rank());
    CpuFlow<T> flow = flows.get(key);
    if (flow == null) {
      flow = new CpuFlow<>(key, debts.takeUp(key, ring.progress(), now));
      flows.put(key, flow);
    }
    Job<T> job = new Job<>(item, deadline, estimate, sequence++, flow);
    ring.change(flow, grown -> grown.add(job));
    size++;
    cost += estimate;
    return job;
  }

  /** Takes the next piece, or null if none waits. Its owner says what it cost with {@link #used}. */
  @Nullable
  Job<T> poll() {
    int rank = nextClass();
    if (rank < 0) {
      return null;
    }
    CpuRing<T> ring = rings.get(rank);
    while (true) {
      CpuFlow<T> flow = ring.turn();
      if (flow == null) {
        return null;
      }
      if (!flow.hasTurn) {
        flow.hasTurn = true;
        flow.deficit += QUANTUM;
      }
      Job<T> job = flow.first();
      job.wasAlone = ring.isAlone();
      if (job.estimate <= flow.deficit || job.wasAlone) {
        flow.running++;
        flow.pay(job.estimate, job.wasAlone);
        take(job);
        return job;
      }
      flow.hasTurn = false;
      ring.next();
    }
  }

  /** The most important class that waits, or the least if that has not had its share. */
  private int nextClass() {
    int first = -1;
    int last = -1;
    for (int rank = 0; rank < CLASSES; rank++) {
      if (rings.get(rank).turn() != null) {
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

  /** A piece that was taken has used that much processor time; none if it did not run after all. */
  void used(Job<T> job, long nanos, long now) {
    CpuFlow<T> flow = job.flow;
    flow.pay(nanos - job.estimate, job.wasAlone);
    int rank = flow.key.rank();
    rings.get(rank).progressed(nanos);
    int lowest = CLASSES - 1;
    while (lowest > 0 && rings.get(lowest).turn() == null) {
      lowest--;
    }
    if (rank >= lowest) {
      usedByLowest += nanos;
    } else {
      usedByOthers += nanos;
    }
    flow.running--;
    restIfIdle(flow, now);
  }

  /** A piece is not wanted any more; false if it was taken already. */
  boolean remove(Job<T> job, long now) {
    if (!job.waits) {
      return false;
    }
    take(job);
    restIfIdle(job.flow, now);
    return true;
  }

  private void take(Job<T> job) {
    job.waits = false;
    rings.get(job.flow.key.rank()).change(job.flow, less -> less.remove(job));
    size--;
    cost -= job.estimate;
  }

  private void restIfIdle(CpuFlow<T> flow, long now) {
    if (flow.isIdle() && flows.remove(flow.key, flow)) {
      debts.keep(flow.key, flow.deficit, rings.get(flow.key.rank()).progress(), now);
    }
  }

  /**
   * The piece to give up when there are too many: of the least important class the newest of the flow
   * that waits for most processor time. Null if none waits.
   */
  @Nullable
  Job<T> leastFair() {
    for (int rank = CLASSES - 1; rank >= 0; rank--) {
      CpuFlow<T> heaviest = rings.get(rank).heaviest();
      if (heaviest != null) {
        return heaviest.newest();
      }
    }
    return null;
  }

  /**
   * Processor time that is used, about, before a piece that waits begins: that of all that waits, or if
   * less, as much for each flow of its class as its own flow has before it.
   */
  long before(Job<T> job) {
    CpuRing<T> ring = rings.get(job.flow.key.rank());
    long own = job.flow.cost() - job.estimate;
    long fair = Math.max(own, own * ring.flows() + QUANTUM * (ring.flows() - 1));
    return Math.min(cost - job.estimate, fair);
  }

  int size() {
    return size;
  }

  /** Processor time that what waits will take about. */
  long cost() {
    return cost;
  }

  /** Flows that have work, waiting or running. */
  int flows() {
    return flows.size();
  }

  /** Flows without work whose debt is kept. */
  int debtors() {
    return debts.size();
  }
}
