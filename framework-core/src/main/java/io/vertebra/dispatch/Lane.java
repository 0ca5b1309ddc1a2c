package io.vertebra.dispatch;

import io.netty.channel.EventLoop;
import io.vertx.core.internal.logging.Logger;
import io.vertx.core.internal.logging.LoggerFactory;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jctools.queues.MpscUnboundedArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * One event loop as the engine sees it: an inbox that any thread may post to, and a wheel of
 * deadlines. What piles up while the loop is busy is worked off in one turn, so a loaded lane wakes
 * its loop once for many messages.
 *
 * <p>{@link #post} may be called from any thread, everything else only on the loop.
 */
public final class Lane implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(Lane.class);
  private static final int TASKS_PER_TURN = 512;
  private static final int TASKS_PER_CLOCK_READ = 8;
  private static final int CHUNK = 1024;
  private static final long SHORTEST_SPIN_NANOS = 250;
  private static final long LONGEST_SPIN_NANOS = 25_000;
  private static final int IDLES_PER_LONG_SPIN = 32;
  private static final long LONGEST_TURN_NANOS = 500_000;

  private final EventLoop loop;
  private final int index;
  private final MpscUnboundedArrayQueue<Runnable> inbox = new MpscUnboundedArrayQueue<>(CHUNK);
  private final AtomicInteger scheduled = new AtomicInteger();
  private final DeadlineWheel wheel = new DeadlineWheel(System.nanoTime());
  private final DispatchStamp stamp = new DispatchStamp();
  private Runnable afterTurn = () -> {};
  private long turnNanos;
  private long spinNanos = LONGEST_SPIN_NANOS;
  private int idles;
  private boolean spins = true;
  private boolean inTurn;
  private boolean timerSet;
  private @Nullable Future<?> timer;
  private long wakeUpAt;
  private long sequence;

  Lane(EventLoop loop, int index) {
    this.loop = loop;
    this.index = index;
  }

  /** Runs {@code task} on the loop, after everything this thread posted before. */
  public void post(Runnable task) {
    inbox.offer(task);
    if (scheduled.get() == 0 && scheduled.compareAndSet(0, 1)) {
      wakeUp();
    }
  }

  /** Runs {@code task} at once if this is the loop's thread, else posts it. */
  public void run(Runnable task) {
    if (isCurrent()) {
      task.run();
    } else {
      post(task);
    }
  }

  /** Whether the calling thread is the loop's. */
  public boolean isCurrent() {
    return loop.inEventLoop();
  }

  /** Whose code runs on the loop. */
  public DispatchStamp stamp() {
    return stamp;
  }

  /** The loop. */
  public EventLoop loop() {
    return loop;
  }

  /** Something to do whenever a turn has worked off the inbox, such as flushing what was written. */
  public void afterTurn(Runnable action) {
    this.afterTurn = action;
  }

  /** Lets the loop sleep at once when there is nothing to do: what it waits for comes over a socket. */
  public void neverSpin() {
    spins = false;
  }

  /** Monotonic time, read at most {@value #TASKS_PER_CLOCK_READ} tasks ago. */
  public long nanoTime() {
    return inTurn ? turnNanos : System.nanoTime();
  }

  /** Reads the clock; for what must not start late because the task before it took long. */
  public long readClock() {
    turnNanos = System.nanoTime();
    return turnNanos;
  }

  /** A number this lane has not given before, distinct from those of all other lanes of the node. */
  public long nextSequence() {
    return ((long) index << 48) | ++sequence;
  }

  /** Calls {@link Timed#onDeadline} on the loop once the deadline has passed. */
  public void arm(Timed timed, long deadlineNanos) {
    if (!timerSet) {
      wheel.advance(System.nanoTime());
    }
    wheel.arm(timed, deadlineNanos);
    if (!timerSet || deadlineNanos - wakeUpAt < 0) {
      scheduleTimer(System.nanoTime());
    }
  }

  /** Takes the deadline back. */
  public void disarm(Timed timed) {
    wheel.disarm(timed);
  }

  @Override
  public void run() {
    long start = System.nanoTime();
    turnNanos = start;
    inTurn = true;
    int left = drain(TASKS_PER_TURN);
    guarded(afterTurn);
    while (left > 0 && spinForWork()) {
      left = turnNanos - start > LONGEST_TURN_NANOS ? 0 : drain(left);
      guarded(afterTurn);
    }
    inTurn = false;
    if (left <= 0) {
      goOnAfterOthers();
      return;
    }
    scheduled.set(0);
    if (!inbox.isEmpty() && scheduled.compareAndSet(0, 1)) {
      wakeUp();
    }
  }

  /** Works the inbox off, at most {@code most} tasks; returns how many more there may be. */
  private int drain(int most) {
    int left = most;
    Runnable task;
    while (left > 0 && (task = inbox.poll()) != null) {
      if (--left % TASKS_PER_CLOCK_READ == 0) {
        turnNanos = System.nanoTime();
      }
      guarded(task);
    }
    return left;
  }

  /**
   * Looks at the inbox a little longer before the loop goes to sleep in its selector, since waking
   * it again costs more than the answer of a busy peer takes. How long adapts to whether it helped
   * the last time, so a lane without such a peer hardly spins; now and then it looks for as long as a
   * wake-up takes, because two lanes that answer each other both have to stay awake to notice.
   */
  private boolean spinForWork() {
    if (!spins) {
      return false;
    }
    long began = System.nanoTime();
    long budget = ++idles % IDLES_PER_LONG_SPIN == 0 ? LONGEST_SPIN_NANOS : spinNanos;
    do {
      if (!inbox.isEmpty()) {
        turnNanos = System.nanoTime();
        spinNanos = LONGEST_SPIN_NANOS;
        return true;
      }
      Thread.onSpinWait();
      turnNanos = System.nanoTime();
    } while (turnNanos - began < budget);
    spinNanos = Math.max(SHORTEST_SPIN_NANOS, spinNanos / 2);
    return false;
  }

  /** Nothing that a task throws may stop the lane: everything else on it would hang. */
  private static void guarded(Runnable task) {
    try {
      task.run();
    } catch (Throwable e) {
      LOG.error("A task of the engine failed; this is a bug of Vertebra", e);
    }
  }

  private void wakeUp() {
    try {
      loop.execute(this);
    } catch (RejectedExecutionException closed) {
      LOG.debug("The event loop is closed; what was posted to it is dropped");
    }
  }

  /**
   * As a timer that is due, not as a task: Netty goes on with the tasks of an event loop, also with
   * those that they add, for up to a second before it looks at sockets and timers again.
   */
  private void goOnAfterOthers() {
    try {
      Future<?> unused = loop.schedule(this, 1, TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException closed) {
      LOG.debug("The event loop is closed; what was posted to it is dropped");
    }
  }

  private void scheduleTimer(long now) {
    long delay = wheel.nanosToNext(now);
    if (delay < 0) {
      return;
    }
    long at = now + delay;
    if (timerSet && at - wakeUpAt >= 0) {
      return;
    }
    timerSet = true;
    wakeUpAt = at;
    Future<?> later = timer;
    timer = loop.schedule(() -> onTimer(at), delay, TimeUnit.NANOSECONDS);
    if (later != null) {
      later.cancel(false);
    }
  }

  private void onTimer(long at) {
    if (!timerSet || wakeUpAt != at) {
      return;
    }
    timerSet = false;
    guarded(() -> wheel.advance(System.nanoTime()));
    scheduleTimer(System.nanoTime());
    guarded(afterTurn);
  }
}
