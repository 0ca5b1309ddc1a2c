package io.vertebra.limit;

import io.vertx.core.json.JsonObject;
import java.time.Duration;

/** How a node runs CPU work. Immutable; {@code withX} returns a copy. */
public final class CpuOptions {
  private static final Duration LONGEST = Duration.ofDays(1);
  private static final CpuOptions DEFAULTS = new CpuOptions(0, Duration.ofSeconds(1), 1024, false);

  private final int threads;
  private final Duration maxWait;
  private final int queue;
  private final boolean spareCore;

  private CpuOptions(int threads, Duration maxWait, int queue, boolean spareCore) {
    check(
        threads >= 0 && threads <= 1024, "threads must be 1 to 1024, or 0 for cores - 1", threads);
    check(
        !maxWait.isNegative() && !maxWait.isZero() && maxWait.compareTo(LONGEST) <= 0,
        "maxWait must be more than 0 and at most 1 day",
        maxWait);
    check(queue >= 1 && queue <= 1_000_000, "queue must be 1 to 1,000,000 pieces of work", queue);
    this.threads = threads;
    this.maxWait = maxWait;
    this.queue = queue;
    this.spareCore = spareCore;
  }

  private static void check(boolean fits, String rule, Object value) {
    if (!fits) {
      throw new IllegalArgumentException(rule + ": " + value);
    }
  }

  /** One thread less than there are cores, at least one; 1,024 pieces of work wait at most 1 s. */
  public static CpuOptions defaults() {
    return DEFAULTS;
  }

  /** Reads what {@link #toJson()} writes; absent fields have their default. */
  public static CpuOptions fromJson(JsonObject json) {
    return new CpuOptions(
        json.getInteger("threads", DEFAULTS.threads),
        Duration.ofMillis(json.getLong("maxWaitMs", DEFAULTS.maxWait.toMillis())),
        json.getInteger("queue", DEFAULTS.queue),
        json.getBoolean("spareCore", DEFAULTS.spareCore));
  }

  /** {@code threads} (0 for cores - 1), {@code maxWaitMs}, {@code queue} and {@code spareCore}. */
  public JsonObject toJson() {
    return new JsonObject()
        .put("threads", threads)
        .put("maxWaitMs", maxWait.toMillis())
        .put("queue", queue)
        .put("spareCore", spareCore);
  }

  /** Threads of the pool; default, and 0, one less than there are cores, at least one. */
  public CpuOptions withThreads(int threads) {
    return new CpuOptions(threads, maxWait, queue, spareCore);
  }

  /**
   * Refuses work when more waits than can be done within this, by its measured cost; default 1 s: of the
   * least important work the newest of the contract and caller for whom most waits. Work that could not
   * end before its deadline is refused in any case.
   */
  public CpuOptions withMaxWait(Duration maxWait) {
    return new CpuOptions(threads, maxWait, queue, spareCore);
  }

  /** Pieces of work that may wait; default 1,024. Of more, the same is refused. */
  public CpuOptions withQueue(int pieces) {
    return new CpuOptions(threads, maxWait, pieces, spareCore);
  }

  /**
   * Also uses the core that is kept for event loops while those hardly need it: one thread more after a
   * second in which 99 of 100 looks found that a loop had come round within 1 ms, until one finds that it
   * took more than 5 ms. Needs the stall monitor; default false.
   */
  public CpuOptions withSpareCore(boolean use) {
    return new CpuOptions(threads, maxWait, queue, use);
  }

  /** Threads of the pool. */
  public int threads() {
    return threads > 0 ? threads : Math.max(1, Runtime.getRuntime().availableProcessors() - 1);
  }

  /** Threads of the pool while it uses the core that is kept for event loops. */
  int mostThreads() {
    return spareCore ? threads() + 1 : threads();
  }

  /** Whether the core is used that is kept for event loops while those hardly need it. */
  public boolean isSpareCore() {
    return spareCore;
  }

  /** How long work may have to wait. */
  public Duration maxWait() {
    return maxWait;
  }

  /** Pieces of work that may wait. */
  public int queue() {
    return queue;
  }
}
