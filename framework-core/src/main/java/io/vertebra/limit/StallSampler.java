package io.vertebra.limit;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;

/** Looks at threads that do not come on. Only for the watching thread. */
final class StallSampler {
  private static final StackTraceElement[] NONE = {};

  private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
  private final SampleBudget budget = new SampleBudget(System.nanoTime());

  ThreadMXBean threads() {
    return threads;
  }

  /** Processor time that the thread has used, in nanoseconds; virtual ones are not asked. */
  long cpuTime(Watched watched, Thread thread) {
    return watched.kind() == Watched.Kind.VIRTUAL ? 0 : threads.getThreadCpuTime(thread.getId());
  }

  /**
   * Why and where it stands; without a stack if enough of those were taken.
   *
   * @param busy the share of the time that it had a processor
   */
  StallSample sample(Watched watched, Thread thread, double busy) {
    boolean withStack = budget.take(System.nanoTime());
    if (watched.kind() == Watched.Kind.VIRTUAL) {
      return StallSample.of(Thread.State.RUNNABLE, withStack ? thread.getStackTrace() : NONE, 1);
    }
    // One look, so that state and stack belong together.
    ThreadInfo info = threads.getThreadInfo(thread.getId(), withStack ? StallSample.FRAMES : 0);
    return info == null
        ? StallSample.of(Thread.State.TERMINATED, NONE, 0)
        : StallSample.of(info.getThreadState(), info.getStackTrace(), busy);
  }
}
