package io.vertebra.limit;

import io.vertebra.dispatch.DispatchOwner;
import io.vertebra.dispatch.GuardLog;
import io.vertebra.dispatch.Lane;
import io.vertebra.dispatch.Lanes;
import io.vertx.core.internal.logging.Logger;
import io.vertx.core.internal.logging.LoggerFactory;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds code that holds up an event loop, or computes on a virtual thread, and says which contract it is,
 * of which verticle, why and where. One thread looks at the event loops each 2 ms while something runs on
 * them, and each millisecond while that is the same as before. While one stands still for long, calls go
 * elsewhere if they can.
 */
public final class StallMonitor {
  private static final Logger LOG = LoggerFactory.getLogger(StallMonitor.class);
  private static final long SUSPICIOUS_TICK = 1_000_000L;
  private static final long BUSY_TICK = 2_000_000L;
  private static final long IDLE_TICK = 4_000_000L;
  private static final int TICKS_UNTIL_IDLE = 200;

  private final StallOptions options;
  private final Lanes lanes;
  private final Runnable onHealth;
  private final StallTable table = new StallTable();
  private final StallFindings findings;
  private final StallSampler sampler = new StallSampler();
  private final VirtualWatch virtual = new VirtualWatch(this::watch);
  private final Watcher watcher;
  private volatile LongConsumer onRound = nanos -> {};

  /**
   * A monitor that is not started; for the node, which has one.
   *
   * @param onHealth called, on the watching thread, when an event loop has begun to stand still for
   *     long, or runs again; see {@link Lanes#setStalled}
   */
  @SuppressWarnings("exports")
  public StallMonitor(
      String nodeId, StallOptions options, Lanes lanes, GuardLog guard, Runnable onHealth) {
    this.options = options;
    this.lanes = lanes;
    this.onHealth = onHealth;
    this.findings = new StallFindings(options, guard, table);
    this.watcher = new Watcher("vertebra-stalls-" + nodeId);
  }

  /** Lets {@code listener} hear, on the watching thread, how long an event loop took to come round. */
  public void onRound(LongConsumer listener) {
    onRound = listener;
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

  /** What has held up others so far, the costliest first. Any thread. */
  public List<Stall> stalls() {
    return table.all();
  }

  /** Runs a handler on the current thread, which is virtual, and looks whether it lets others run. */
  @SuppressWarnings("exports")
  public <T> T onVirtualThread(@Nullable DispatchOwner owner, Callable<T> handler)
      throws Exception {
    if (owner == null || !options.isEnabled()) {
      return handler.call();
    }
    VirtualRun run = virtual.begin(owner);
    try {
      return handler.call();
    } finally {
      virtual.end(run);
    }
  }

  private LoopWatch watch(Watched watched) {
    return new LoopWatch(watched, options.threshold().toNanos(), sampler, findings);
  }

  private final class Watcher extends Thread {
    private final Map<Lane, LaneWatch> watches = new HashMap<>();
    private Set<Lane> stalled = Set.of();
    private int idle;
    private volatile boolean closed;

    Watcher(String name) {
      super(name);
      setDaemon(true);
    }

    @Override
    public void run() {
      long tick = BUSY_TICK;
      while (!closed) {
        LockSupport.parkNanos(this, tick);
        try {
          tick = look();
        } catch (RuntimeException bug) {
          LOG.error("Looking for stalls failed; this is a bug of Vertebra", bug);
        }
      }
      lanes.setStalled(Set.of());
    }

    /** Looks at all; answers how long to wait until the next look. */
    private long look() {
      boolean busy = virtual.look(System.nanoTime());
      boolean suspicious = false;
      boolean changed = false;
      for (Lane lane : lanes.all()) {
        LaneWatch watch = watch(lane);
        busy |= watch.look(System.nanoTime(), onRound);
        suspicious |= watch.isSuspicious();
        changed |= watch.isUnhealthy() != stalled.contains(lane);
      }
      if (changed) {
        tell();
      }
      findings.forgive(System.nanoTime());
      idle = busy ? 0 : idle + 1;
      return suspicious ? SUSPICIOUS_TICK : idle < TICKS_UNTIL_IDLE ? BUSY_TICK : IDLE_TICK;
    }

    private LaneWatch watch(Lane lane) {
      LaneWatch known = watches.get(lane);
      return known != null
          ? known
          : watches.computeIfAbsent(
              lane, fresh -> new LaneWatch(lane, sampler, StallMonitor.this::watch));
    }

    private void tell() {
      Set<Lane> now = new HashSet<>();
      watches.forEach((lane, watch) -> {
        if (watch.isUnhealthy()) {
          now.add(lane);
        }
        if (watch.isUnhealthy() != stalled.contains(lane)) {
          findings.loopChanged(watch.loop(), watch.isUnhealthy());
        }
      });
      stalled = now;
      lanes.setStalled(now);
      onHealth.run();
    }
  }
}
