package io.vertebra.saga;

import io.vertx.core.json.JsonObject;
import java.time.Duration;

/**
 * How often a command is sent again after a technical failure, and how long to wait in between. The
 * wait doubles from {@code first} up to {@code most}; its second half is random, so that sagas that
 * failed together do not come back together. Immutable; {@code withX} returns a copy.
 */
public final class Retry {
  private static final Retry DEFAULTS =
      new Retry(5, Duration.ofMillis(100), Duration.ofSeconds(10));

  private final int maxAttempts;
  private final Duration first;
  private final Duration most;

  private Retry(int maxAttempts, Duration first, Duration most) {
    if (maxAttempts < 1) {
      throw new IllegalArgumentException(
          "maxAttempts counts the first attempt too, so it is at least 1: " + maxAttempts);
    }
    if (first.isNegative() || first.compareTo(most) > 0) {
      throw new IllegalArgumentException(
          "backoff must not be negative nor start above its most: " + first + ", " + most);
    }
    this.maxAttempts = maxAttempts;
    this.first = first;
    this.most = most;
  }

  /** 5 attempts, backoff from 100 ms to 10 s. */
  public static Retry defaults() {
    return DEFAULTS;
  }

  /** What compensations have unless told otherwise: 10 attempts, backoff from 100 ms to 10 s. */
  public static Retry forCompensation() {
    return DEFAULTS.withMaxAttempts(10);
  }

  /** Reads what {@link #toJson()} writes; absent fields have their default. */
  public static Retry fromJson(JsonObject json) {
    return new Retry(
        json.getInteger("maxAttempts", DEFAULTS.maxAttempts),
        Duration.ofMillis(json.getLong("firstMs", DEFAULTS.first.toMillis())),
        Duration.ofMillis(json.getLong("mostMs", DEFAULTS.most.toMillis())));
  }

  /** {@code maxAttempts}, {@code firstMs} and {@code mostMs}. */
  public JsonObject toJson() {
    return new JsonObject()
        .put("maxAttempts", maxAttempts)
        .put("firstMs", first.toMillis())
        .put("mostMs", most.toMillis());
  }

  /** How often the command is sent at most, the first time included. Default 5. */
  public Retry withMaxAttempts(int maxAttempts) {
    return new Retry(maxAttempts, first, most);
  }

  /** The wait before the second attempt and the longest wait. Default 100 ms and 10 s. */
  public Retry withBackoff(Duration first, Duration most) {
    return new Retry(maxAttempts, first, most);
  }

  /** How often the command is sent at most, the first time included. */
  public int maxAttempts() {
    return maxAttempts;
  }

  /** Milliseconds to wait after the failed attempt with this number; {@code random} lies in [0, 1). */
  long delayMillis(int attempt, double random) {
    long base = Math.min(most.toMillis(), first.toMillis() << Math.min(attempt - 1, 30));
    return base / 2 + (long) (random * (base - base / 2 + 1));
  }
}
