package io.vertebra.dispatch;

/** Finds out how many calls may be in flight. Confined to the lane of the instance; knows no clock. */
public interface LimitAlgorithm {

  /**
   * A call has ended, with an answer or because its time was over.
   *
   * @param now as a monotonic clock counts
   * @param nanos from the start of its handler
   * @param inFlight calls in flight at its end, itself included
   * @param inTime whether somebody still waited
   * @return how many calls may be in flight from now on
   */
  int ended(long now, long nanos, int inFlight, boolean inTime);
}
