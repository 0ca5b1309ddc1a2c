package io.vertebra.benchmarks.overload;

/** What each call costs: the processor for a fixed time. */
final class Work {
  private Work() {}

  /** Computes for about that long; the result is only there so that nobody leaves it out. */
  static long compute(long nanos) {
    long end = System.nanoTime() + nanos;
    long x = 1;
    while (System.nanoTime() - end < 0) {
      for (int i = 0; i < 50; i++) {
        x = x * 6364136223846793005L + 1442695040888963407L;
      }
    }
    return x;
  }
}
