package io.vertebra.limit;

import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** One piece of work for the pool, from its submission to its end. */
final class CpuWork<T> {
  private static final int WAITS = 0;
  private static final int RUNS = 1;
  private static final int OVER = 2;

  final CpuCost cost;
  final long estimate;
  final long deadline;
  final CpuFlow.Key flow;
  /** Whether it came when there was too much already. */
  final boolean isContested;

  private final Callable<T> task;
  private final ContextInternal context;
  private final Promise<T> promise;
  private final AtomicInteger state = new AtomicInteger(WAITS);

  /** Its place in the queue; only its owner looks. */
  CpuQueue.@Nullable Job<CpuWork<?>> job;

  CpuWork(Wanted<T> wanted, CpuCost cost, boolean isContested, ContextInternal context) {
    this.cost = cost;
    this.estimate = cost.estimate();
    this.deadline = wanted.deadline;
    this.flow = wanted.flow;
    this.isContested = isContested;
    this.task = wanted.task;
    this.context = context;
    this.promise = context.promise();
  }

  /** What is to be run, for whom, and until when. */
  record Wanted<T>(CpuFlow.Key flow, long deadline, Callable<T> task) {}

  Promise<T> promise() {
    return promise;
  }

  /** Whether it waits no more, and nobody else may begin it. */
  boolean begin() {
    return state.compareAndSet(WAITS, RUNS);
  }

  /** Ends it unless it runs. */
  boolean abandon() {
    return state.compareAndSet(WAITS, OVER);
  }

  /** Runs it on this thread, in the context it was submitted from. */
  void run() {
    ContextInternal before = context.beginDispatch();
    T result = null;
    Throwable failure = null;
    try {
      result = task.call();
    } catch (Throwable thrown) {
      failure = thrown;
    } finally {
      context.endDispatch(before);
    }
    if (failure == null) {
      promise.tryComplete(result);
    } else {
      promise.tryFail(failure);
    }
  }
}
