package io.vertebra.dispatch;

/** Delays between attempts. */
final class Backoff {
  private static final int MOST_DOUBLINGS = 40;

  private Backoff() {}

  /**
   * Full jitter: evenly between 0 and the bound, which is {@code base} and doubles with each failure up
   * to {@code longest}.
   *
   * @param failures so far, from 1
   * @param draw evenly from 0 to 1
   */
  static long fullJitter(long base, long longest, int failures, double draw) {
    int doublings = Math.min(failures - 1, MOST_DOUBLINGS);
    long bound = base > (longest >> doublings) ? longest : base << doublings;
    return (long) (draw * bound);
  }
}
