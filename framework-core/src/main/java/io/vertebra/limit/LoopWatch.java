package io.vertebra.limit;

import io.vertebra.dispatch.DispatchOwner;
import io.vertebra.limit.StallDetector.Step;
import org.jspecify.annotations.Nullable;

/** Watches one thread; only for the watching thread. */
final class LoopWatch {
  private final Watched watched;
  private final StallDetector detector;
  private final StallSampler sampler;
  private final Findings findings;
  private long cpuBefore;
  private long ageBefore;
  private long countedFrom;
  private @Nullable DispatchOwner owner;
  private StallTable.@Nullable Key key;

  LoopWatch(Watched watched, long threshold, StallSampler sampler, Findings findings) {
    this.watched = watched;
    this.detector = new StallDetector(threshold);
    this.sampler = sampler;
    this.findings = findings;
  }

  /** Hears what was seen. */
  interface Findings {
    /** Code of {@code owner} holds its loop up. Answers the key under which it is counted. */
    StallTable.Key began(Watched.Kind kind, DispatchOwner owner, StallSample sample, long nanos);

    /** It goes on. Answers the key under which the time from now on is counted, mostly the same. */
    StallTable.Key goesOn(
        Watched.Kind kind, DispatchOwner owner, StallTable.Key key, StallSample sample, long nanos);

    /** It has ended, or goes on under another key. */
    void ended(DispatchOwner owner, StallTable.Key key, long nanos);
  }

  /** Looks once; whether anything runs there. */
  boolean look(long now) {
    long age = detector.age();
    Step step = detector.look(now, watched.number());
    Thread thread = watched.thread();
    if (thread != null) {
      act(step, thread, age);
    }
    return detector.isBusy();
  }

  /** Nanoseconds that the same code has run, of what could be seen; 0 if none runs. */
  long age() {
    return detector.isBusy() ? detector.age() : 0;
  }

  private void act(Step step, Thread thread, long ageBeforeLook) {
    DispatchOwner known = owner;
    switch (step) {
      case SEEN -> {
        cpuBefore = sampler.cpuTime(watched, thread);
        ageBefore = detector.age();
        owner = watched.owner();
      }
      case BEGAN -> {
        if (known != null) {
          key = findings.began(watched.kind(), known, sample(thread), detector.age());
        }
      }
      case GOES_ON -> {
        StallTable.Key counted = key;
        if (known != null && counted != null) {
          StallTable.Key now =
              findings.goesOn(watched.kind(), known, counted, sample(thread), detector.age());
          if (!now.equals(counted)) {
            findings.ended(known, counted, detector.age() - countedFrom);
            countedFrom = detector.age();
            key = now;
          }
        }
      }
      case ENDED -> {
        StallTable.Key counted = key;
        if (known != null && counted != null) {
          findings.ended(known, counted, ageBeforeLook - countedFrom);
        }
        key = null;
        countedFrom = 0;
      }
      case NONE -> {
        // Nothing runs, or not for long.
      }
    }
  }

  private StallSample sample(Thread thread) {
    double passed = Math.max(1, detector.age() - ageBefore);
    double used = sampler.cpuTime(watched, thread) - cpuBefore;
    return sampler.sample(watched, thread, used / passed);
  }
}
