package io.vertebra.dispatch;

import java.util.Arrays;

/**
 * Which messages a line that stands does not take at all: the least important share of those that
 * come, as large as the share that could not be served lately. By cohort, so that of a conversation
 * either all or nothing is lost, and before they wait, so that refusing them costs little. A fifth more
 * than can be served are let in, so that the queue, and not this estimate, decides about the rest: with
 * less it runs empty now and then, and calls that have waited long are served after all.
 * Once the line stands no longer, a fifth more is taken each 100 ms: a larger step would fill the
 * queue for a whole interval before it shows. The most important cohort is always taken, or nobody would
 * notice that there is room again.
 *
 * <p>The histogram of priorities is that of DAGOR (Zhou et al. 2018), the share is set by inflow
 * against outflow as in Uber's Cinnamon. Not safe for use by more than one thread; knows no clock.
 */
final class PriorityThreshold {
  static final long PERIOD = 100_000_000L;
  private static final double SURPLUS = 1.2;
  /** What is taken grows by that factor in each period without overload. */
  private static final double RECOVERY = 1.2;

  /** So that what is taken can grow again. */
  private static final double MOST = 1 - 1.0 / Priority.COHORTS;

  private static final int FEW = 20;

  private final int first;
  private final int last;
  private final int[] seen;
  private int arrivals;
  private int granted;
  private double share;
  private long periodEnd;
  private boolean started;
  private boolean sawOverload;
  private int threshold;

  /** For messages of these priorities, all of which are taken so far. */
  PriorityThreshold(int first, int last) {
    this.first = first;
    this.last = last;
    this.seen = new int[last - first + 1];
    this.threshold = last;
  }

  /** A message has come. */
  void arrived(int priority) {
    seen[priority - first]++;
    arrivals++;
  }

  /** One has got its permit. */
  void granted() {
    granted++;
  }

  /** Whether messages of that priority are taken now. */
  boolean admits(int priority) {
    return priority <= threshold;
  }

  /** Whether there are messages that are not taken. */
  boolean isActive() {
    return share > 0;
  }

  /** The least important priority that is taken. */
  int threshold() {
    return threshold;
  }

  /** Sets the threshold anew once a period is over. */
  void look(long now, boolean stands) {
    sawOverload |= stands;
    if (!started) {
      started = true;
      periodEnd = now + PERIOD;
    }
    if (now - periodEnd < 0 || (sawOverload && arrivals < FEW)) {
      return;
    }
    periodEnd = now + PERIOD;
    if (sawOverload) {
      share = Math.min(MOST, Math.max(0, 1 - SURPLUS * granted / arrivals));
    } else {
      share = Math.max(0, 1 - RECOVERY * (1 - share));
    }
    if (share > 0 && arrivals >= FEW) {
      threshold = quantile((1 - share) * arrivals);
    } else if (share == 0) {
      threshold = last;
    }
    sawOverload = false;
    granted = 0;
    arrivals = 0;
    Arrays.fill(seen, 0);
  }

  private int quantile(double messages) {
    int sum = 0;
    for (int i = 0; i < seen.length; i++) {
      sum += seen[i];
      if (sum >= messages && sum > 0) {
        return first + i;
      }
    }
    return last;
  }
}
