package io.vertebra.benchmarks.overload;

import io.vertx.core.Context;
import io.vertx.core.Future;

/** A service and its callers, which share it. */
interface Crowd {
  /** Where calls are made and end. */
  Context context();

  /** A call of one of the callers, of which number 0 is the greedy one. */
  Future<?> call(int caller);

  void close();
}
