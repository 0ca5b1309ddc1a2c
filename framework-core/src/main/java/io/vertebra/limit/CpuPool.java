package io.vertebra.limit;

import io.vertebra.error.CallException;
import io.vertebra.error.OverloadedException;
import io.vertebra.messaging.Call;
import io.vertebra.messaging.CallOptions;
import io.vertebra.messaging.Criticality;
import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;
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
  private static final String NO_CONTRACT = "";

  private final VertxInternal vertx;
  private final String nodeId;
  private final CpuOptions options;
  private final CpuScheduler scheduler;
  private final Map<String, CpuCost> costs = new ConcurrentHashMap<>();

  /** A pool whose threads start with the first piece of work; for the node, which has one. */
  @SuppressWarnings("exports")
  public CpuPool(VertxInternal vertx, String nodeId, CpuOptions options) {
    this.vertx = vertx;
    this.nodeId = nodeId;
    this.options = options;
    this.scheduler = new CpuScheduler(options.threads(), nodeId);
  }

  /**
   * Runs {@code task} on a thread of the pool for a call: within its deadline, with its importance,
   * and not at all if the caller gives up before it begins. {@link Call#checkpoint()} in its loops lets
   * it end early. Fails with {@link OverloadedException} if it would have to wait too long, and with
   * what the task throws.
   */
  public <T> Future<T> run(Call call, Callable<T> task) {
    CpuWork.Origin origin = new CpuWork.Origin(
        call.metadata().criticality().rank(),
        call.metadata().contract(),
        call.metadata().caller());
    long now = System.nanoTime();
    ContextInternal context = vertx.getOrCreateContext();
    CpuWork<T> work = new CpuWork<>(
        cost(origin.contract()),
        now + call.deadline().remaining().toNanos(),
        origin,
        task,
        context);
    call.onCancel(() -> abandon(work));
    return submit(work, now);
  }

  /** Runs {@code task} on a thread of the pool, with the deadline of {@link CallOptions#defaults()} and {@link Criticality#CRITICAL}. */
  public <T> Future<T> run(Callable<T> task) {
    CpuWork.Origin origin = new CpuWork.Origin(Criticality.CRITICAL.rank(), NO_CONTRACT, nodeId);
    long now = System.nanoTime();
    return submit(
        new CpuWork<>(
            cost(NO_CONTRACT),
            now + CallOptions.defaults().timeoutNanos(),
            origin,
            task,
            vertx.getOrCreateContext()),
        now);
  }

  private CpuCost cost(String contract) {
    CpuCost known = costs.get(contract);
    return known != null ? known : costs.computeIfAbsent(contract, fresh -> new CpuCost());
  }

  private <T> Future<T> submit(CpuWork<T> work, long now) {
    long wait = scheduler.queuedNanos() / options.threads();
    boolean tooLong =
        wait > options.maxWait().toNanos() || wait + work.estimate > work.deadline - now;
    if (scheduler.queued() >= options.queue() || (scheduler.queued() > 0 && tooLong)) {
      work.abandon();
      work.promise()
          .fail(OverloadedException.cpuQueueFull(
              work.origin.contract(), scheduler.queued(), Duration.ofNanos(wait)));
    } else {
      scheduler.add(work);
    }
    return work.promise().future();
  }

  private void abandon(CpuWork<?> work) {
    if (work.abandon()) {
      scheduler.abandoned(work);
      work.promise().tryFail(CallException.cancelled(work.origin.contract(), false));
    }
  }

  /** Pieces of work that wait. */
  public int queued() {
    return scheduler.queued();
  }

  /** Threads that run work, at most. */
  public int threads() {
    return options.threads();
  }

  /** Ends the threads once they have done what they run; what waits fails with CANCELLED. */
  public void close() {
    scheduler.close();
  }
}
