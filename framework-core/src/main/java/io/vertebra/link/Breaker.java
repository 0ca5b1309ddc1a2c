package io.vertebra.link;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Stops calls to what does not work at all: opens when at least half of at least 20 calls of the last
 * 10 s failed, for about 1 s and then twice as long each time up to 30 s; then three probes have to
 * succeed (the states are those of Nygard, "Release It!"). What a call comes to that began before the
 * last change of state says nothing. Not safe for use by more than one thread; knows neither clock nor
 * chance.
 */
final class Breaker {
  static final long SHORTEST = 1_000_000_000L;
  static final long LONGEST = 30_000_000_000L;
  static final int PROBES = 3;
  static final int FEWEST = 20;
  private static final int SECONDS = 10;
  private static final long SECOND = 1_000_000_000L;
  private static final double JITTER = 0.2;
  private static final int REFUSED = -1;

  /** Whether calls go through. */
  enum State {
    /** They do. */
    CLOSED("closed"),
    /** They do not. */
    OPEN("open"),
    /** Three do, to see whether it works again. */
    PROBING("probing");

    private final String reason;

    State(String reason) {
      this.reason = reason;
    }

    /** The state as events and meters name it. */
    String reason() {
      return reason;
    }
  }

  private final int[] calls = new int[SECONDS];
  private final int[] failures = new int[SECONDS];
  private long second = Long.MIN_VALUE;
  private State state = State.CLOSED;
  private int term;
  private long period = SHORTEST;
  private long until;
  private int probes;
  private int successes;

  State state() {
    return state;
  }

  /**
   * When the next call may go through, if none may now. While probes are out that is when they are
   * given up, or the answer that never came would keep it shut for good.
   */
  long until() {
    return until;
  }

  /** Whether no call goes through now. */
  boolean blocks(long now) {
    return now - until < 0 && (state == State.OPEN || (state == State.PROBING && probes == PROBES));
  }

  /** Lets a call through, which {@link #ended} has to follow with the term answered here; negative if not. */
  int tryPass(long now) {
    if (blocks(now)) {
      return REFUSED;
    }
    if (state == State.OPEN || (state == State.PROBING && now - until >= 0)) {
      enter(State.PROBING);
      until = now + LONGEST;
    }
    if (state == State.PROBING) {
      probes++;
    }
    return term;
  }

  /**
   * A call that went through has ended.
   *
   * @param failed null if its end says nothing, since it was cancelled or refused
   * @param draw evenly in [0, 1)
   */
  void ended(int itsTerm, @Nullable Boolean failed, long now, double draw) {
    if (itsTerm != term || state == State.OPEN) {
      return;
    }
    if (state == State.PROBING) {
      probed(failed, now, draw);
    } else if (failed != null) {
      counted(failed, now, draw);
    }
  }

  private void probed(@Nullable Boolean failed, long now, double draw) {
    if (failed == null) {
      probes--;
    } else if (failed) {
      period = Math.min(LONGEST, period * 2);
      open(now, draw);
    } else if (++successes == PROBES) {
      period = SHORTEST;
      enter(State.CLOSED);
    }
  }

  private void counted(boolean failed, long now, double draw) {
    forward(now);
    int index = (int) Math.floorMod(second, (long) SECONDS);
    calls[index]++;
    if (failed) {
      failures[index]++;
      int all = Arrays.stream(calls).sum();
      if (all >= FEWEST && Arrays.stream(failures).sum() * 2 >= all) {
        open(now, draw);
      }
    }
  }

  private void forward(long now) {
    long current = Math.floorDiv(now, SECOND);
    long steps = second == Long.MIN_VALUE ? 0 : Math.min(current - second, SECONDS);
    for (long each = current - steps + 1; each <= current; each++) {
      int index = (int) Math.floorMod(each, (long) SECONDS);
      calls[index] = 0;
      failures[index] = 0;
    }
    second = Math.max(second, current);
  }

  private void open(long now, double draw) {
    enter(State.OPEN);
    until = now + (long) (period * (1 - JITTER + 2 * JITTER * draw));
  }

  private void enter(State next) {
    state = next;
    term++;
    probes = 0;
    successes = 0;
    Arrays.fill(calls, 0);
    Arrays.fill(failures, 0);
  }
}
