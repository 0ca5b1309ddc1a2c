package io.vertebra.limit;

import io.vertebra.error.CallException;
import io.vertx.core.internal.logging.Logger;
import io.vertx.core.internal.logging.LoggerFactory;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jctools.queues.MpscUnboundedArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * The threads of the pool. Whoever submits only puts work into an inbox and wakes a thread, without
 * ever waiting; the threads take turns with the queue, one at a time, and sleep when there is nothing.
 */
final class CpuScheduler {
  private static final Logger LOG = LoggerFactory.getLogger(CpuScheduler.class);
  private static final int CHUNK = 256;

  private final MpscUnboundedArrayQueue<Runnable> inbox = new MpscUnboundedArrayQueue<>(CHUNK);
  /** Only for the thread that has {@link #turn}. */
  private final CpuQueue<CpuWork<?>> queue = new CpuQueue<>();

  private final AtomicBoolean turn = new AtomicBoolean();
  private final AtomicInteger queued = new AtomicInteger();
  private final AtomicLong queuedNanos = new AtomicLong();
  private final Worker[] workers;
  private final AtomicBoolean started = new AtomicBoolean();
  private final boolean measures;
  private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
  private volatile boolean closed;

  CpuScheduler(int workers, String nodeId) {
    this.measures = threads.isCurrentThreadCpuTimeSupported();
    this.workers = new Worker[workers];
    for (int i = 0; i < workers; i++) {
      this.workers[i] = new Worker("vertebra-cpu-" + nodeId + "-" + i);
    }
  }

  int queued() {
    return queued.get();
  }

  /** Processor time that what waits will take about. */
  long queuedNanos() {
    return queuedNanos.get();
  }

  /** Any thread. */
  void add(CpuWork<?> work) {
    queued.incrementAndGet();
    queuedNanos.addAndGet(work.estimate);
    inbox.offer(() -> enqueue(work));
    if (closed) {
      refuse(work);
      return;
    }
    if (!started.get() && started.compareAndSet(false, true)) {
      for (Worker worker : workers) {
        worker.start();
      }
    }
    wakeOne();
  }

  /** A piece that waited is not wanted any more. Any thread. */
  void abandoned(CpuWork<?> work) {
    left(work);
    inbox.offer(() -> {
      CpuQueue.Job<CpuWork<?>> job = work.job;
      if (job != null) {
        queue.remove(job);
      }
    });
    wakeOne();
  }

  private void left(CpuWork<?> work) {
    queued.decrementAndGet();
    queuedNanos.addAndGet(-work.estimate);
  }

  private void enqueue(CpuWork<?> work) {
    work.job = queue.add(
        work,
        work.origin.rank(),
        work.origin.contract(),
        work.origin.caller(),
        work.deadline,
        work.estimate);
  }

  private void wakeOne() {
    for (Worker worker : workers) {
      if (worker.sleeps.get() && worker.sleeps.compareAndSet(true, false)) {
        LockSupport.unpark(worker);
        return;
      }
    }
  }

  private void refuse(CpuWork<?> work) {
    if (work.abandon()) {
      left(work);
      work.promise().tryFail(CallException.cancelled(work.origin.contract(), false));
    }
  }

  /** The next piece to run, begun; null if none waits. Only in turn. */
  private CpuQueue.@Nullable Job<CpuWork<?>> next() {
    for (Runnable change = inbox.poll(); change != null; change = inbox.poll()) {
      change.run();
    }
    while (true) {
      CpuQueue.Job<CpuWork<?>> job = queue.poll();
      if (job == null) {
        return null;
      }
      CpuWork<?> work = job.item;
      if (closed) {
        refuse(work);
      } else if (work.begin()) {
        left(work);
        if (queue.size() > 0) {
          wakeOne();
        }
        return job;
      }
    }
  }

  void close() {
    closed = true;
    if (started.compareAndSet(false, true)) {
      return;
    }
    for (Worker worker : workers) {
      worker.sleeps.set(false);
      LockSupport.unpark(worker);
    }
  }

  private final class Worker extends Thread {
    final AtomicBoolean sleeps = new AtomicBoolean();

    Worker(String name) {
      super(name);
      setDaemon(true);
    }

    @Override
    public void run() {
      CpuQueue.Job<CpuWork<?>> done = null;
      long used = 0;
      while (true) {
        while (!turn.compareAndSet(false, true)) {
          Thread.onSpinWait();
        }
        CpuQueue.Job<CpuWork<?>> job;
        try {
          if (done != null) {
            queue.used(done, used);
          }
          job = next();
        } finally {
          turn.set(false);
        }
        done = job;
        if (job != null) {
          used = run(job.item);
        } else if (closed) {
          return;
        } else {
          sleep();
        }
      }
    }

    private long run(CpuWork<?> work) {
      long before = cpuTime();
      try {
        work.run();
      } catch (Throwable broken) {
        LOG.error("A piece of CPU work could not be answered", broken);
      }
      long used = Math.max(0, cpuTime() - before);
      work.cost.measured(used);
      return used;
    }

    private long cpuTime() {
      return measures ? threads.getCurrentThreadCpuTime() : System.nanoTime();
    }

    /** Until somebody has something to do; whoever adds work sees that this thread sleeps, or this thread sees the work. */
    private void sleep() {
      sleeps.set(true);
      while (inbox.isEmpty() && !closed && sleeps.get()) {
        LockSupport.park(this);
      }
      sleeps.set(false);
    }
  }
}
