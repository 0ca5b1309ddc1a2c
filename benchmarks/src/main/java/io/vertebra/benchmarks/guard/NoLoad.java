package io.vertebra.benchmarks.guard;

import io.vertebra.benchmarks.process.Patience;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.time.Duration;

/** The control: how late an event loop is that has nothing to do, which is what the machine adds to all else. */
final class NoLoad {
  private static final int PER_SECOND = 1000;
  private static final Duration LENGTH = Duration.ofMillis(500);

  private NoLoad() {}

  /** The 99th percentile, in microseconds. Takes half a second. */
  static double p99Micros() {
    Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    try {
      return Steady.start(
              vertx.getOrCreateContext(), Future::succeededFuture, PER_SECOND, Duration.ZERO)
          .stopAfter(LENGTH)
          .micros(99);
    } finally {
      Patience.await(vertx.close());
    }
  }
}
