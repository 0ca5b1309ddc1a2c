package io.vertebra.limit;

import io.vertebra.dispatch.DispatchOwner;
import io.vertebra.dispatch.DispatchStamp;
import io.vertebra.limit.StallDetector.Step;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import org.jspecify.annotations.Nullable;

/** Watches one event loop; only for the watching thread. */
final class LoopWatch {
  private final DispatchStamp stamp;
  private final StallDetector detector;
  private final ThreadMXBean threads;
  private final Findings findings;
  private long cpuBefore;
  private long ageBefore;
  private @Nullable DispatchOwner owner;
  private StallTable.@Nullable Key key;

  LoopWatch(DispatchStamp stamp, long threshold, ThreadMXBean threads, Findings findings) {
    this.stamp = stamp;
    this.detector = new StallDetector(threshold);
    this.threads = threads;
    this.findings = findings;
  }

  /** Hears what was seen. */
  interface Findings {
    /** Code of {@code owner} holds its loop up. Answers the key under which it is counted. */
    StallTable.Key began(DispatchOwner owner, StallSample sample, long nanos);

    /** It goes on. */
    void goesOn(DispatchOwner owner, StallTable.Key key, StallSample sample, long nanos);

    /** It has ended. */
    void ended(DispatchOwner owner, StallTable.Key key, long nanos);
  }

  /** Looks once; whether anything runs there. */
  boolean look(long now) {
    long age = detector.age();
    Step step = detector.look(now, stamp.number());
    Thread thread = stamp.thread();
    if (thread != null) {
      act(step, thread, age);
    }
    return detector.isBusy();
  }

  private void act(Step step, Thread thread, long ageBeforeLook) {
    DispatchOwner known = owner;
    switch (step) {
      case SEEN -> {
        cpuBefore = threads.getThreadCpuTime(thread.getId());
        ageBefore = detector.age();
        owner = stamp.owner();
      }
      case BEGAN -> {
        if (known != null) {
          key = findings.began(known, sample(thread), detector.age());
        }
      }
      case GOES_ON -> {
        StallTable.Key counted = key;
        if (known != null && counted != null) {
          findings.goesOn(known, counted, sample(thread), detector.age());
        }
      }
      case ENDED -> {
        StallTable.Key counted = key;
        if (known != null && counted != null) {
          findings.ended(known, counted, ageBeforeLook);
        }
        key = null;
      }
      case NONE -> {
        // Nothing runs, or not for long.
      }
    }
  }

  private StallSample sample(Thread thread) {
    // One look, so that state and stack belong together.
    ThreadInfo info = threads.getThreadInfo(thread.getId(), StallSample.FRAMES);
    double passed = Math.max(1, detector.age() - ageBefore);
    double used = threads.getThreadCpuTime(thread.getId()) - cpuBefore;
    return info == null
        ? StallSample.of(Thread.State.TERMINATED, new StackTraceElement[0], 0)
        : StallSample.of(info.getThreadState(), info.getStackTrace(), used / passed);
  }
}
