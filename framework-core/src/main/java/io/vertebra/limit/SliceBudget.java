package io.vertebra.limit;

/**
 * How long a loop may go on before others have their turn: 500 µs or 128 steps (Tokio's number), and
 * no longer than others took in between, so that it uses at most half of the event loop while somebody
 * else needs it. Knows no clock.
 */
final class SliceBudget {
  static final long LONGEST = 500_000L;
  static final long SHORTEST = 50_000L;
  static final int MOST_STEPS = 128;
  /** What an event loop needs for itself between two tasks. */
  private static final long NOBODY_ELSE = 20_000L;

  private static final int STEPS_PER_LOOK = 8;

  private long budget = LONGEST;
  private long began;
  private long ended;
  private int steps;

  /** A slice begins. */
  void begin(long now) {
    if (ended != 0) {
      long others = now - ended;
      budget = others <= NOBODY_ELSE ? LONGEST : Math.min(LONGEST, Math.max(SHORTEST, others));
    }
    began = now;
    steps = 0;
  }

  /** Whether the clock has to be read before the next step; always before the first few, which may be long. */
  boolean needsClock() {
    return steps < STEPS_PER_LOOK || steps % STEPS_PER_LOOK == 0;
  }

  /** A step is done; whether there is time for another. {@code now} may be the time of the last look. */
  boolean mayGoOn(long now) {
    steps++;
    boolean more = steps < MOST_STEPS && now - began < budget;
    if (!more) {
      ended = now;
    }
    return more;
  }
}
