package io.vertebra.contract;

import io.vertx.core.json.JsonObject;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A question that one live instance answers with a reply or one of the declared failures.
 *
 * <pre>{@code
 * static final Request<Reserve, Reserved> RESERVE = Request.of("stock.reserve", Reserve.class, Reserved.class)
 *     .failsWith(OutOfStock.class);
 * }</pre>
 *
 * @param <Q> the message
 * @param <R> the reply
 */
public final class Request<Q, R> extends Contract {
  private final Class<Q> requestType;
  private final Class<R> replyType;
  private final Set<Class<? extends Record>> failures;
  private final Traits<Q> traits;

  private Request(
      Contract head, Class<Q> requestType, Class<R> replyType, Set<Class<? extends Record>> failures, Traits<Q> traits) {
    super(head.name(), head.version());
    this.requestType = requestType;
    this.replyType = replyType;
    this.failures = failures;
    this.traits = traits;
  }

  private Request(String name, Class<Q> requestType, Class<R> replyType) {
    super(name, 1);
    this.requestType = requestType;
    this.replyType = replyType;
    this.failures = Set.of();
    this.traits = new Traits<>(null, null, false);
  }

  /** A request with this name, lower case words joined by dots and dashes. */
  public static <Q, R> Request<Q, R> of(String name, Class<Q> request, Class<R> reply) {
    return new Request<>(name, request, reply);
  }

  /** Adds failures that the handler may answer with; callers get them as typed records. */
  @SafeVarargs
  public final Request<Q, R> failsWith(Class<? extends Record>... types) {
    Set<Class<? extends Record>> all = new LinkedHashSet<>(failures);
    for (Class<? extends Record> type : types) {
      all.add(type);
    }
    return new Request<>(this, requestType, replyType, all, traits);
  }

  /** The same conversation in another version. */
  public Request<Q, R> withVersion(int version) {
    throw new UnsupportedOperationException("to come");
  }

  /** Names the part of a message that is the same when the same intent is sent again. */
  public Request<Q, R> idempotentBy(Function<? super Q, ?> key) {
    return new Request<>(this, requestType, replyType, failures, new Traits<>(traits.key, key, traits.readOnly));
  }

  /** Names the part of a message by which it is routed: the same key goes to the same instance. */
  public Request<Q, R> keyedBy(Function<? super Q, ?> key) {
    return new Request<>(this, requestType, replyType, failures, new Traits<>(key, traits.idempotencyKey, traits.readOnly));
  }

  /** Promises that the handler changes nothing, so that callers may repeat and hedge calls. */
  public Request<Q, R> readOnly() {
    return new Request<>(this, requestType, replyType, failures, new Traits<>(traits.key, traits.idempotencyKey, true));
  }

  /** The type of the message. */
  public Class<Q> requestType() {
    return requestType;
  }

  @Override
  public Class<Q> messageType() {
    return requestType;
  }

  /** The type of the reply. */
  public Class<R> replyType() {
    return replyType;
  }

  /** The declared failures, in the order of their declaration. */
  public Set<Class<? extends Record>> failures() {
    return failures;
  }

  /** Whether the handler may answer with failures of this class. */
  public boolean declares(Class<?> failure) {
    return failures.contains(failure);
  }

  /** The declared failure with this simple name, or null. */
  public @Nullable Class<? extends Record> findFailure(String simpleName) {
    for (Class<? extends Record> type : failures) {
      if (type.getSimpleName().equals(simpleName)) {
        return type;
      }
    }
    return null;
  }

  /** The routing key of a message, or null if the contract has none. */
  public @Nullable String keyOf(Q message) {
    return traits.key == null ? null : String.valueOf(traits.key.apply(message));
  }

  /** The idempotency key of a message, or null if the contract has none. */
  public @Nullable String idempotencyKeyOf(Q message) {
    return traits.idempotencyKey == null ? null : String.valueOf(traits.idempotencyKey.apply(message));
  }

  /** Whether messages are routed by a key. */
  public boolean isKeyed() {
    return traits.key != null;
  }

  /** Whether messages carry an idempotency key. */
  public boolean isIdempotent() {
    return traits.idempotencyKey != null;
  }

  /** Whether the handler promises to change nothing. */
  public boolean isReadOnly() {
    return traits.readOnly;
  }

  @Override
  public JsonObject toJson() {
    return new JsonObject().put("name", name()).put("version", version());
  }

  private record Traits<Q>(
      @Nullable Function<? super Q, ?> key, @Nullable Function<? super Q, ?> idempotencyKey, boolean readOnly) {}
}
