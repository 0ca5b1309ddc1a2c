package io.vertebra.test.fault;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** A fault that was ordered: tells whether it has struck, and can be ended. */
public final class Fault {
  private final String what;
  private final Aim aim;
  private final long seed;
  private final AtomicInteger passed = new AtomicInteger();
  private final AtomicInteger left;
  private final ConcurrentLinkedQueue<Integer> strikes = new ConcurrentLinkedQueue<>();
  private final Promise<Void> struck = Promise.promise();
  private final Runnable onEnd;
  private volatile boolean isOver;

  /**
   * A fault that waits for somebody to come by.
   *
   * @param what it does, and where
   * @param seed decides whom it strikes, where that is left to chance
   * @param onEnd lets go of what it holds
   */
  Fault(String what, Aim aim, long seed, Runnable onEnd) {
    this.what = what;
    this.aim = aim;
    this.seed = seed;
    this.left = new AtomicInteger(aim.most());
    this.onEnd = onEnd;
  }

  /** Somebody comes by: whether the fault strikes. */
  boolean strikes() {
    if (isOver) {
      return false;
    }
    int number = passed.incrementAndGet();
    boolean isMeant = number > aim.skipped() && isDrawn(number);
    if (!isMeant || left.getAndUpdate(count -> Math.max(0, count - 1)) == 0) {
      return false;
    }
    strikes.add(number);
    return true;
  }

  /** What it does has begun. */
  void begun() {
    struck.tryComplete();
  }

  /** By number, so that it does not depend on what other faults have drawn before. */
  private boolean isDrawn(int number) {
    return aim.chance() == 1
        || new SplittableRandom(seed + number * 0x9E3779B97F4A7C15L).nextDouble() < aim.chance();
  }

  /** How often it has struck. */
  public int count() {
    return strikes.size();
  }

  /** Completes when it has struck for the first time: what it drops is gone, what it delays is waiting. */
  public Future<Void> struck() {
    return struck.future();
  }

  /** Strikes no more, and lets go of what it holds back. What it has delayed takes its time all the same. */
  public void end() {
    isOver = true;
    onEnd.run();
  }

  /** Which of those that came by it has struck, from 1. */
  List<Integer> numbers() {
    return strikes.stream().sorted().toList();
  }

  @Override
  public String toString() {
    return what;
  }
}
