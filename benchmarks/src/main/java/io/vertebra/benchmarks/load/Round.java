package io.vertebra.benchmarks.load;

import org.HdrHistogram.Histogram;

/**
 * What one contestant did in one round.
 *
 * @param completed calls answered before the round's end
 * @param nanos how long the round was
 * @param callerNanos processor time of the caller's event loop, also for what is not counted; 0 if not measured
 * @param latencies nanoseconds of each of these calls
 * @param errors calls that should have been answered and were not, or not with their own reply
 * @param lost calls to the handler that never answers
 * @param failing calls to the handler that throws
 */
public record Round(
    long completed,
    long nanos,
    long callerNanos,
    Histogram latencies,
    long errors,
    Probes lost,
    Probes failing) {

  /** Answered calls per second. */
  public double perSecond() {
    return completed * 1e9 / nanos;
  }

  /** Processor time of the caller's event loop per answered call, in nanoseconds. */
  public double callerNanosPerCall() {
    return callerNanos / (double) completed;
  }

  /** The 99th percentile of the latencies, in microseconds. */
  public double p99Micros() {
    return latencies.getValueAtPercentile(99) / 1e3;
  }

  /**
   * Calls that are meant to end badly.
   *
   * @param sent how many were made
   * @param asExpected how many ended in the way their contestant says they should
   */
  public record Probes(long sent, long asExpected) {}
}
