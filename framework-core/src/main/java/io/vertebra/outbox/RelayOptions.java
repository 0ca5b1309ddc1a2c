package io.vertebra.outbox;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Objects;
import java.util.function.UnaryOperator;

/** How a relay works. Immutable; {@code withX} returns a copy. */
public final class RelayOptions {
  private static final RelayOptions DEFAULTS = new RelayOptions(new Draft());

  private final Draft values;

  /** The values, before and after they are checked. */
  private static final class Draft {
    String name = "relay";
    Duration lease = Duration.ofSeconds(10);
    Duration pollInterval = Duration.ofSeconds(1);
    Duration timeout = Duration.ofSeconds(5);
    Duration firstBackoff = Duration.ofMillis(100);
    Duration mostBackoff = Duration.ofSeconds(30);
    int maxAttempts = 12;
    int maxBatch = 512;
    int maxInFlight = 2_048;
    int maxStopped = 1_000;

    Draft copy() {
      Draft copy = new Draft();
      copy.name = name;
      copy.lease = lease;
      copy.pollInterval = pollInterval;
      copy.timeout = timeout;
      copy.firstBackoff = firstBackoff;
      copy.mostBackoff = mostBackoff;
      copy.maxAttempts = maxAttempts;
      copy.maxBatch = maxBatch;
      copy.maxInFlight = maxInFlight;
      copy.maxStopped = maxStopped;
      return copy;
    }
  }

  private RelayOptions(Draft values) {
    if (values.lease.toMillis() < 1_000) {
      throw new IllegalArgumentException("lease must be at least 1 s: " + values.lease);
    }
    if (values.pollInterval.toMillis() < 1 || values.timeout.toMillis() < 1) {
      throw new IllegalArgumentException("pollInterval and timeout must be at least 1 ms: "
          + values.pollInterval + ", " + values.timeout);
    }
    if (values.firstBackoff.toMillis() < 1
        || values.firstBackoff.compareTo(values.mostBackoff) > 0) {
      throw new IllegalArgumentException(
          "backoff must be at least 1 ms and not start above its most: " + values.firstBackoff
              + ", " + values.mostBackoff);
    }
    if (values.maxAttempts < 1 || values.maxBatch < 1 || values.maxInFlight < 1) {
      throw new IllegalArgumentException(
          "maxAttempts, maxBatch and maxInFlight must be at least 1: " + values.maxAttempts + ", "
              + values.maxBatch + ", " + values.maxInFlight);
    }
    if (values.maxStopped < 1) {
      throw new IllegalArgumentException("maxStopped must be at least 1: " + values.maxStopped);
    }
    this.values = values;
  }

  private RelayOptions with(UnaryOperator<Draft> change) {
    return new RelayOptions(change.apply(values.copy()));
  }

  /**
   * Name "relay", lease 10 s, poll every second, timeout 5 s, backoff from 100 ms to 30 s, 12 attempts,
   * batches of 512 rows, 2,048 rows in memory, 1,000 stopped keys.
   */
  public static RelayOptions defaults() {
    return DEFAULTS;
  }

  /** Reads what {@link #toJson()} writes; absent fields have their default. */
  public static RelayOptions fromJson(JsonObject json) {
    return DEFAULTS.with(d -> {
      d.name = json.getString("name", d.name);
      d.lease = millis(json, "leaseMs", d.lease);
      d.pollInterval = millis(json, "pollIntervalMs", d.pollInterval);
      d.timeout = millis(json, "timeoutMs", d.timeout);
      d.firstBackoff = millis(json, "firstBackoffMs", d.firstBackoff);
      d.mostBackoff = millis(json, "mostBackoffMs", d.mostBackoff);
      d.maxAttempts = json.getInteger("maxAttempts", d.maxAttempts);
      d.maxBatch = json.getInteger("maxBatch", d.maxBatch);
      d.maxInFlight = json.getInteger("maxInFlight", d.maxInFlight);
      d.maxStopped = json.getInteger("maxStopped", d.maxStopped);
      return d;
    });
  }

  private static Duration millis(JsonObject json, String field, Duration otherwise) {
    return Duration.ofMillis(json.getLong(field, otherwise.toMillis()));
  }

  /** All values; durations as milliseconds in fields that end with {@code Ms}. */
  public JsonObject toJson() {
    return new JsonObject()
        .put("name", values.name)
        .put("leaseMs", values.lease.toMillis())
        .put("pollIntervalMs", values.pollInterval.toMillis())
        .put("timeoutMs", values.timeout.toMillis())
        .put("firstBackoffMs", values.firstBackoff.toMillis())
        .put("mostBackoffMs", values.mostBackoff.toMillis())
        .put("maxAttempts", values.maxAttempts)
        .put("maxBatch", values.maxBatch)
        .put("maxInFlight", values.maxInFlight)
        .put("maxStopped", values.maxStopped);
  }

  /** What the owner of leases is called, before a random end that makes it unique. Default "relay". */
  public RelayOptions withName(String name) {
    Objects.requireNonNull(name);
    return with(d -> {
      d.name = name;
      return d;
    });
  }

  /** How long a partition stays with a relay that has fallen silent. Default 10 s, at least 1 s. */
  public RelayOptions withLease(Duration lease) {
    Objects.requireNonNull(lease);
    return with(d -> {
      d.lease = lease;
      return d;
    });
  }

  /** How often the outbox is asked for rows of which no notice came. Default 1 s. */
  public RelayOptions withPollInterval(Duration pollInterval) {
    Objects.requireNonNull(pollInterval);
    return with(d -> {
      d.pollInterval = pollInterval;
      return d;
    });
  }

  /** How long whoever takes a message may take for it. Default 5 s. */
  public RelayOptions withTimeout(Duration timeout) {
    Objects.requireNonNull(timeout);
    return with(d -> {
      d.timeout = timeout;
      return d;
    });
  }

  /**
   * The wait after the first failure and the longest wait; it doubles in between, and its second half
   * is random. Default 100 ms and 30 s.
   */
  public RelayOptions withBackoff(Duration first, Duration most) {
    Objects.requireNonNull(first);
    Objects.requireNonNull(most);
    return with(d -> {
      d.firstBackoff = first;
      d.mostBackoff = most;
      return d;
    });
  }

  /**
   * How often a row is tried that is refused, before it is given up. Times at which nobody serves its
   * contract do not count. Default 12.
   */
  public RelayOptions withMaxAttempts(int maxAttempts) {
    return with(d -> {
      d.maxAttempts = maxAttempts;
      return d;
    });
  }

  /** How many rows are read at one time at most, and how many changes written. Default 512. */
  public RelayOptions withMaxBatch(int maxBatch) {
    return with(d -> {
      d.maxBatch = maxBatch;
      return d;
    });
  }

  /** How many rows are in memory, on their way or before it; up to 128 more if they are few. Default 2,048. */
  public RelayOptions withMaxInFlight(int maxInFlight) {
    return with(d -> {
      d.maxInFlight = maxInFlight;
      return d;
    });
  }

  /**
   * With so many stopped keys of one contract no new rows of that contract are read, since something is
   * wrong with more than a few messages. Default 1,000.
   */
  public RelayOptions withMaxStopped(int maxStopped) {
    return with(d -> {
      d.maxStopped = maxStopped;
      return d;
    });
  }

  /** What the owner of leases is called. */
  public String name() {
    return values.name;
  }

  /** How long a partition stays with a relay that has fallen silent. */
  public Duration lease() {
    return values.lease;
  }

  /** How often the outbox is asked. */
  public Duration pollInterval() {
    return values.pollInterval;
  }

  /** How long whoever takes a message may take for it. */
  public Duration timeout() {
    return values.timeout;
  }

  /** The wait after the first failure. */
  public Duration firstBackoff() {
    return values.firstBackoff;
  }

  /** The longest wait. */
  public Duration mostBackoff() {
    return values.mostBackoff;
  }

  /** How often a row is tried that is refused. */
  public int maxAttempts() {
    return values.maxAttempts;
  }

  /** How many rows are read at one time at most. */
  public int maxBatch() {
    return values.maxBatch;
  }

  /** How many rows are in memory. */
  public int maxInFlight() {
    return values.maxInFlight;
  }

  /** How many keys of one contract may be stopped before no more of it is read. */
  public int maxStopped() {
    return values.maxStopped;
  }
}
