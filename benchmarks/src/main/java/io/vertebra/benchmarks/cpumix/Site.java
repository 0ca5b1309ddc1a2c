package io.vertebra.benchmarks.cpumix;

import io.vertx.core.Context;
import io.vertx.core.Future;

/** A verticle that answers small requests and does long jobs, and a way to call it from another event loop. */
interface Site {
  /** One for the verticle, one for its callers, one for what queues need. */
  int LOOPS = 3;

  /** The event loop that calls come from. */
  Context caller();

  /** A request that is answered at once. */
  Future<?> small();

  /** A job that computes. */
  Future<?> job();

  void close();
}
