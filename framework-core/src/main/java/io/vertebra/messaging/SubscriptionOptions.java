package io.vertebra.messaging;

import io.vertx.core.json.JsonObject;
import java.util.Objects;

/** How one subscriber takes the messages of a topic. Immutable; {@code withX} returns a copy. */
public final class SubscriptionOptions {
  private static final SubscriptionOptions DEFAULTS =
      new SubscriptionOptions(1024, Overflow.DROP_NEWEST);

  private final int buffer;
  private final Overflow overflow;

  /** What is dropped when the buffer is full. Each drop is counted. */
  public enum Overflow {
    /** The message that just came. */
    DROP_NEWEST,
    /** The message that has waited longest. */
    DROP_OLDEST
  }

  private SubscriptionOptions(int buffer, Overflow overflow) {
    if (buffer < 1) {
      throw new IllegalArgumentException("buffer must hold at least 1 message: " + buffer);
    }
    this.buffer = buffer;
    this.overflow = Objects.requireNonNull(overflow);
  }

  /** A buffer of 1024 messages that drops the newest. */
  public static SubscriptionOptions defaults() {
    return DEFAULTS;
  }

  /** Reads what {@link #toJson()} writes; absent fields have their default. */
  public static SubscriptionOptions fromJson(JsonObject json) {
    return new SubscriptionOptions(
        json.getInteger("buffer", DEFAULTS.buffer),
        Overflow.valueOf(json.getString("overflow", DEFAULTS.overflow.name())));
  }

  /** {@code buffer} and {@code overflow}. */
  public JsonObject toJson() {
    return new JsonObject().put("buffer", buffer).put("overflow", overflow.name());
  }

  /** Messages that may wait for the handler; default 1024. */
  public SubscriptionOptions withBuffer(int messages) {
    return new SubscriptionOptions(messages, overflow);
  }

  /** What is dropped when the buffer is full; default {@link Overflow#DROP_NEWEST}. */
  public SubscriptionOptions withOverflow(Overflow policy) {
    return new SubscriptionOptions(buffer, policy);
  }

  /** Messages that may wait for the handler. */
  public int buffer() {
    return buffer;
  }

  /** What is dropped when the buffer is full. */
  public Overflow overflow() {
    return overflow;
  }
}
