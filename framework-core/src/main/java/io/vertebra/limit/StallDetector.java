package io.vertebra.limit;

/**
 * Decides from looks at one event loop, one each 2 ms or less, when its code holds it up. Time
 * counts only as far as the looks came in time: while the whole process stood still, for a garbage
 * collection, a stop signal or want of a processor, nobody looked, so nobody is blamed (the idea of
 * jHiccup). Not safe for use by more than one thread; knows no clock.
 */
final class StallDetector {
  /** What one look counts at most. */
  static final long MOST_PER_LOOK = 2_000_000L;

  private static final long[] SAMPLES = {100_000_000L, 200_000_000L, 400_000_000L, 2_000_000_000L};

  private final long threshold;
  private long number;
  private long lastLook;
  private long age;
  private int samples;
  private boolean looked;
  private boolean stalled;

  /** For stalls of at least that many nanoseconds. */
  StallDetector(long threshold) {
    this.threshold = threshold;
  }

  /** What to do. */
  enum Step {
    /** Nothing. */
    NONE,
    /** The same code runs as at the last look: remember what its thread has used so far. */
    SEEN,
    /** It has begun to be a stall. */
    BEGAN,
    /** It goes on for long: look at its stack again. */
    GOES_ON,
    /** It is over. */
    ENDED
  }

  /** A look at the stamp. */
  Step look(long now, long stamp) {
    long passed = looked ? Math.min(now - lastLook, MOST_PER_LOOK) : 0;
    looked = true;
    lastLook = now;
    if (stamp != number) {
      boolean over = stalled;
      number = stamp;
      // It began at some moment since the last look.
      age = isOdd(stamp) ? passed / 2 : 0;
      samples = 0;
      stalled = false;
      return over ? Step.ENDED : Step.NONE;
    }
    if (!isOdd(stamp)) {
      return Step.NONE;
    }
    long before = age;
    age += passed;
    if (!stalled) {
      if (age >= threshold) {
        stalled = true;
        return Step.BEGAN;
      }
      return before < MOST_PER_LOOK ? Step.SEEN : Step.NONE;
    }
    if (samples < SAMPLES.length && age >= SAMPLES[samples]) {
      samples++;
      return Step.GOES_ON;
    }
    return Step.NONE;
  }

  private static boolean isOdd(long stamp) {
    return (stamp & 1) == 1;
  }

  /** How long the code has run so far, of what could be seen. */
  long age() {
    return age;
  }

  /** Whether anything runs. */
  boolean isBusy() {
    return isOdd(number);
  }
}
