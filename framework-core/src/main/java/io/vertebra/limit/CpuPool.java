package io.vertebra.limit;

import io.vertebra.dispatch.GuardLog;
import io.vertebra.error.CallException;
import io.vertebra.error.OverloadedException;
import io.vertebra.messaging.Call;
import io.vertebra.messaging.CallOptions;
import io.vertebra.messaging.Criticality;
import io.vertebra.messaging.GuardEvent;
import io.vertx.core.Future;
import io.vertx.core.internal.VertxInternal;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Threads for work that needs the processor and not an answer of somebody else: one less than there
 * are cores, so that the event loops always have one. Work waits in a queue that is fair to callers and
 * contracts, sorts by deadline, and is bounded by the time that the work in it will take. It belongs to
 * the node, and is neither the worker pool of Vert.x nor the common pool of Java, which others block.
 *
 * <p>May be used from any thread. Futures complete on the context of whoever submits.
 */
public final class CpuPool {
  private static final String NO_CONTRACT = LoopProbe.NO_CONTRACT;

  private final VertxInternal vertx;
  private final String nodeId;
  private final CpuOptions options;
  private final GuardLog guard;
  private final CpuScheduler scheduler;
  private final Map<String, CpuCost> costs = new ConcurrentHashMap<>();
  /** Only for the thread that tells of event loops. */
  private final CpuGrowth growth = new CpuGrowth(System.nanoTime());

  /** A pool whose threads start with the first piece of work; for the node, which has one. */
  @SuppressWarnings("exports")
  public CpuPool(VertxInternal vertx, String nodeId, CpuOptions options, GuardLog guard) {
    this.vertx = vertx;
    this.nodeId = nodeId;
    this.options = options;
    this.guard = guard;
    this.scheduler = new CpuScheduler(options, nodeId, this::refused);
  }

  /**
   * Runs {@code task} on a thread of the pool for a call: within its deadline, with its importance,
   * and not at all if the caller gives up before it begins. {@link Call#checkpoint()} in its loops lets
   * it end early. Fails with {@link OverloadedException} if it would have to wait too long, or waits when
   * there is too much and most of that is for the same contract and caller, and with what the task throws.
   */
  public <T> Future<T> run(Call call, Callable<T> task) {
    CpuFlow.Key flow = new CpuFlow.Key(
        call.metadata().criticality().rank(),
        call.metadata().contract(),
        call.metadata().caller());
    long now = System.nanoTime();
    CpuWork<T> work =
        work(new CpuWork.Wanted<>(flow, now + call.deadline().remaining().toNanos(), task), now);
    call.onCancel(() -> abandon(work));
    scheduler.add(work);
    return work.promise().future();
  }

  /** Runs {@code task} on a thread of the pool, with the deadline of {@link CallOptions#defaults()} and {@link Criticality#CRITICAL}. */
  public <T> Future<T> run(Callable<T> task) {
    CpuFlow.Key flow = new CpuFlow.Key(Criticality.CRITICAL.rank(), NO_CONTRACT, nodeId);
    long now = System.nanoTime();
    CpuWork<T> work =
        work(new CpuWork.Wanted<>(flow, now + CallOptions.defaults().timeoutNanos(), task), now);
    scheduler.add(work);
    return work.promise().future();
  }

  private <T> CpuWork<T> work(CpuWork.Wanted<T> wanted, long now) {
    CpuCost cost = cost(wanted.flow().contract());
    int queued = scheduler.queued();
    long wait = scheduler.queuedNanos() / scheduler.allowed();
    boolean tooLong =
        wait > options.maxWait().toNanos() || wait + cost.estimate() > wanted.deadline() - now;
    boolean isContested = queued >= options.queue() || (queued > 0 && tooLong);
    return new CpuWork<>(wanted, cost, isContested, vertx.getOrCreateContext());
  }

  private CpuCost cost(String contract) {
    CpuCost known = costs.get(contract);
    return known != null ? known : costs.computeIfAbsent(contract, fresh -> new CpuCost());
  }

  private void refused(CpuWork<?> work, boolean pushedOut, int queued, long wait) {
    String contract = work.flow.contract();
    guard.count(
        GuardEvent.Kind.REJECTED,
        contract,
        pushedOut ? "cpu-pushed-out" : "cpu-queue",
        () -> "of " + work.flow.caller() + ", " + queued + " pieces of work wait");
    work.promise()
        .tryFail(OverloadedException.cpuQueueFull(contract, queued, Duration.ofNanos(wait)));
  }

  private void abandon(CpuWork<?> work) {
    if (work.abandon()) {
      scheduler.abandoned(work);
      work.promise().tryFail(CallException.cancelled(work.flow.contract(), false));
    }
  }

  /** An event loop took that many nanoseconds to come round; for the stall monitor. */
  public void loopCameRound(long nanos) {
    loopCameRound(nanos, System.nanoTime());
  }

  void loopCameRound(long nanos, long now) {
    if (options.isSpareCore()) {
      int threads = growth.lag(nanos, now) ? options.mostThreads() : options.threads();
      if (threads != scheduler.allowed()) {
        scheduler.allow(threads);
      }
    }
  }

  /** Pieces of work that wait. */
  public int queued() {
    return scheduler.queued();
  }

  /** Threads that run work, at most; see {@link CpuOptions#withSpareCore}. */
  public int threads() {
    return scheduler.allowed();
  }

  /** Ends the threads once they have done what they run; what waits fails with CANCELLED. */
  public void close() {
    scheduler.close();
  }
}
