package io.vertebra.messaging;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Whether and how a call that failed is made again. What certainly has not run (refused, draining, not
 * served, its node gone before it was sent) is repeated for any contract; what may have run only for
 * idempotent contracts, with the same message id.
 *
 * <p>The delay before attempt n is random between 0 and {@code base * 2^(n-2)}, at most the longest
 * (full jitter, as in gRPC's proposal A6), and at least what a refusal asks for. A budget of 10% of the
 * calls, and one a second, keeps retries from feeding an overload; calls that are themselves made for a
 * repeated call are not repeated, so that only one layer retries. The deadline covers all attempts.
 * Immutable; {@code withX} returns a copy.
 */
public final class CallRetry {
  private static final int MOST = 3;
  private static final Duration LONGEST = Duration.ofDays(1);
  private static final CallRetry DEFAULTS =
      new CallRetry(3, Duration.ofMillis(20), Duration.ofSeconds(1), null);

  private final int attempts;
  private final Duration base;
  private final Duration longest;
  private final @Nullable Duration attemptTimeout;

  private CallRetry(
      int attempts, Duration base, Duration longest, @Nullable Duration attemptTimeout) {
    check(attempts >= 1 && attempts <= MOST, "attempts must be 1 to " + MOST, attempts);
    check(
        !base.isNegative()
            && !base.isZero()
            && base.compareTo(longest) <= 0
            && longest.compareTo(LONGEST) <= 0,
        "backoff must begin above 0 and not above its longest, at most 1 day",
        base + " to " + longest);
    check(
        attemptTimeout == null || (!attemptTimeout.isNegative() && !attemptTimeout.isZero()),
        "the timeout of an attempt must be more than 0",
        String.valueOf(attemptTimeout));
    this.attempts = attempts;
    this.base = base;
    this.longest = longest;
    this.attemptTimeout = attemptTimeout;
  }

  private static void check(boolean fits, String rule, Object value) {
    if (!fits) {
      throw new IllegalArgumentException(rule + ": " + value);
    }
  }

  /** At most 3 attempts, 20 ms to 1 s apart; an attempt may take all the time there is. */
  public static CallRetry defaults() {
    return DEFAULTS;
  }

  /** Reads what {@link #toJson()} writes; absent fields have their default. */
  public static CallRetry fromJson(JsonObject json) {
    Long timeout = json.getLong("attemptTimeoutMs");
    return new CallRetry(
        json.getInteger("attempts", DEFAULTS.attempts),
        Duration.ofMillis(json.getLong("baseMs", DEFAULTS.base.toMillis())),
        Duration.ofMillis(json.getLong("longestMs", DEFAULTS.longest.toMillis())),
        timeout == null ? null : Duration.ofMillis(timeout));
  }

  /** {@code attempts}, {@code baseMs}, {@code longestMs} and, if set, {@code attemptTimeoutMs}. */
  public JsonObject toJson() {
    JsonObject json = new JsonObject()
        .put("attempts", attempts)
        .put("baseMs", base.toMillis())
        .put("longestMs", longest.toMillis());
    return attemptTimeout == null ? json : json.put("attemptTimeoutMs", attemptTimeout.toMillis());
  }

  /** How often the call is made at most, the first time included; 1 to 3, default 3. */
  public CallRetry withAttempts(int attempts) {
    return new CallRetry(attempts, base, longest, attemptTimeout);
  }

  /** The bound of the first delay, which doubles, and the longest; default 20 ms and 1 s. */
  public CallRetry withBackoff(Duration base, Duration longest) {
    return new CallRetry(attempts, base, longest, attemptTimeout);
  }

  /** How long one attempt may take; default as long as there is time. Only idempotent contracts are repeated after it. */
  public CallRetry withAttemptTimeout(Duration timeout) {
    return new CallRetry(attempts, base, longest, Objects.requireNonNull(timeout));
  }

  /** How often the call is made at most. */
  public int attempts() {
    return attempts;
  }

  /** The bound of the first delay. */
  public Duration base() {
    return base;
  }

  /** The longest delay. */
  public Duration longest() {
    return longest;
  }

  /** How long one attempt may take, or null. */
  public @Nullable Duration attemptTimeout() {
    return attemptTimeout;
  }
}
