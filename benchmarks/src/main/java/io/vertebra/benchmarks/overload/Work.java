package io.vertebra.benchmarks.overload;

/** What each call costs: the processor for a fixed time. */
final class Work {
  private static volatile long sink;

  private Work() {}

  /** Computes for about that long. */
  static void compute(long nanos) {
    long end = System.nanoTime() + nanos;
    long x = 1;
    while (System.nanoTime() - end < 0) {
      for (int i = 0; i < 50; i++) {
        x = x * 6364136223846793005L + 1442695040888963407L;
      }
    }
    sink = x;
  }
}
