package io.vertebra.benchmarks.guard;

import java.util.concurrent.TimeUnit;

/** What a call costs: the processor. */
public final class Work {
  private static final long CALIBRATION = TimeUnit.MILLISECONDS.toNanos(200);
  private static final int STEP = 50;

  private Work() {}

  /** Computes until that time has passed; the result is only there so that nobody leaves it out. */
  public static long compute(long nanos) {
    long end = System.nanoTime() + nanos;
    long x = 1;
    while (System.nanoTime() - end < 0) {
      x = steps(1, x);
    }
    return x;
  }

  /** Computes the same however long that takes, see {@link #stepsIn}. */
  public static long steps(long steps) {
    return steps(steps, 1);
  }

  private static long steps(long steps, long seed) {
    long x = seed;
    for (long i = 0; i < steps * STEP; i++) {
      x = x * 6364136223846793005L + 1442695040888963407L;
    }
    return x;
  }

  /** How many steps a thread does in that time if it has a processor to itself; measured now, the best of five. */
  public static long stepsIn(long nanos) {
    long best = 0;
    for (int i = 0; i < 5; i++) {
      long start = System.nanoTime();
      long steps = 0;
      long x = 1;
      while (System.nanoTime() - start < CALIBRATION) {
        x = steps(1000, x);
        steps += 1000;
      }
      long inTime = (long) (steps * (double) nanos / (System.nanoTime() - start));
      best = Math.max(best, x == 0 ? 0 : inTime);
    }
    return best;
  }
}
