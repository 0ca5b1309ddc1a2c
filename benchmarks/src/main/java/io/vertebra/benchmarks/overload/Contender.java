package io.vertebra.benchmarks.overload;

import io.vertx.core.Context;
import io.vertx.core.Future;

/** A service on an event loop of its own, and a way to call it from another. */
interface Contender {

  /** The event loop that calls come from. */
  Context caller();

  /** Calls once; fails unless the answer came within the deadline. */
  Future<?> call();

  /** It has been called for a while, and from now on it counts. */
  default void warmedUp() {}

  void close();
}
