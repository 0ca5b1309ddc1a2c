package io.vertebra.link;

import io.vertebra.error.OverloadedException;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * What a node learns from another one's refusals of one contract, so that it need not ask again: for
 * one second the priority below which nothing is taken, and how many calls are refused at all.
 * Confined to the link lane but for {@link #isBelowThreshold}.
 */
final class Refusals {
  private static final long REMEMBERED = 1_000_000_000L;

  private final AdaptiveThrottle throttle = new AdaptiveThrottle();
  private final SplittableRandom random;
  private final @Nullable PeerBreaker breaker;
  private volatile int threshold = Integer.MAX_VALUE;
  private volatile long until;

  Refusals(long seed, @Nullable PeerBreaker breaker) {
    this.random = new SplittableRandom(seed);
    this.breaker = breaker;
  }

  /** Stops calls while they fail there, or null if nobody asked for that. */
  @Nullable
  PeerBreaker breaker() {
    return breaker;
  }

  /** Whether the other node said lately that it does not take calls of that priority. Any thread. */
  boolean isBelowThreshold(int priority, long now) {
    return priority > threshold && now - until < 0;
  }

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
