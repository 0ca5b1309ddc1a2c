package io.vertebra.idempotency;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Objects;

/** How much the store in memory remembers. Immutable; {@code withX} returns a copy. */
public final class IdempotencyOptions {
  private static final IdempotencyOptions DEFAULTS =
      new IdempotencyOptions(Duration.ofMinutes(10), 500_000, false);

  private final Duration window;
  private final int maxEntries;
  private final boolean strict;

  private IdempotencyOptions(Duration window, int maxEntries, boolean strict) {
    if (window.isNegative() || window.isZero() || window.compareTo(Duration.ofDays(365)) > 0) {
      throw new IllegalArgumentException(
          "window must be more than 0 and at most 365 days: " + window);
    }
    if (maxEntries < 1) {
      throw new IllegalArgumentException("maxEntries must be at least 1: " + maxEntries);
    }
    this.window = Objects.requireNonNull(window);
    this.maxEntries = maxEntries;
    this.strict = strict;
  }

  /** Window 10 minutes, at most 500,000 entries, not strict. */
  public static IdempotencyOptions defaults() {
    return DEFAULTS;
  }

  /** Reads what {@link #toJson()} writes; absent fields have their default. */
  public static IdempotencyOptions fromJson(JsonObject json) {
    return new IdempotencyOptions(
        Duration.ofMillis(json.getLong("windowMs", DEFAULTS.window.toMillis())),
        json.getInteger("maxEntries", DEFAULTS.maxEntries),
        json.getBoolean("strict", DEFAULTS.strict));
  }

  /** {@code windowMs, maxEntries, strict}. */
  public JsonObject toJson() {
    return new JsonObject()
        .put("windowMs", window.toMillis())
        .put("maxEntries", maxEntries)
        .put("strict", strict);
  }

  /** How long a reply is kept for duplicates. Default 10 minutes. */
  public IdempotencyOptions withWindow(Duration window) {
    return new IdempotencyOptions(window, maxEntries, strict);
  }

  /**
   * How many entries are kept. Above that the oldest replies are forgotten before their window is
   * over, which is counted and logged. Entries that are running are never forgotten. Default 500,000.
   */
  public IdempotencyOptions withMaxEntries(int maxEntries) {
    return new IdempotencyOptions(window, maxEntries, strict);
  }

  /** Rejects new messages with {@code STORE_UNAVAILABLE} instead of forgetting replies too early. */
  public IdempotencyOptions strict() {
    return new IdempotencyOptions(window, maxEntries, true);
  }

  /** How long a reply is kept for duplicates. */
  public Duration window() {
    return window;
  }

  /** How many entries are kept. */
  public int maxEntries() {
    return maxEntries;
  }

  /** Whether new messages are rejected when the store is full. */
  public boolean isStrict() {
    return strict;
  }
}
