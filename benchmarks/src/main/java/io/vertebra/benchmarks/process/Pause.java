package io.vertebra.benchmarks.process;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Waiting, in programs whose subject is what happens meanwhile. */
public final class Pause {

  private Pause() {}

  /** Waits for so many milliseconds. */
  public static void millis(long millis) {
    try {
      TimeUnit.MILLISECONDS.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** Waits that long. */
  public static void of(Duration duration) {
    millis(duration.toMillis());
  }
}
