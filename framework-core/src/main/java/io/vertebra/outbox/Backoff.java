package io.vertebra.outbox;

/**
 * Times to wait, in milliseconds: they double from {@code first} up to {@code most}, and the second
 * half of each is random.
 */
record Backoff(long first, long most) {

  /** The wait after so many failures in a row, from 1; {@code random} lies in [0, 1). */
  long after(int failures, double random) {
    long base = Math.min(most, first << Math.min(failures - 1, 30));
    return base / 2 + (long) (random * (base - base / 2 + 1));
  }
}
