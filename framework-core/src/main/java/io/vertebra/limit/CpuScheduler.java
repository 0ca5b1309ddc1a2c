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
 * Work that comes when there is too much is judged in a turn as well, which the submitter takes if
 * nobody has it: the queue is what knows who has more than his share.
 */
final class CpuScheduler {
  private static final Logger LOG = LoggerFactory.getLogger(CpuScheduler.class);
  private static final int CHUNK = 256;

  private final CpuOptions options;
  private final Refused refused;
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
  private volatile int allowed;
  private volatile boolean closed;

  CpuScheduler(CpuOptions options, String nodeId, Refused refused) {
    this.options = options;
    this.refused = refused;
    this.allowed = options.threads();
    this.measures = threads.isCurrentThreadCpuTimeSupported();
    this.workers = new Worker[options.mostThreads()];
    for (int i = 0; i < workers.length; i++) {
      this.workers[i] = new Worker("vertebra-cpu-" + nodeId + "-" + i, i);
    }
  }

  /** Hears of work that is not taken. */
  interface Refused {
    /**
     * It has not run and will not.
     *
     * @param pushedOut whether it waited already, and gave way to work of somebody who has less
     * @param wait nanoseconds that it would have waited, about
     */
    void refused(CpuWork<?> work, boolean pushedOut, int queued, long wait);
  }

  int queued() {
    return queued.get();
  }

  /** Processor time that what waits will take about. */
  long queuedNanos() {
    return queuedNanos.get();
  }

  /** Threads that run work now. */
  int allowed() {
    return allowed;
  }

  /** Lets that many threads run work from now on; those that run some end it first. Any thread. */
  void allow(int number) {
    int before = allowed;
    allowed = number;
    if (number > before) {
      wakeOne();
    }
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
    if (work.isContested) {
      settle();
    }
  }

  /** A piece that waited is not wanted any more. Any thread. */
  void abandoned(CpuWork<?> work) {
    left(work);
    inbox.offer(() -> {
      CpuQueue.Job<CpuWork<?>> job = work.job;
      if (job != null) {
        queue.remove(job, System.nanoTime());
      }
    });
    wakeOne();
  }

  private void left(CpuWork<?> work) {
    queued.decrementAndGet();
    queuedNanos.addAndGet(-work.estimate);
  }

  private void enqueue(CpuWork<?> work) {
    long now = System.nanoTime();
    CpuQueue.Job<CpuWork<?>> job = queue.add(work, work.flow, work.deadline, work.estimate, now);
    work.job = job;
    if (work.isContested) {
      judge(job, now);
    }
  }

  /** There is too much: gives up what cannot be in time, and what waits for those who have most. In turn. */
  private void judge(CpuQueue.Job<CpuWork<?>> fresh, long now) {
    int running = allowed;
    CpuWork<?> work = fresh.item;
    if (queue.size() > 1 && queue.before(fresh) / running + work.estimate > work.deadline - now) {
      giveUp(fresh, fresh, now);
    }
    for (CpuQueue.Job<CpuWork<?>> last = queue.leastFair();
        last != null && isTooMuchWith(last, running);
        last = queue.leastFair()) {
      giveUp(last, fresh, now);
    }
  }

  private boolean isTooMuchWith(CpuQueue.Job<CpuWork<?>> job, int running) {
    long others = queue.cost() - job.estimate;
    return queue.size() > options.queue()
        || (queue.size() > 1 && others / running > options.maxWait().toNanos());
  }

  private void giveUp(CpuQueue.Job<CpuWork<?>> job, CpuQueue.Job<CpuWork<?>> fresh, long now) {
    queue.remove(job, now);
    CpuWork<?> work = job.item;
    if (work.abandon()) {
      left(work);
      refused.refused(work, job != fresh, queue.size(), queue.cost() / allowed);
    }
  }

  private void wakeOne() {
    int most = allowed;
    for (int i = 0; i < most; i++) {
      Worker worker = workers[i];
      if (worker.sleeps.get() && worker.sleeps.compareAndSet(true, false)) {
        LockSupport.unpark(worker);
        return;
      }
    }
  }

  private void refuse(CpuWork<?> work) {
    if (work.abandon()) {
      left(work);
      work.promise().tryFail(CallException.cancelled(work.flow.contract(), false));
    }
  }

  /** Judges what has come, if nobody has the turn; who has it does so before or after giving it back. */
  private void settle() {
    while (!inbox.isEmpty() && turn.compareAndSet(false, true)) {
      try {
        takeIn();
      } finally {
        turn.set(false);
      }
    }
  }

  private void takeIn() {
    for (Runnable change = inbox.poll(); change != null; change = inbox.poll()) {
      change.run();
    }
  }

  /** The next piece to run, begun; null if none waits, or others are to run it. Only in turn. */
  private CpuQueue.@Nullable Job<CpuWork<?>> next(int worker) {
    takeIn();
    while (closed || worker < allowed) {
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
      queue.used(job, 0, System.nanoTime());
    }
    return null;
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
    private final int index;

    Worker(String name, int index) {
      super(name);
      this.index = index;
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
            queue.used(done, used, System.nanoTime());
          }
          job = next(index);
        } finally {
          turn.set(false);
        }
        settle();
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
      while (!hasWork() && !closed && sleeps.get()) {
        LockSupport.park(this);
      }
      sleeps.set(false);
    }

    /** Work is in the inbox, or has gone from there to the queue. */
    private boolean hasWork() {
      return !inbox.isEmpty() || (index < allowed && queued.get() > 0);
    }
  }
}
