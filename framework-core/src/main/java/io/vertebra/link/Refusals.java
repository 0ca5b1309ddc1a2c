package io.vertebra.link;

import io.vertebra.dispatch.Priority;
import io.vertebra.error.OverloadedException;
import io.vertebra.messaging.Criticality;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * What a node learns from another one's refusals of one contract, so that it need not ask again: for
 * one second the priority below which nothing is taken, and how many calls are refused at all. Each
 * criticality by itself (as in the SRE book), since refusals of those that matter little say nothing
 * about those that matter. Confined to the link lane but for {@link #isBelowThreshold}.
 */
final class Refusals {
  private static final long REMEMBERED = 1_000_000_000L;

  private final OfClass[] classes = new OfClass[Criticality.values().length];
  private final SplittableRandom random;
  private final @Nullable PeerBreaker breaker;

  Refusals(long seed, @Nullable PeerBreaker breaker) {
    this.random = new SplittableRandom(seed);
    this.breaker = breaker;
    for (int i = 0; i < classes.length; i++) {
      classes[i] = new OfClass();
    }
  }

  /** The refusals of calls of one criticality. */
  final class OfClass {
    private final AdaptiveThrottle throttle = new AdaptiveThrottle();
    private volatile int threshold = Priority.LOWEST;
    private volatile long until;

    /** Whether a call is not sent, since most are refused. */
    boolean throttles(long now) {
      return throttle.drops(now, random.nextDouble());
    }

    /** A call was refused. */
    void refused(OverloadedException refusal, long now) {
      throttle.refused(now);
      until = now + REMEMBERED;
      threshold = refusal.threshold();
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
    OfClass own = of(priority);
    return priority > own.threshold && now - own.until < 0;
  }
}
