package io.vertebra.dispatch;

/**
 * Decides how many calls of one instance may be in flight. Its counters are read and written by any
 * thread; {@link #release} is called exactly once for each {@link #tryAcquire} that said yes, when
 * the work has really ended.
 */
public interface Admission {

  /** Takes a permit if one is free. */
  boolean tryAcquire();

  /** Gives a permit back. */
  void release();

  /** Permits taken now. */
  int inFlight();

  /** Permits there are. */
  int limit();

  /** How many messages may wait for a permit. */
  int maxWaiting();

  /** How long a message may wait for a permit, in nanoseconds. */
  long maxWaitNanos();
}
