package io.vertebra.contract;

import io.vertebra.error.ContractException;
import io.vertx.core.json.JsonObject;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A question that one live instance answers with a reply or with one of the declared failures.
 *
 * <pre>{@code
 * static final Request<Reserve, Reserved> RESERVE = Request.of("stock.reserve", Reserve.class, Reserved.class)
 *     .failsWith(OutOfStock.class)
 *     .idempotentBy(Reserve::orderId);
 * }</pre>
 *
 * @param <Q> the message
 * @param <R> the reply
 */
public final class Request<Q, R> extends Contract {
  private final Class<Q> requestType;
  private final Class<R> replyType;
  private final Map<String, Class<? extends Record>> failures;
  private final Set<Class<? extends Record>> failureTypes;
  private final Traits<Q> traits;

  private Request(String name, int version, Types<Q, R> types, Traits<Q> traits) {
    super(name, version);
    this.requestType = types.request;
    this.replyType = types.reply;
    this.failures = types.failures;
    this.failureTypes = Collections.unmodifiableSet(new LinkedHashSet<>(failures.values()));
    this.traits = traits;
  }

  /**
   * A request with this name: lower-case words joined by dots and dashes, at most 200 characters.
   *
   * @throws ContractException {@code CONTRACT_INVALID} if the name is another or a type cannot travel, see {@link Shape}
   */
  public static <Q, R> Request<Q, R> of(String name, Class<Q> request, Class<R> reply) {
    Request<Q, R> contract = new Request<>(
        name, 1, new Types<>(request, reply, Map.of()), new Traits<>(null, null, false));
    ShapeReader shapes = new ShapeReader(name);
    shapes.message(request);
    shapes.message(reply);
    return contract;
  }

  /** Adds failures that the handler may answer with; callers get them as typed records. */
  @SafeVarargs
  public final Request<Q, R> failsWith(Class<? extends Record>... types) {
    Map<String, Class<? extends Record>> all = new LinkedHashMap<>(failures);
    for (Class<? extends Record> type : types) {
      new ShapeReader(name()).message(type);
      Class<?> other = all.put(type.getSimpleName(), type);
      if (other != null && other != type) {
        throw ContractException.invalid(
            name(),
            other.getName() + " and " + type.getName()
                + " have the same simple name, which is their name on the wire");
      }
    }
    return new Request<>(
        name(),
        version(),
        new Types<>(requestType, replyType, Collections.unmodifiableMap(all)),
        traits);
  }

  /** The same conversation in another version, at least 1. */
  public Request<Q, R> withVersion(int version) {
    return new Request<>(name(), version, types(), traits);
  }

  /** Names the part of a message that stays the same when the same intent is sent again. */
  public Request<Q, R> idempotentBy(Function<? super Q, ?> key) {
    return with(new Traits<>(traits.key, key, traits.readOnly));
  }

  /** Names the part of a message by which it is routed: as long as nodes stay, the same key goes to the same instance. */
  public Request<Q, R> keyedBy(Function<? super Q, ?> key) {
    return with(new Traits<>(key, traits.idempotencyKey, traits.readOnly));
  }

  /** Promises that the handler changes nothing, so that callers may repeat and hedge calls. */
  public Request<Q, R> readOnly() {
    return with(new Traits<>(traits.key, traits.idempotencyKey, true));
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
    return failureTypes;
  }

  /** Whether the handler may answer with failures of this class. */
  public boolean declares(Class<?> failure) {
    return failureTypes.contains(failure);
  }

  /** The declared failure with this simple name, or null. */
  public @Nullable Class<? extends Record> findFailure(String simpleName) {
    return failures.get(simpleName);
  }

  /**
   * The routing key of a message, or null if the contract has none.
   *
   * @throws ContractException {@code MESSAGE_INVALID} if the function throws or answers null
   */
  public @Nullable String keyOf(Q message) {
    return key(traits.key, message, "routing key");
  }

  /**
   * The idempotency key of a message, or null if the contract has none.
   *
   * @throws ContractException {@code MESSAGE_INVALID} if the function throws or answers null
   */
  public @Nullable String idempotencyKeyOf(Q message) {
    return key(traits.idempotencyKey, message, "idempotency key");
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
  void describe(JsonObject json, SchemaWriter schemas) {
    json.put("kind", "request")
        .put("keyed", isKeyed())
        .put("idempotent", isIdempotent())
        .put("readOnly", isReadOnly());
    json.put("message", schemas.write(requestType)).put("reply", schemas.write(replyType));
    JsonObject named = new JsonObject();
    failures.forEach((simpleName, type) -> named.put(simpleName, schemas.write(type)));
    json.put("failures", named);
  }

  private Types<Q, R> types() {
    return new Types<>(requestType, replyType, failures);
  }

  private Request<Q, R> with(Traits<Q> changed) {
    return new Request<>(name(), version(), types(), changed);
  }

  private record Types<Q, R>(
      Class<Q> request, Class<R> reply, Map<String, Class<? extends Record>> failures) {}

  private record Traits<Q>(
      @Nullable Function<? super Q, ?> key,
      @Nullable Function<? super Q, ?> idempotencyKey,
      boolean readOnly) {}
}
