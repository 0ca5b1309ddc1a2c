package io.vertebra.benchmarks.cascade;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** Counts the work that began, and that for nobody. */
final class Wasted {
  private final LongAdder begun = new LongAdder();
  private final LongAdder begunLate = new LongAdder();
  private final LongAdder expired = new LongAdder();
  private final LongAdder wellExpired = new LongAdder();

  /** A handler begins work for whoever stops waiting at {@code rootDeadline}, as {@link System#nanoTime()} counts. */
  void begins(long rootDeadline) {
    begun.increment();
    if (System.nanoTime() - rootDeadline >= 0) {
      begunLate.increment();
    }
  }

  /** A handler begins; the deadline of its own call is then. */
  void beginsBefore(long deadline) {
    long late = System.nanoTime() - deadline;
    if (late >= 0) {
      expired.increment();
    }
    if (late >= TimeUnit.MILLISECONDS.toNanos(1)) {
      wellExpired.increment();
    }
  }

  /** The counts so far. */
  Count count() {
    return new Count(begun.sum(), begunLate.sum(), expired.sum(), wellExpired.sum());
  }

  /**
   * Work that began.
   *
   * @param begun all of it
   * @param late what began after the deadline of whoever had asked first
   * @param expired what began after the deadline of its own call, if only because the thread lost its processor after the node had looked
   * @param wellExpired what began more than 1 ms after it
   */
  record Count(long begun, long late, long expired, long wellExpired) {}
}
