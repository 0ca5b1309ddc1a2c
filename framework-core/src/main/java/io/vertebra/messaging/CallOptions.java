package io.vertebra.messaging;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** How one call is made. Immutable; {@code withX} returns a copy. */
public final class CallOptions {
  private static final Duration LONGEST = Duration.ofDays(1);
  private static final CallOptions DEFAULTS =
      new CallOptions(Duration.ofSeconds(5), null, 1, null, null);

  private final Duration timeout;
  private final long timeoutNanos;
  private final @Nullable String messageId;
  private final int attempt;
  private final @Nullable Cancellation cancellation;
  private final @Nullable Criticality criticality;

  private CallOptions(
      Duration timeout,
      @Nullable String messageId,
      int attempt,
      @Nullable Cancellation cancellation,
      @Nullable Criticality criticality) {
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
    this.criticality = criticality;
  }

  /** Timeout 5 s, a fresh message id, attempt 1, as critical as the call it is made from. */
  public static CallOptions defaults() {
    return DEFAULTS;
  }

  /** Reads what {@link #toJson()} writes; absent fields have their default. */
  public static CallOptions fromJson(JsonObject json) {
    Duration timeout = Duration.ofMillis(json.getLong("timeoutMs", DEFAULTS.timeout.toMillis()));
    String criticality = json.getString("criticality");
    return new CallOptions(
        timeout,
        json.getString("messageId"),
        json.getInteger("attempt", 1),
        null,
        criticality == null ? null : Criticality.valueOf(criticality));
  }

  /**
   * {@code timeoutMs}, {@code attempt} and, if set, {@code messageId} and {@code criticality}; not the
   * cancellation, which is no data.
   */
  public JsonObject toJson() {
    JsonObject json = new JsonObject().put("timeoutMs", timeout.toMillis()).put("attempt", attempt);
    if (messageId != null) {
      json.put("messageId", messageId);
    }
    return criticality == null ? json : json.put("criticality", criticality.name());
  }

  /** How long the caller waits at most; the parent call's deadline may end it earlier. Default 5 s, at most 1 day. */
  public CallOptions withTimeout(Duration timeout) {
    return new CallOptions(
        Objects.requireNonNull(timeout), messageId, attempt, cancellation, criticality);
  }

  /** The id under which the message is known to idempotent consumers; the same for a repeated message. Default: a fresh one. */
  public CallOptions withMessageId(String messageId) {
    return new CallOptions(
        timeout, Objects.requireNonNull(messageId), attempt, cancellation, criticality);
  }

  /** Which delivery of the message this is; default 1, the first. */
  public CallOptions withAttempt(int attempt) {
    return new CallOptions(timeout, messageId, attempt, cancellation, criticality);
  }

  /** What can end the call from outside; default nothing. Its parent and its deadline end it all the same. */
  public CallOptions withCancellation(Cancellation cancellation) {
    return new CallOptions(
        timeout, messageId, attempt, Objects.requireNonNull(cancellation), criticality);
  }

  /**
   * How important the call is. Default: as important as the call that it is made from, or {@link
   * Criticality#CRITICAL} if there is none. It can be lowered, never raised.
   */
  public CallOptions withCriticality(Criticality criticality) {
    return new CallOptions(
        timeout, messageId, attempt, cancellation, Objects.requireNonNull(criticality));
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

  /** How important the call is, or null for as important as the call that it is made from. */
  public @Nullable Criticality criticality() {
    return criticality;
  }

  /** What can end the call from outside, or null. */
  public @Nullable Cancellation cancellation() {
    return cancellation;
  }
}
