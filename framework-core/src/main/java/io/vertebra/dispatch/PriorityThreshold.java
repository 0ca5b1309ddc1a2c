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
 * <p>Only what is taken is counted, since callers that know the threshold do not send the rest: a
 * threshold that was set by all that comes would be lifted as soon as they obey it.
 *
 * <p>The histogram of priorities is that of DAGOR (Zhou et al. 2018), the share is set by inflow
 * against outflow as in Uber's Cinnamon. Not safe for use by more than one thread; knows no clock.
 */
final class PriorityThreshold {
  static final long PERIOD = Priority.RECOVERY_STEP;
  private static final double SURPLUS = 1.2;

  private static final int FEW = 20;

  private final int first;
  private final int[] taken;
  private int arrivals;
  private int granted;
  /** How many priorities are taken. */
  private double width;

  private long periodEnd;
  private boolean started;
  private boolean stood;

  /** For messages of these priorities, all of which are taken so far. */
  PriorityThreshold(int first, int last) {
    this.first = first;
    this.taken = new int[last - first + 1];
    this.width = taken.length;
  }

  /** A message has come. */
  void arrived(int priority) {
    if (admits(priority)) {
      taken[priority - first]++;
      arrivals++;
    }
  }

  /** One has got its permit. */
  void granted() {
    granted++;
  }

  /** Whether messages of that priority are taken now. */
  boolean admits(int priority) {
    return priority <= threshold();
  }

  /** Whether there are messages that are not taken. */
  boolean isActive() {
    return width < taken.length;
  }

  /** The least important priority that is taken. */
  int threshold() {
    return first + Math.max(1, (int) Math.round(width)) - 1;
  }

  /** Sets the threshold anew once a period is over. */
  void look(long now, boolean stands) {
    stood |= stands;
    if (!started) {
      started = true;
      periodEnd = now + PERIOD;
    }
    if (now - periodEnd < 0 || (stood && arrivals < FEW)) {
      return;
    }
    periodEnd = now + PERIOD;
    double wanted = SURPLUS * granted;
    if (!stood) {
      width *= Priority.RECOVERY;
    } else if (arrivals > wanted) {
      width = widthFor(wanted);
    } else {
      width *= Math.min(Priority.RECOVERY, wanted / arrivals);
    }
    width = Math.min(width, taken.length);
    stood = false;
    granted = 0;
    arrivals = 0;
    Arrays.fill(taken, 0);
  }

  /** How many priorities so many of the messages had that have come; that of the most important ones at least. */
  private double widthFor(double messages) {
    double sum = 0;
    for (int i = 0; i < taken.length; i++) {
      sum += taken[i];
      if (sum >= messages && sum > 0) {
        boolean isFirst = sum == taken[i];
        return isFirst ? i + 1 : i + 1 - (sum - messages) / taken[i];
      }
    }
    return taken.length;
  }
}
