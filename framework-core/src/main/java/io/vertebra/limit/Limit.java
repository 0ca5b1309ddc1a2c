package io.vertebra.limit;

import io.vertebra.dispatch.Admission;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How many calls of one served contract may be in flight on one instance, and how many more may wait
 * for how long. What exceeds that is answered with {@link io.vertebra.error.OverloadedException}, and
 * has not run. Immutable; {@code withX} returns a copy.
 *
 * <p>Of those that wait, the more important go first, and within a {@link
 * io.vertebra.messaging.Criticality} the calling nodes take turns. Calls of keyed and idempotent
 * contracts keep their order instead. A queue that does not empty any more sheds: see {@link
 * #withoutShedding()}.
 */
public final class Limit {
  private static final Duration LONGEST_WAIT = Duration.ofDays(1);
  private static final int HIGHEST = 1_000_000;
  private static final Limit DEFAULTS =
      new Limit(new Values(1024, null, 1024, 4L << 20, Duration.ofSeconds(1), true));

  private final Values values;

  private record Values(
      int inFlight,
      @Nullable Range adaptive,
      int queue,
      long queueBytes,
      Duration maxWait,
      boolean sheds) {}

  private record Range(int lowest, int highest) {}

  private Limit(Values values) {
    check(
        values.inFlight >= 1 && values.inFlight <= HIGHEST,
        "a limit must allow 1 to " + HIGHEST + " calls in flight",
        values.inFlight);
    Range range = values.adaptive;
    check(
        range == null
            || (range.lowest >= 1
                && range.highest <= HIGHEST
                && range.lowest <= values.inFlight
                && values.inFlight <= range.highest),
        "an adaptive limit begins between its lowest value, at least 1, and its highest",
        range + " from " + values.inFlight);
    check(values.queue >= 0, "a queue cannot hold fewer than 0 messages", values.queue);
    check(values.queueBytes >= 1, "a queue must allow at least 1 byte", values.queueBytes);
    check(
        !values.maxWait.isNegative() && (values.queue == 0 || !values.maxWait.isZero()),
        "a queue needs a maximal wait of more than 0; use withQueue(0, Duration.ZERO) for none",
        values.maxWait);
    check(
        values.maxWait.compareTo(LONGEST_WAIT) <= 0,
        "nothing may wait longer than 1 day",
        values.maxWait);
    this.values = values;
  }

  private static void check(boolean fits, String rule, Object value) {
    if (!fits) {
      throw new IllegalArgumentException(rule + ": " + value);
    }
  }

  /** 1024 calls in flight, 1024 waiting for at most 1 s, of at most 4 MiB, shedding. */
  public static Limit defaults() {
    return DEFAULTS;
  }

  /** This many calls in flight; the queue is that of {@link #defaults()}. */
  public static Limit fixed(int inFlight) {
    Values v = DEFAULTS.values;
    return new Limit(new Values(inFlight, null, v.queue, v.queueBytes, v.maxWait, v.sheds));
  }

  /**
   * As many calls in flight as still help: the limit follows how long calls take, between 1 and 200,
   * beginning with {@code initial}. For handlers that wait for something downstream whose capacity
   * nobody knows; a handler that computes needs a fixed limit. See {@link AdaptiveLimit} for the
   * algorithm.
   */
  public static Limit adaptive(int initial) {
    return fixed(initial).withAdaptive(1, Math.max(200, initial));
  }

  /** Lets the limit follow how long calls take, between these two. */
  public Limit withAdaptive(int lowest, int highest) {
    Values v = values;
    return new Limit(new Values(
        v.inFlight, new Range(lowest, highest), v.queue, v.queueBytes, v.maxWait, v.sheds));
  }

  /** Reads what {@link #toJson()} writes; absent fields have their default. */
  public static Limit fromJson(JsonObject json) {
    Values v = DEFAULTS.values;
    JsonObject range = json.getJsonObject("adaptive");
    return new Limit(new Values(
        json.getInteger("inFlight", v.inFlight),
        range == null
            ? null
            : new Range(range.getInteger("lowest", 1), range.getInteger("highest", 200)),
        json.getInteger("queue", v.queue),
        json.getLong("queueBytes", v.queueBytes),
        Duration.ofMillis(json.getLong("maxWaitMs", v.maxWait.toMillis())),
        json.getBoolean("shedding", v.sheds)));
  }

  /**
   * {@code inFlight}, {@code queue}, {@code queueBytes}, {@code maxWaitMs}, {@code shedding} and, for an
   * adaptive limit, {@code adaptive} with {@code lowest} and {@code highest}.
   */
  public JsonObject toJson() {
    JsonObject json = new JsonObject()
        .put("inFlight", values.inFlight)
        .put("queue", values.queue)
        .put("queueBytes", values.queueBytes)
        .put("maxWaitMs", values.maxWait.toMillis())
        .put("shedding", values.sheds);
    Range range = values.adaptive;
    return range == null
        ? json
        : json.put(
            "adaptive", new JsonObject().put("lowest", range.lowest).put("highest", range.highest));
  }

  /** How many calls may wait for a permit and for how long; default 1024 and 1 s. */
  public Limit withQueue(int messages, Duration maxWait) {
    Values v = values;
    return new Limit(new Values(v.inFlight, v.adaptive, messages, v.queueBytes, maxWait, v.sheds));
  }

  /** How many bytes the waiting messages of other nodes may have; default 4 MiB. */
  public Limit withQueueBytes(long bytes) {
    Values v = values;
    return new Limit(new Values(v.inFlight, v.adaptive, v.queue, bytes, v.maxWait, v.sheds));
  }

  /**
   * Lets calls wait as long as the queue allows, even when it does not empty. By default a queue sheds
   * once it has not emptied for 100 ms or more: as long as its oldest call has waited a tenth of the
   * time that callers allow (at least 5 ms), those that have waited twice as long are turned away, the
   * newest go first, and the least important are not taken at all. For batches whose callers wait
   * patiently.
   */
  public Limit withoutShedding() {
    Values v = values;
    return new Limit(new Values(v.inFlight, v.adaptive, v.queue, v.queueBytes, v.maxWait, false));
  }

  /** Calls that may be in flight, at first if the limit is adaptive. */
  public int inFlight() {
    return values.inFlight;
  }

  /** Whether the number of calls in flight follows how long they take. */
  public boolean isAdaptive() {
    return values.adaptive != null;
  }

  /** Calls that may wait. */
  public int queue() {
    return values.queue;
  }

  /** Bytes that the waiting messages of other nodes may have. */
  public long queueBytes() {
    return values.queueBytes;
  }

  /** How long a call may wait. */
  public Duration maxWait() {
    return values.maxWait;
  }

  /** Whether a queue that does not empty turns calls away earlier. */
  public boolean isShedding() {
    return values.sheds;
  }

  /** Fresh permits of this limit; for the node, applications cannot name their type. */
  @SuppressWarnings("exports")
  public Admission toAdmission() {
    Range range = values.adaptive;
    return new Admission(
        values.inFlight,
        new Admission.QueueSettings(
            values.queue, values.queueBytes, values.maxWait.toNanos(), values.sheds),
        range == null ? null : new AdaptiveLimit(values.inFlight, range.lowest, range.highest));
  }
}
