package io.vertebra.idempotency;

import io.vertx.core.Vertx;

/** Time, as far as waiting for it goes; a seam for tests. */
interface Timers {
  /** Has {@code action} run after a time. */
  void after(long millis, Runnable action);

  static Timers of(Vertx vertx) {
    return (millis, action) -> vertx.setTimer(Math.max(1, millis), id -> action.run());
  }
}
