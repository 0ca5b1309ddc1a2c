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

  private Topic(String name, int version, Class<T> messageType, @Nullable Function<? super T, ?> key) {
    super(name, version);
    this.messageType = messageType;
    this.key = key;
  }

  /** A topic with this name, lower case words joined by dots and dashes. */
  public static <T> Topic<T> of(String name, Class<T> message) {
    return new Topic<>(name, 1, message, null);
  }

  /** The same conversation in another version. */
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

  /** The key of a message, or null if the contract has none. */
  public @Nullable String keyOf(T message) {
    return key == null ? null : String.valueOf(key.apply(message));
  }

  /** Whether messages have a key. */
  public boolean isKeyed() {
    return key != null;
  }

  @Override
  public JsonObject toJson() {
    return new JsonObject().put("name", name()).put("version", version());
  }
}
