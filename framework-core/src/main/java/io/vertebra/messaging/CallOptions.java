package io.vertebra.messaging;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** How one call is made. Immutable; {@code withX} returns a copy. */
public final class CallOptions {
  private static final Duration LONGEST = Duration.ofDays(1);
  private static final CallOptions DEFAULTS = new CallOptions(Duration.ofSeconds(5), null, 1, null);

  private final Duration timeout;
  private final long timeoutNanos;
  private final @Nullable String messageId;
  private final int attempt;
  private final @Nullable Cancellation cancellation;

  private CallOptions(
      Duration timeout,
      @Nullable String messageId,
      int attempt,
      @Nullable Cancellation cancellation) {
    if (timeout.isNegative() || timeout.isZero() || timeout.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "timeout must be more than 0 and at most 1 day: " + timeout);
    }
    if (messageId != null && messageId.isEmpty()) {
      throw new IllegalArgumentException("a message id cannot be empty");
    }
    if (attempt < 1) {
      throw new IllegalArgumentException("attempt counts from 1: " + attempt);
    }
    this.timeout = timeout;
    this.timeoutNanos = timeout.toNanos();
    this.messageId = messageId;
    this.attempt = attempt;
    this.cancellation = cancellation;
  }

  /** Timeout 5 s, a fresh message id, attempt 1. */
  public static CallOptions defaults() {
    return DEFAULTS;
  }

  /** Reads what {@link #toJson()} writes; absent fields have their default. */
  public static CallOptions fromJson(JsonObject json) {
    Duration timeout = Duration.ofMillis(json.getLong("timeoutMs", DEFAULTS.timeout.toMillis()));
    return new CallOptions(
        timeout, json.getString("messageId"), json.getInteger("attempt", 1), null);
  }

  /** {@code timeoutMs}, {@code attempt} and, if set, {@code messageId}; not the cancellation, which is no data. */
  public JsonObject toJson() {
    JsonObject json = new JsonObject().put("timeoutMs", timeout.toMillis()).put("attempt", attempt);
    return messageId == null ? json : json.put("messageId", messageId);
  }

  /** How long the caller waits at most; the parent call's deadline may end it earlier. Default 5 s, at most 1 day. */
  public CallOptions withTimeout(Duration timeout) {
    return new CallOptions(Objects.requireNonNull(timeout), messageId, attempt, cancellation);
  }

  /** The id under which the message is known to idempotent consumers; the same for a repeated message. Default: a fresh one. */
  public CallOptions withMessageId(String messageId) {
    return new CallOptions(timeout, Objects.requireNonNull(messageId), attempt, cancellation);
  }

  /** Which delivery of the message this is; default 1, the first. */
  public CallOptions withAttempt(int attempt) {
    return new CallOptions(timeout, messageId, attempt, cancellation);
  }

  /** What can end the call from outside; default nothing. Its parent and its deadline end it all the same. */
  public CallOptions withCancellation(Cancellation cancellation) {
    return new CallOptions(timeout, messageId, attempt, Objects.requireNonNull(cancellation));
  }

  /** How long the caller waits at most. */
  public Duration timeout() {
    return timeout;
  }

  /** The timeout in nanoseconds, without an allocation. */
  public long timeoutNanos() {
    return timeoutNanos;
  }

  /** The message id, or null for a fresh one. */
  public @Nullable String messageId() {
    return messageId;
  }

  /** Which delivery of the message this is. */
  public int attempt() {
    return attempt;
  }

  /** What can end the call from outside, or null. */
  public @Nullable Cancellation cancellation() {
    return cancellation;
  }
}
