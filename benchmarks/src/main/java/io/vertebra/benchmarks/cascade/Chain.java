package io.vertebra.benchmarks.cascade;

import io.vertx.core.Context;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Three services, each of which asks the next; the last one costs most. */
interface Chain {
  int LEVELS = 3;

  /** One for each level, one for callers, one for what queues need. */
  int LOOPS = LEVELS + 2;

  Duration DEADLINE = Duration.ofMillis(100);

  /** What a call costs on this level, from 1. */
  static long costNanos(int level) {
    return TimeUnit.MICROSECONDS.toNanos(level == LEVELS ? 500 : 100);
  }

  /** The event loop that calls come from. */
  Context caller();

  /** Asks the first service; fails unless the answer comes within {@link #DEADLINE}. */
  Future<?> call();

  /** What the services began so far. */
  Wasted wasted();

  void close();
}
