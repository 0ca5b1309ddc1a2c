package io.vertebra.limit;

import io.vertebra.dispatch.DispatchOwner;
import io.vertebra.dispatch.DispatchStamp;
import io.vertebra.dispatch.GuardLog;
import io.vertebra.messaging.GuardEvent;
import io.vertx.core.internal.logging.Logger;
import io.vertx.core.internal.logging.LoggerFactory;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * Finds handlers that hold up an event loop, and says which contract it is, of which verticle, why and
 * where. One thread looks at the event loops each millisecond while something runs on them.
 */
public final class StallMonitor {
  private static final Logger LOG = LoggerFactory.getLogger(StallMonitor.class);
  private static final long TICK = 1_000_000L;
  private static final long IDLE_TICK = 4_000_000L;
  private static final int TICKS_UNTIL_IDLE = 200;
  private static final long LONG_STALL = 2_000_000_000L;

  private final StallOptions options;
  private final Supplier<List<DispatchStamp>> stamps;
  private final GuardLog guard;
  private final StallTable table = new StallTable();
  private final Watcher watcher;

  /** A monitor that is not started; for the node, which has one. */
  @SuppressWarnings("exports")
  public StallMonitor(
      String nodeId, StallOptions options, Supplier<List<DispatchStamp>> stamps, GuardLog guard) {
    this.options = options;
    this.stamps = stamps;
    this.guard = guard;
    this.watcher = new Watcher("vertebra-stalls-" + nodeId);
  }

  /** Begins to look, if the options say so. */
  public void start() {
    if (options.isEnabled()) {
      watcher.start();
    }
  }

  /** Stops looking. */
  public void close() {
    watcher.closed = true;
    LockSupport.unpark(watcher);
  }

  /** What has held up event loops so far, the costliest first. Any thread. */
  public List<Stall> stalls() {
    return table.all();
  }

  /** Does what {@link StallOptions} say; only for the watching thread. */
  private final class Findings implements LoopWatch.Findings {
    private final Map<DispatchOwner, StallScore> scores = new HashMap<>();

    @Override
    public StallTable.Key began(DispatchOwner owner, StallSample sample, long nanos) {
      StallTable.Key key =
          new StallTable.Key(owner.contractId(), owner.verticle(), sample.cause(), sample.key());
      String cause = sample.cause().name().toLowerCase(Locale.ROOT);
      table.began(key, sample);
      guard.count(
          GuardEvent.Kind.STALLED, owner.contractId(), cause, () -> describe(owner, sample, nanos));
      LOG.debug(describe(owner, sample, nanos));
      return key;
    }

    private String describe(DispatchOwner owner, StallSample sample, long nanos) {
      return "A handler of '" + owner.contractId() + "' (" + owner.verticle()
          + ") holds up its event loop for " + nanos / 1_000_000 + " ms so far, cause "
          + sample.cause().name().toLowerCase(Locale.ROOT)
          + "; run it with on.cpuBound, on.blocking or on.virtual. It is at\n\t"
          + String.join("\n\t", sample.where());
    }

    @Override
    public void goesOn(DispatchOwner owner, StallTable.Key key, StallSample sample, long nanos) {
      boolean isHandlersFault = sample.cause() != StallCause.STARVED;
      if (nanos >= LONG_STALL || (isHandlersFault && table.isDue(key, System.nanoTime()))) {
        LOG.warn(describe(owner, sample, nanos));
      }
    }

    @Override
    public void ended(DispatchOwner owner, StallTable.Key key, long nanos) {
      table.ended(key, nanos);
      if (options.reaction() == StallOptions.Reaction.SHED) {
        StallScore score = scores.computeIfAbsent(owner, fresh -> new StallScore());
        if (score.stalled(nanos, System.nanoTime())) {
          guard.count(GuardEvent.Kind.LIMITED, owner.contractId(), "stalls");
          owner.restrictTo(1);
        }
      }
    }

    void forgive(long now) {
      scores.forEach((owner, score) -> {
        if (score.isGoodAgain(now)) {
          guard.count(GuardEvent.Kind.LIMITED, owner.contractId(), "no-stalls");
          owner.restrictTo(0);
        }
      });
    }
  }

  private final class Watcher extends Thread {
    private final Map<DispatchStamp, LoopWatch> watches = new HashMap<>();
    private final Findings findings = new Findings();
    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    private volatile boolean closed;

    Watcher(String name) {
      super(name);
      setDaemon(true);
    }

    @Override
    public void run() {
      int idle = 0;
      while (!closed) {
        LockSupport.parkNanos(this, idle < TICKS_UNTIL_IDLE ? TICK : IDLE_TICK);
        try {
          idle = look() ? 0 : idle + 1;
        } catch (RuntimeException bug) {
          LOG.error("Looking for stalls failed; this is a bug of Vertebra", bug);
        }
      }
    }

    private boolean look() {
      boolean busy = false;
      for (DispatchStamp stamp : stamps.get()) {
        LoopWatch watch = watches.get(stamp);
        if (watch == null) {
          watch = new LoopWatch(stamp, options.threshold().toNanos(), threads, findings);
          watches.put(stamp, watch);
        }
        busy |= watch.look(System.nanoTime());
      }
      findings.forgive(System.nanoTime());
      return busy;
    }
  }
}
