package io.vertebra.link;

import io.vertebra.dispatch.Priority;
import io.vertebra.error.OverloadedException;
import io.vertebra.messaging.Criticality;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * What a node learns from another one's refusals of one contract, so that it need not ask again: the
 * priority below which nothing is taken, and how many calls are refused by a node that does not say
 * that. Each criticality by itself (as in the SRE book), since refusals of those that matter little say
 * nothing about those that matter. Confined to the link lane but for {@link #isBelowThreshold}.
 *
 * <p>A threshold holds for a second after the last refusal, and a fifth more is sent in each tenth of
 * it: the other node takes more again just as fast, and cannot say so while it has nothing to refuse.
 */
final class Refusals {
  /** By how much more is sent after each step. */
  private static final double[] FACTORS = new double[10];

  static {
    for (int i = 0; i < FACTORS.length; i++) {
      FACTORS[i] = Math.pow(Priority.RECOVERY, i);
    }
  }

  private final OfClass[] classes = new OfClass[Criticality.values().length];
  private final SplittableRandom random;
  private final @Nullable PeerBreaker breaker;

  Refusals(long seed, @Nullable PeerBreaker breaker) {
    this.random = new SplittableRandom(seed);
    this.breaker = breaker;
    for (int i = 0; i < classes.length; i++) {
      classes[i] = new OfClass(i);
    }
  }

  /** The refusals of calls of one criticality. */
  final class OfClass {
    private final AdaptiveThrottle throttle = new AdaptiveThrottle();
    private final int first;
    private volatile int threshold = Priority.LOWEST;
    private volatile long refusedAt;

    OfClass(int rank) {
      first = rank * Priority.COHORTS;
    }

    /** Whether a call is not sent, since most are refused. */
    boolean throttles(long now) {
      return throttle.drops(now, random.nextDouble());
    }

    /** A call was refused. */
    void refused(OverloadedException refusal, long now) {
      if (refusal.threshold() >= Priority.LOWEST) {
        throttle.refused(now);
      }
      refusedAt = now;
      threshold = refusal.threshold();
    }

    private boolean isBelowThreshold(int priority, long now) {
      int known = threshold;
      if (priority <= known) {
        return false;
      }
      long steps = (now - refusedAt) / Priority.RECOVERY_STEP;
      return steps < FACTORS.length
          && priority - first >= Math.max(1, known - first + 1) * FACTORS[(int) Math.max(0, steps)];
    }

    /** A call was taken. */
    void taken(long now) {
      throttle.accepted(now);
    }
  }

  /** Those of calls as important as one of that priority. */
  OfClass of(int priority) {
    return classes[Priority.criticality(priority).rank()];
  }

  /** Stops calls while they fail there, or null if nobody asked for that. */
  @Nullable
  PeerBreaker breaker() {
    return breaker;
  }

  /** Whether the other node said lately that it does not take calls of that priority. Any thread. */
  boolean isBelowThreshold(int priority, long now) {
    return of(priority).isBelowThreshold(priority, now);
  }
}
