package io.vertebra.limit;

/** What a piece of work of one kind costs: a moving average of measured processor time. Any thread. */
final class CpuCost {
  private static final int WEIGHT = 8;
  private volatile long average;

  /** Nanoseconds; 0 if nothing was measured yet. */
  long estimate() {
    return average;
  }

  /** One has taken that much. Two threads at once may lose a measurement. */
  void measured(long nanos) {
    long before = average;
    average = before == 0 ? nanos : before + (nanos - before) / WEIGHT;
  }
}
