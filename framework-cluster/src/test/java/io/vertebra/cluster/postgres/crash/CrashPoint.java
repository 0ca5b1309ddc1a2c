package io.vertebra.cluster.postgres.crash;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A place in the program where the process stands still for ever, so that it can be killed right
 * there; or, if it was only frozen, goes on when it is told.
 */
final class CrashPoint {
  static final String REACHED = "REACHED ";

  private final String name;
  private final AtomicInteger left;
  private final CountDownLatch goOn = new CountDownLatch(1);
  private volatile boolean isArmed;

  /**
   * A point.
   *
   * @param name such as {@code W4.before}, or {@code none}
   * @param occurrence the how-manieth time stops the process, from 1
   */
  CrashPoint(String name, int occurrence) {
    this.name = name;
    this.left = new AtomicInteger(occurrence);
  }

  boolean isNamed(String place) {
    return place.equals(name);
  }

  /** From now on it counts. */
  void arm() {
    isArmed = true;
  }

  /** The program is here. */
  void at(String place) {
    if (isArmed && place.equals(name) && left.decrementAndGet() == 0) {
      System.out.println(REACHED + place);
      try {
        goOn.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  void goOn() {
    goOn.countDown();
  }
}
