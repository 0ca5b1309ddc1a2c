package io.vertebra.messaging;

import java.time.Duration;

/**
 * The instant at which a caller stops waiting, on this node's monotonic clock. Only the time that
 * remains travels between nodes, so clocks are never compared.
 *
 * @param nanoTime the instant, as {@link System#nanoTime()} counts
 */
public record Deadline(long nanoTime) {

  /** The deadline that lies {@code timeout} after {@code nowNanos}. */
  public static Deadline after(Duration timeout, long nowNanos) {
    return new Deadline(nowNanos + timeout.toNanos());
  }

  /** Time left, never negative. */
  public Duration remaining() {
    return Duration.ofNanos(Math.max(0, nanoTime - System.nanoTime()));
  }

  /** Whether the deadline lies in the past. */
  public boolean isPassed() {
    return nanoTime - System.nanoTime() <= 0;
  }
}
