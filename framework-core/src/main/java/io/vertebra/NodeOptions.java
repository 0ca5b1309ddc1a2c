package io.vertebra;

import io.vertebra.observe.Observer;
import io.vertebra.wire.Format;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** How a node works. Immutable; {@code withX} returns a copy. */
public final class NodeOptions {
  private static final int MIN_FRAME = 4 * 1024;
  private static final int MAX_FRAME = 64 * 1024 * 1024;
  private static final NodeOptions DEFAULTS = new NodeOptions(new Values(
      null,
      Format.JSON,
      1024 * 1024,
      Duration.ofSeconds(30),
      Duration.ofSeconds(10),
      20,
      false,
      null));

  private final Values values;

  private record Values(
      @Nullable String id,
      Format format,
      int maxFrame,
      Duration lostAfter,
      Duration drainTimeout,
      int blockingThreads,
      boolean localCheck,
      @Nullable Observer observer) {}

  private NodeOptions(Values values) {
    if (values.maxFrame < MIN_FRAME || values.maxFrame > MAX_FRAME) {
      throw new IllegalArgumentException("maxFrame must lie between " + MIN_FRAME + " and "
          + MAX_FRAME + " bytes: " + values.maxFrame);
    }
    if (values.lostAfter.isNegative() || values.lostAfter.isZero()) {
      throw new IllegalArgumentException("lostAfter must be more than 0: " + values.lostAfter);
    }
    if (values.drainTimeout.isNegative()) {
      throw new IllegalArgumentException("drainTimeout cannot be negative: " + values.drainTimeout);
    }
    if (values.blockingThreads < 1) {
      throw new IllegalArgumentException(
          "blockingThreads must be at least 1: " + values.blockingThreads);
    }
    if (values.id != null && !values.id.matches("[A-Za-z0-9_.-]{1,64}")) {
      throw new IllegalArgumentException(
          "a node id has 1 to 64 letters, digits or '_.-': " + values.id);
    }
    this.values = values;
  }

  /** A random id, JSON, frames of at most 1 MiB, 20 threads for blocking handlers. */
  public static NodeOptions defaults() {
    return DEFAULTS;
  }

  /** Reads what {@link #toJson()} writes; absent fields have their default. */
  public static NodeOptions fromJson(JsonObject json) {
    Values d = DEFAULTS.values;
    return new NodeOptions(new Values(
        json.getString("id"),
        Format.valueOf(json.getString("format", d.format.name())),
        json.getInteger("maxFrame", d.maxFrame),
        Duration.ofMillis(json.getLong("lostAfterMs", d.lostAfter.toMillis())),
        Duration.ofMillis(json.getLong("drainTimeoutMs", d.drainTimeout.toMillis())),
        json.getInteger("blockingThreads", d.blockingThreads),
        json.getBoolean("localCheck", d.localCheck),
        null));
  }

  /** Everything but the observer, which is no data. */
  public JsonObject toJson() {
    JsonObject json = new JsonObject()
        .put("format", values.format.name())
        .put("maxFrame", values.maxFrame)
        .put("lostAfterMs", values.lostAfter.toMillis())
        .put("drainTimeoutMs", values.drainTimeout.toMillis())
        .put("blockingThreads", values.blockingThreads)
        .put("localCheck", values.localCheck);
    return values.id == null ? json : json.put("id", values.id);
  }

  /** Name of the node in logs and messages: 1 to 64 letters, digits or {@code _.-}; default a random one. */
  public NodeOptions withId(String id) {
    Values v = values;
    return new NodeOptions(new Values(
        Objects.requireNonNull(id),
        v.format,
        v.maxFrame,
        v.lostAfter,
        v.drainTimeout,
        v.blockingThreads,
        v.localCheck,
        v.observer));
  }

  /** How bodies are written between nodes; default {@link Format#JSON}. Nodes read both. */
  public NodeOptions withFormat(Format format) {
    Values v = values;
    return new NodeOptions(new Values(
        v.id,
        format,
        v.maxFrame,
        v.lostAfter,
        v.drainTimeout,
        v.blockingThreads,
        v.localCheck,
        v.observer));
  }

  /** Bytes that one message may have on the wire, 4 KiB to 64 MiB; default 1 MiB. The same on all nodes. */
  public NodeOptions withMaxFrame(int bytes) {
    Values v = values;
    return new NodeOptions(new Values(
        v.id,
        v.format,
        bytes,
        v.lostAfter,
        v.drainTimeout,
        v.blockingThreads,
        v.localCheck,
        v.observer));
  }

  /** How long after its caller gave up a running call counts as lost; default 30 s. */
  public NodeOptions withLostAfter(Duration lostAfter) {
    Values v = values;
    return new NodeOptions(new Values(
        v.id,
        v.format,
        v.maxFrame,
        lostAfter,
        v.drainTimeout,
        v.blockingThreads,
        v.localCheck,
        v.observer));
  }

  /** How long a verticle that stops waits for its running calls; default 10 s. */
  public NodeOptions withDrainTimeout(Duration drainTimeout) {
    Values v = values;
    return new NodeOptions(new Values(
        v.id,
        v.format,
        v.maxFrame,
        v.lostAfter,
        drainTimeout,
        v.blockingThreads,
        v.localCheck,
        v.observer));
  }

  /** Threads for {@code on.blocking}; default 20. */
  public NodeOptions withBlockingThreads(int threads) {
    Values v = values;
    return new NodeOptions(new Values(
        v.id,
        v.format,
        v.maxFrame,
        v.lostAfter,
        v.drainTimeout,
        threads,
        v.localCheck,
        v.observer));
  }

  /**
   * Whether messages between verticles of this node go through encode, size limits and decode, as
   * they would between nodes; default false, and true in tests with vertebra-test.
   */
  public NodeOptions withLocalCheck(boolean localCheck) {
    Values v = values;
    return new NodeOptions(new Values(
        v.id,
        v.format,
        v.maxFrame,
        v.lostAfter,
        v.drainTimeout,
        v.blockingThreads,
        localCheck,
        v.observer));
  }

  /** Who watches the node, such as {@code Metrics.on(meterRegistry)}; default nobody. */
  public NodeOptions withObserver(Observer observer) {
    Values v = values;
    return new NodeOptions(new Values(
        v.id,
        v.format,
        v.maxFrame,
        v.lostAfter,
        v.drainTimeout,
        v.blockingThreads,
        v.localCheck,
        observer));
  }

  /** The id, or a fresh random one. */
  public String id() {
    return values.id != null
        ? values.id
        : "node-" + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
  }

  /** How bodies are written. */
  public Format format() {
    return values.format;
  }

  /** Bytes that one message may have on the wire. */
  public int maxFrame() {
    return values.maxFrame;
  }

  /** How long after its caller gave up a running call counts as lost. */
  public Duration lostAfter() {
    return values.lostAfter;
  }

  /** How long a verticle that stops waits for its running calls. */
  public Duration drainTimeout() {
    return values.drainTimeout;
  }

  /** Threads for {@code on.blocking}. */
  public int blockingThreads() {
    return values.blockingThreads;
  }

  /** Whether local messages go through encode and decode. */
  public boolean isLocalCheck() {
    return values.localCheck;
  }

  /** Who watches the node, or null. */
  public @Nullable Observer observer() {
    return values.observer;
  }
}
