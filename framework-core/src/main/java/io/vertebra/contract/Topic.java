package io.vertebra.contract;

import io.vertx.core.json.JsonObject;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A broadcast: every subscriber gets each message.
 *
 * @param <T> the message
 */
public final class Topic<T> extends Contract {
  private final Class<T> messageType;
  private final @Nullable Function<? super T, ?> key;

  private Topic(
      String name, int version, Class<T> messageType, @Nullable Function<? super T, ?> key) {
    super(name, version);
    this.messageType = messageType;
    this.key = key;
  }

  /**
   * A topic with this name: lower-case words joined by dots and dashes, at most 200 characters.
   *
   * @throws io.vertebra.error.ContractException {@code CONTRACT_INVALID} if the name is another or the type cannot travel, see {@link Shape}
   */
  public static <T> Topic<T> of(String name, Class<T> message) {
    Topic<T> contract = new Topic<>(name, 1, message, null);
    new ShapeReader(name).message(message);
    return contract;
  }

  /** The same conversation in another version, at least 1. */
  public Topic<T> withVersion(int version) {
    return new Topic<>(name(), version, messageType, key);
  }

  /** Names the part of a message that orders it: subscribers see messages of one key in the publisher's order. */
  public Topic<T> keyedBy(Function<? super T, ?> key) {
    return new Topic<>(name(), version(), messageType, key);
  }

  @Override
  public Class<T> messageType() {
    return messageType;
  }

  /**
   * The key of a message, or null if the contract has none.
   *
   * @throws io.vertebra.error.ContractException {@code MESSAGE_INVALID} if the function throws or answers null
   */
  public @Nullable String keyOf(T message) {
    return key(key, message, "key");
  }

  /** Whether messages have a key. */
  public boolean isKeyed() {
    return key != null;
  }

  @Override
  void describe(JsonObject json, SchemaWriter schemas) {
    json.put("kind", "topic").put("keyed", isKeyed()).put("message", schemas.write(messageType));
  }
}
