package io.vertebra.messaging;

import io.vertebra.contract.Request;
import io.vertebra.error.VertebraException;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** How one call is made. Immutable; {@code withX} returns a copy. */
public final class CallOptions {
  private static final Duration LONGEST = Duration.ofDays(1);
  private static final CallOptions DEFAULTS = new CallOptions(new Draft());

  /** Never changed once it is here. */
  private final Draft values;

  private final long timeoutNanos;

  /** The values while they are put together. */
  private static final class Draft {
    private Duration timeout = Duration.ofSeconds(5);
    private @Nullable String messageId;
    private int attempt = 1;
    private @Nullable Cancellation cancellation;
    private @Nullable Criticality criticality;
    private @Nullable CallRetry retry;
    private @Nullable Hedge hedge;
    private @Nullable Fallback<?> fallback;

    private Draft copy() {
      Draft copy = new Draft();
      copy.timeout = timeout;
      copy.messageId = messageId;
      copy.attempt = attempt;
      copy.cancellation = cancellation;
      copy.criticality = criticality;
      copy.retry = retry;
      copy.hedge = hedge;
      copy.fallback = fallback;
      return copy;
    }
  }

  private record Fallback<R>(
      Request<?, R> contract, Function<? super VertebraException, ? extends R> reply) {}

  private CallOptions(Draft values) {
    Duration timeout = values.timeout;
    if (timeout.isNegative() || timeout.isZero() || timeout.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "timeout must be more than 0 and at most 1 day: " + timeout);
    }
    if (values.messageId != null && values.messageId.isEmpty()) {
      throw new IllegalArgumentException("a message id cannot be empty");
    }
    if (values.attempt < 1) {
      throw new IllegalArgumentException("attempt counts from 1: " + values.attempt);
    }
    this.values = values;
    this.timeoutNanos = timeout.toNanos();
  }

  private CallOptions with(Consumer<Draft> change) {
    Draft changed = values.copy();
    change.accept(changed);
    return new CallOptions(changed);
  }

  /** Timeout 5 s, a fresh message id, attempt 1, as critical as the call it is made from; made once. */
  public static CallOptions defaults() {
    return DEFAULTS;
  }

  /** Reads what {@link #toJson()} writes; absent fields have their default. */
  public static CallOptions fromJson(JsonObject json) {
    return DEFAULTS.with(draft -> {
      draft.timeout = Duration.ofMillis(json.getLong("timeoutMs", draft.timeout.toMillis()));
      draft.messageId = json.getString("messageId");
      draft.attempt = json.getInteger("attempt", draft.attempt);
      String criticality = json.getString("criticality");
      draft.criticality = criticality == null ? null : Criticality.valueOf(criticality);
      JsonObject retry = json.getJsonObject("retry");
      draft.retry = retry == null ? null : CallRetry.fromJson(retry);
      JsonObject hedge = json.getJsonObject("hedge");
      draft.hedge = hedge == null ? null : Hedge.fromJson(hedge);
    });
  }

  /**
   * {@code timeoutMs}, {@code attempt} and, if set, {@code messageId}, {@code criticality}, {@code
   * retry} and {@code hedge}; not the cancellation and the fallback, which are no data.
   */
  public JsonObject toJson() {
    JsonObject json =
        new JsonObject().put("timeoutMs", values.timeout.toMillis()).put("attempt", values.attempt);
    if (values.messageId != null) {
      json.put("messageId", values.messageId);
    }
    if (values.criticality != null) {
      json.put("criticality", values.criticality.name());
    }
    if (values.retry != null) {
      json.put("retry", values.retry.toJson());
    }
    return values.hedge == null ? json : json.put("hedge", values.hedge.toJson());
  }

  /** How long the caller waits at most; the parent call's deadline may end it earlier. Default 5 s, at most 1 day. */
  public CallOptions withTimeout(Duration timeout) {
    return with(draft -> draft.timeout = Objects.requireNonNull(timeout));
  }

  /** The id under which the message is known to idempotent consumers; the same for a repeated message. Default: a fresh one. */
  public CallOptions withMessageId(String messageId) {
    return with(draft -> draft.messageId = Objects.requireNonNull(messageId));
  }

  /** Which delivery of the message this is; default 1, the first. */
  public CallOptions withAttempt(int attempt) {
    return with(draft -> draft.attempt = attempt);
  }

  /** What can end the call from outside; default nothing. Its parent and its deadline end it all the same. */
  public CallOptions withCancellation(Cancellation cancellation) {
    return with(draft -> draft.cancellation = Objects.requireNonNull(cancellation));
  }

  /**
   * How important the call is. Default: as important as the call that it is made from, or {@link
   * Criticality#CRITICAL} if there is none. It can be lowered, never raised.
   */
  public CallOptions withCriticality(Criticality criticality) {
    return with(draft -> draft.criticality = Objects.requireNonNull(criticality));
  }

  /** Makes the call again when it failed; default once only. */
  public CallOptions withRetry(CallRetry retry) {
    return with(draft -> draft.retry = Objects.requireNonNull(retry));
  }

  /** Makes the call a second time when it takes long; default once only. Refused for contracts that are not read-only. */
  public CallOptions withHedge(Hedge hedge) {
    return with(draft -> draft.hedge = Objects.requireNonNull(hedge));
  }

  /**
   * Answers in place of the service when the call to {@code contract} has failed, after the last
   * attempt; not after a declared failure, which is an answer, and not when the call was cancelled. Runs
   * on the caller's context.
   */
  public <R> CallOptions orElse(
      Request<?, R> contract, Function<? super VertebraException, ? extends R> reply) {
    return with(draft -> draft.fallback =
        new Fallback<>(Objects.requireNonNull(contract), Objects.requireNonNull(reply)));
  }

  /** The same, made once and without a fallback. */
  public CallOptions single() {
    return isSingle()
        ? this
        : with(draft -> {
          draft.retry = null;
          draft.hedge = null;
          draft.fallback = null;
        });
  }

  /** Whether the call is made once, and without a fallback. */
  public boolean isSingle() {
    return values.retry == null && values.hedge == null && values.fallback == null;
  }

  /** How long the caller waits at most. */
  public Duration timeout() {
    return values.timeout;
  }

  /** The timeout in nanoseconds, without an allocation. */
  public long timeoutNanos() {
    return timeoutNanos;
  }

  /** The message id, or null for a fresh one. */
  public @Nullable String messageId() {
    return values.messageId;
  }

  /** Which delivery of the message this is. */
  public int attempt() {
    return values.attempt;
  }

  /** How important the call is, or null for as important as the call that it is made from. */
  public @Nullable Criticality criticality() {
    return values.criticality;
  }

  /** How the call is made again, or null. */
  public @Nullable CallRetry retry() {
    return values.retry;
  }

  /** How the call is made a second time, or null. */
  public @Nullable Hedge hedge() {
    return values.hedge;
  }

  /**
   * What answers in place of the service, or null.
   *
   * @throws IllegalArgumentException if that is for another contract
   */
  @SuppressWarnings("unchecked") // the same contract has the same reply
  public <R> @Nullable Function<? super VertebraException, ? extends R> fallback(
      Request<?, R> contract) {
    Fallback<?> known = values.fallback;
    if (known == null) {
      return null;
    }
    if (!known.contract.id().equals(contract.id())
        || known.contract.replyType() != (Object) contract.replyType()) {
      throw new IllegalArgumentException("the fallback is for '" + known.contract.name()
          + "' and cannot answer '" + contract.name() + "'");
    }
    return (Function<? super VertebraException, ? extends R>) known.reply;
  }

  /** What can end the call from outside, or null. */
  public @Nullable Cancellation cancellation() {
    return values.cancellation;
  }
}
