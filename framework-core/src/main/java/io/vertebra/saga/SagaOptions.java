package io.vertebra.saga;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Objects;

/** How an engine works. Immutable; {@code withX} returns a copy. */
public final class SagaOptions {
  private static final SagaOptions DEFAULTS = new SagaOptions(
      "node",
      new Times(Duration.ofSeconds(10), Duration.ofSeconds(1), Duration.ofHours(1)),
      512,
      100_000,
      new SagaLimits(256 * 1_024, 10_000));

  private final String node;
  private final Times times;
  private final int maxBatch;
  private final int maxActive;
  private final SagaLimits limits;

  private SagaOptions(String node, Times times, int maxBatch, int maxActive, SagaLimits limits) {
    if (maxBatch < 1 || maxActive < 1) {
      throw new IllegalArgumentException(
          "maxBatch and maxActive must be at least 1: " + maxBatch + ", " + maxActive);
    }
    if (limits.maxState() < 1_024 || limits.maxEvents() < 100) {
      throw new IllegalArgumentException("maxState must be at least 1024 and maxEvents 100: "
          + limits.maxState() + ", " + limits.maxEvents());
    }
    this.node = Objects.requireNonNull(node);
    this.times = times;
    this.maxBatch = maxBatch;
    this.maxActive = maxActive;
    this.limits = limits;
  }

  /** Node name "node", lease 10 s, poll every second, keys kept 1 hour, batches of 512, 100,000 active, 256 KiB of state, 10,000 events. */
  public static SagaOptions defaults() {
    return DEFAULTS;
  }

  /** Reads what {@link #toJson()} writes; absent fields have their default. */
  public static SagaOptions fromJson(JsonObject json) {
    Times times = new Times(
        Duration.ofMillis(json.getLong("leaseMs", DEFAULTS.times.lease.toMillis())),
        Duration.ofMillis(json.getLong("pollIntervalMs", DEFAULTS.times.poll.toMillis())),
        Duration.ofMillis(json.getLong("keyRetentionMs", DEFAULTS.times.keyRetention.toMillis())));
    return new SagaOptions(
        json.getString("node", DEFAULTS.node),
        times,
        json.getInteger("maxBatch", DEFAULTS.maxBatch),
        json.getInteger("maxActive", DEFAULTS.maxActive),
        new SagaLimits(
            json.getInteger("maxState", DEFAULTS.limits.maxState()),
            json.getInteger("maxEvents", DEFAULTS.limits.maxEvents())));
  }

  /** {@code node, leaseMs, pollIntervalMs, keyRetentionMs, maxBatch, maxActive, maxState, maxEvents}. */
  public JsonObject toJson() {
    return new JsonObject()
        .put("node", node)
        .put("leaseMs", times.lease.toMillis())
        .put("pollIntervalMs", times.poll.toMillis())
        .put("keyRetentionMs", times.keyRetention.toMillis())
        .put("maxBatch", maxBatch)
        .put("maxActive", maxActive)
        .put("maxState", limits.maxState())
        .put("maxEvents", limits.maxEvents());
  }

  /** The name that the history shows. Default "node". */
  public SagaOptions withNode(String node) {
    return new SagaOptions(node, times, maxBatch, maxActive, limits);
  }

  /** How long a partition stays with an engine that has fallen silent. Default 10 s, at least 1 s. */
  public SagaOptions withLease(Duration lease) {
    return new SagaOptions(
        node, new Times(lease, times.poll, times.keyRetention), maxBatch, maxActive, limits);
  }

  /** How often the log is asked for instances that nobody looks after, or that another engine runs. Default 1 s. */
  public SagaOptions withPollInterval(Duration pollInterval) {
    return new SagaOptions(
        node,
        new Times(times.lease, pollInterval, times.keyRetention),
        maxBatch,
        maxActive,
        limits);
  }

  /** How long an ended instance and its key are remembered. Default 1 hour. */
  public SagaOptions withKeyRetention(Duration keyRetention) {
    return new SagaOptions(
        node, new Times(times.lease, times.poll, keyRetention), maxBatch, maxActive, limits);
  }

  /** How many changes are written together at most. Default 512. */
  public SagaOptions withMaxBatch(int maxBatch) {
    return new SagaOptions(node, times, maxBatch, maxActive, limits);
  }

  /** How many instances recovery takes into memory before it waits for some to end. Default 100,000. */
  public SagaOptions withMaxActive(int maxActive) {
    return new SagaOptions(node, times, maxBatch, maxActive, limits);
  }

  /**
   * How many bytes the encoded state may have, and each message, answer and event. Default 256 KiB, at
   * least 1 KiB. A start over it fails; a step whose answer would lead over it counts as failed.
   */
  public SagaOptions withMaxState(int bytes) {
    SagaLimits changed = new SagaLimits(bytes, limits.maxEvents());
    return new SagaOptions(node, times, maxBatch, maxActive, changed);
  }

  /**
   * How many events a history may have until no further step is begun, before the pivot. Default
   * 10,000, at least 100. Undoing may add as many; then an operator has to decide.
   */
  public SagaOptions withMaxEvents(int events) {
    SagaLimits changed = new SagaLimits(limits.maxState(), events);
    return new SagaOptions(node, times, maxBatch, maxActive, changed);
  }

  /** The name that the history shows. */
  public String node() {
    return node;
  }

  /** How long a partition stays with an engine that has fallen silent. */
  public Duration lease() {
    return times.lease;
  }

  /** How often the log is asked. */
  public Duration pollInterval() {
    return times.poll;
  }

  /** How long an ended instance is remembered. */
  public Duration keyRetention() {
    return times.keyRetention;
  }

  /** How many changes are written together at most. */
  public int maxBatch() {
    return maxBatch;
  }

  /** How many instances recovery takes into memory. */
  public int maxActive() {
    return maxActive;
  }

  /** How many bytes the encoded state may have. */
  public int maxState() {
    return limits.maxState();
  }

  /** How many events a history may have until no further step is begun. */
  public int maxEvents() {
    return limits.maxEvents();
  }

  SagaLimits limits() {
    return limits;
  }

  private record Times(Duration lease, Duration poll, Duration keyRetention) {
    Times {
      if (lease.compareTo(Duration.ofSeconds(1)) < 0) {
        throw new IllegalArgumentException("lease must be at least 1 s: " + lease);
      }
      if (poll.toMillis() < 1 || keyRetention.isNegative()) {
        throw new IllegalArgumentException(
            "pollInterval must be at least 1 ms and keyRetention not negative: " + poll + ", "
                + keyRetention);
      }
    }
  }
}
