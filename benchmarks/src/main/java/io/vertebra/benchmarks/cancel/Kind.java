package io.vertebra.benchmarks.cancel;

/** What the other node does for a caller that gives up. */
enum Kind {
  /** Its call waits in the queue of the contract. */
  QUEUED("cancel.queued", 5),
  /** Its handler waits for something, and asked to be told. */
  RUNNING("cancel.running", 5),
  /** Its handler computes in turns of at most 0.5 ms on the event loop. */
  SLICED("cancel.sliced", 0.5 + 5),
  /** Its handler computes on the CPU pool and looks each 0.5 ms. */
  POOLED("cancel.pooled", 0.5 + 5);

  /** How long a handler computes before it looks again. */
  static final long SLICE_NANOS = 500_000;

  final String contract;
  final double targetMillis;

  Kind(String contract, double targetMillis) {
    this.contract = contract;
    this.targetMillis = targetMillis;
  }
}
