package io.vertebra.benchmarks.fault;

import java.util.concurrent.TimeUnit;

/** Waiting, in programs whose subject is what happens meanwhile. */
final class Pause {

  private Pause() {}

  static void millis(long millis) {
    try {
      TimeUnit.MILLISECONDS.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
