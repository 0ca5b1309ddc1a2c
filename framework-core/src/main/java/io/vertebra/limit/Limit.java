package io.vertebra.limit;

import io.vertebra.dispatch.Admission;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Objects;

/**
 * How many calls of one served contract may be in flight on one instance, and how many more may wait
 * for how long. What exceeds that is answered with {@link io.vertebra.error.OverloadedException}, and
 * has not run. Immutable; {@code withX} returns a copy.
 */
public final class Limit {
  private static final Duration LONGEST_WAIT = Duration.ofDays(1);
  private static final Limit DEFAULTS = new Limit(1024, 1024, Duration.ofSeconds(1));

  private final int inFlight;
  private final int queue;
  private final Duration maxWait;

  private Limit(int inFlight, int queue, Duration maxWait) {
    if (inFlight < 1) {
      throw new IllegalArgumentException(
          "a limit must allow at least 1 call in flight: " + inFlight);
    }
    if (queue < 0) {
      throw new IllegalArgumentException("a queue cannot hold fewer than 0 messages: " + queue);
    }
    if (maxWait.isNegative() || (queue > 0 && maxWait.isZero())) {
      throw new IllegalArgumentException("a queue needs a maximal wait of more than 0: " + maxWait);
    }
    if (maxWait.compareTo(LONGEST_WAIT) > 0) {
      throw new IllegalArgumentException("nothing may wait longer than 1 day: " + maxWait);
    }
    this.inFlight = inFlight;
    this.queue = queue;
    this.maxWait = Objects.requireNonNull(maxWait);
  }

  /** 1024 calls in flight, 1024 waiting for at most 1 s. */
  public static Limit defaults() {
    return DEFAULTS;
  }

  /** This many calls in flight; 1024 more may wait for at most 1 s. */
  public static Limit fixed(int inFlight) {
    return new Limit(inFlight, DEFAULTS.queue, DEFAULTS.maxWait);
  }

  /** Reads what {@link #toJson()} writes; absent fields have their default. */
  public static Limit fromJson(JsonObject json) {
    return new Limit(
        json.getInteger("inFlight", DEFAULTS.inFlight),
        json.getInteger("queue", DEFAULTS.queue),
        Duration.ofMillis(json.getLong("maxWaitMs", DEFAULTS.maxWait.toMillis())));
  }

  /** {@code inFlight}, {@code queue} and {@code maxWaitMs}. */
  public JsonObject toJson() {
    return new JsonObject()
        .put("inFlight", inFlight)
        .put("queue", queue)
        .put("maxWaitMs", maxWait.toMillis());
  }

  /** How many calls may wait for a permit and for how long; default 1024 and 1 s. */
  public Limit withQueue(int messages, Duration maxWait) {
    return new Limit(inFlight, messages, maxWait);
  }

  /** Calls that may be in flight. */
  public int inFlight() {
    return inFlight;
  }

  /** Calls that may wait. */
  public int queue() {
    return queue;
  }

  /** How long a call may wait. */
  public Duration maxWait() {
    return maxWait;
  }

  /** A fresh limiter of this limit; for the node, applications cannot name its type. */
  @SuppressWarnings("exports")
  public Admission toAdmission() {
    return new FixedLimiter(this);
  }
}
