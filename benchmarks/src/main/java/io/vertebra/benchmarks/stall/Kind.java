package io.vertebra.benchmarks.stall;

/** How a handler holds up its event loop, and the cause that should be found. */
enum Kind {
  SPIN("cpu"),
  SLEEP("blocked"),
  LOCK("lock"),
  REGEX("cpu"),
  SOCKET("blocked");

  /** As events of the guard say it. */
  final String cause;

  Kind(String cause) {
    this.cause = cause;
  }
}
