package io.vertebra.dispatch;

import io.vertebra.error.ErrorCode;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.LongAdder;

/**
 * What became of the calls of one instance. The frequent counts have a single writer, the
 * instance's lane, and cost no atomic instruction; any thread may read.
 */
public final class Counters {
  private static final VarHandle STARTED;
  private static final VarHandle REPLIED;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      STARTED = lookup.findVarHandle(Counters.class, "started", long.class);
      REPLIED = lookup.findVarHandle(Counters.class, "replied", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private long started;
  private long replied;
  private final LongAdder declared = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final LongAdder expired = new LongAdder();
  private final LongAdder cancelled = new LongAdder();
  private final LongAdder rejected = new LongAdder();
  private final LongAdder lost = new LongAdder();

  Counters() {}

  void started() {
    STARTED.setOpaque(this, started + 1);
  }

  void replied() {
    REPLIED.setOpaque(this, replied + 1);
  }

  void failed(ErrorCode code) {
    switch (code) {
      case DECLARED -> declared.increment();
      case OVERLOADED -> rejected.increment();
      default -> failed.increment();
    }
  }

  void expired() {
    expired.increment();
  }

  void cancelled(ErrorCode why) {
    (why == ErrorCode.DEADLINE_EXCEEDED ? expired : cancelled).increment();
  }

  void rejected() {
    rejected.increment();
  }

  void lost() {
    lost.increment();
  }

  /** The counts now. */
  public Snapshot snapshot() {
    return new Snapshot(
        (long) STARTED.getOpaque(this),
        (long) REPLIED.getOpaque(this),
        declared.sum(),
        failed.sum(),
        expired.sum(),
        cancelled.sum(),
        rejected.sum(),
        lost.sum());
  }

  /**
   * Counts since the instance was deployed.
   *
   * @param started handlers started
   * @param replied handlers that replied
   * @param declared handlers that answered with a declared failure
   * @param failed handlers that failed otherwise
   * @param expired calls whose deadline passed here, before or while the handler ran
   * @param cancelled calls whose caller gave up before they were answered
   * @param rejected calls refused for want of a permit
   * @param lost calls that ran on long after their deadline
   */
  public record Snapshot(
      long started,
      long replied,
      long declared,
      long failed,
      long expired,
      long cancelled,
      long rejected,
      long lost) {

    /** The counts of no call. */
    public static final Snapshot NONE = new Snapshot(0, 0, 0, 0, 0, 0, 0, 0);

    /** Both together. */
    public Snapshot plus(Snapshot other) {
      return new Snapshot(
          started + other.started,
          replied + other.replied,
          declared + other.declared,
          failed + other.failed,
          expired + other.expired,
          cancelled + other.cancelled,
          rejected + other.rejected,
          lost + other.lost);
    }
  }
}
