package io.vertebra.limit;

import java.util.Comparator;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What one caller wants of one contract, in one class: its work by deadline, and what it may use.
 * Belongs to the queue.
 */
final class CpuFlow<T> {
  /** What spare time may cost at most: nobody else wanted it. */
  private static final long MOST_FOR_SPARE = 4 * CpuQueue.QUANTUM;

  /** What is owed at most. */
  static final long MOST_DEBT = 10_000_000_000L;

  final Key key;
  private final TreeSet<CpuQueue.Job<T>> byDeadline =
      new TreeSet<>(Comparator.<CpuQueue.Job<T>>comparingLong(job -> job.deadline)
          .thenComparingLong(job -> job.sequence));
  private final TreeSet<CpuQueue.Job<T>> byArrival =
      new TreeSet<>(Comparator.<CpuQueue.Job<T>>comparingLong(job -> job.sequence));
  private long cost;

  /** What it may use in its turn; what it owes if negative. */
  long deficit;

  int running;
  boolean hasTurn;

  @Nullable
  CpuFlow<T> next;

  @Nullable
  CpuFlow<T> previous;

  /**
   * Whose work it is.
   *
   * @param rank of the criticality
   */
  record Key(int rank, String contract, String caller) {}

  CpuFlow(Key key, long deficit) {
    this.key = key;
    this.deficit = deficit;
  }

  void add(CpuQueue.Job<T> job) {
    byDeadline.add(job);
    byArrival.add(job);
    cost += job.estimate;
  }

  void remove(CpuQueue.Job<T> job) {
    byDeadline.remove(job);
    byArrival.remove(job);
    cost -= job.estimate;
  }

  /** The one that is due first. */
  CpuQueue.Job<T> first() {
    return byDeadline.first();
  }

  /** The one that came last. */
  CpuQueue.Job<T> newest() {
    return byArrival.last();
  }

  /** Processor time was used, or given back if negative; {@code spare} if nobody else wanted it. */
  void pay(long nanos, boolean spare) {
    long least = spare ? Math.min(deficit, -MOST_FOR_SPARE) : -MOST_DEBT;
    deficit = Math.max(deficit - nanos, least);
  }

  /** Processor time that what waits will take about. */
  long cost() {
    return cost;
  }

  /** How much waits. */
  int waiting() {
    return byDeadline.size();
  }

  boolean isIdle() {
    return running == 0 && byDeadline.isEmpty();
  }
}
