package io.vertebra.limit;

import io.netty.channel.EventLoop;
import io.vertebra.dispatch.DispatchOwner;
import io.vertebra.dispatch.DispatchStamp;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Sees code on an event loop that nobody stamps, such as timers and handlers of HTTP: a task that the
 * loop does not come to is held up by something. Counts as code of no contract that runs for as long as
 * the task waits, and no stamped code runs meanwhile.
 *
 * <p>A task wakes a loop that sleeps, so a loop that has used no processor since the last one gets one
 * only each 100 ms (the tasks that Finagle's offload pool counts come at a fixed rate).
 */
final class LoopProbe implements Watched, Runnable {
  /** Contract of code that belongs to none. */
  static final String NO_CONTRACT = "no contract";

  private static final long BUSY_EVERY = 4_000_000L;
  private static final long IDLE_EVERY = 100_000_000L;
  /** What it takes to run the task and to go to sleep again is no sign of work. */
  private static final long IDLE_CPU = 50_000L;

  private final DispatchStamp stamp;
  private final EventLoop loop;
  private final ThreadMXBean threads;
  private long sent;
  private long sentAt;
  private long consideredAt;
  private boolean dead;
  private long told;
  private long cpuWhenRun;
  private long ranAt;
  private volatile @Nullable Thread thread;
  private final AtomicLong ran = new AtomicLong();

  LoopProbe(DispatchStamp stamp, EventLoop loop, ThreadMXBean threads) {
    this.stamp = stamp;
    this.loop = loop;
    this.threads = threads;
  }

  /** Sends the next task if it is time. */
  void send(long now) {
    if (isWaiting() || dead || (sent > 0 && now - consideredAt < BUSY_EVERY)) {
      return;
    }
    consideredAt = now;
    Thread known = thread;
    if (known != null && now - sentAt < IDLE_EVERY) {
      long used = threads.getThreadCpuTime(known.getId()) - cpuWhenRun;
      if (used < IDLE_CPU) {
        return;
      }
    }
    sent++;
    sentAt = now;
    try {
      loop.execute(this);
    } catch (RejectedExecutionException closed) {
      dead = true;
      sent--;
    }
  }

  /** Tells how long the last task waited, once, and as long as one waits how long it has done so. */
  void tell(long now, LongConsumer onRound) {
    if (isWaiting()) {
      onRound.accept(now - sentAt);
    } else if (told != sent) {
      told = sent;
      onRound.accept(ranAt - sentAt);
    }
  }

  private boolean isWaiting() {
    return sent != ran.get();
  }

  @Override
  public void run() {
    if (thread == null) {
      thread = Thread.currentThread();
    }
    ranAt = System.nanoTime();
    cpuWhenRun = threads.getCurrentThreadCpuTime();
    ran.incrementAndGet();
  }

  @Override
  public long number() {
    long stamped = stamp.number();
    boolean runs = isWaiting() && (stamped & 1) == 0;
    return 2 * (stamped + ran.get()) + (runs ? 1 : 0);
  }

  @Override
  public DispatchOwner owner() {
    return new NoContract(thread());
  }

  @Override
  public @Nullable Thread thread() {
    Thread known = thread;
    return known == null ? stamp.thread() : known;
  }

  @Override
  public Kind kind() {
    return Kind.OUTSIDE;
  }

  private record NoContract(@Nullable Thread thread) implements DispatchOwner {
    @Override
    public String contractId() {
      return NO_CONTRACT;
    }

    @Override
    public String verticle() {
      return thread == null ? "unknown" : thread.getName();
    }
  }
}
