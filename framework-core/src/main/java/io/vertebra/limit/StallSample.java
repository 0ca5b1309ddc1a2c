package io.vertebra.limit;

import java.util.ArrayList;
import java.util.List;

/**
 * Where a thread is, and why it does not come on.
 *
 * @param cause why
 * @param where its topmost frames
 */
record StallSample(StallCause cause, List<String> where) {
  static final int FRAMES = 20;
  private static final double COMPUTES = 0.7;
  private static final List<String> LIBRARIES =
      List.of("java.", "jdk.", "sun.", "io.vertx.", "io.netty.");

  /**
   * Judges a thread.
   *
   * @param busy the share of the time that it had a processor
   */
  static StallSample of(Thread.State state, StackTraceElement[] stack, double busy) {
    List<String> where = new ArrayList<>();
    for (int i = 0; i < Math.min(stack.length, FRAMES); i++) {
      where.add(stack[i].toString());
    }
    return new StallSample(cause(state, stack, busy), List.copyOf(where));
  }

  private static StallCause cause(Thread.State state, StackTraceElement[] stack, double busy) {
    if (busy > COMPUTES) {
      return StallCause.CPU;
    }
    return switch (state) {
      case BLOCKED -> StallCause.LOCK;
      case WAITING, TIMED_WAITING -> waitsForLock(stack) ? StallCause.LOCK : StallCause.BLOCKED;
      default -> isInNativeCode(stack) ? StallCause.BLOCKED : busyOrStarved(busy);
    };
  }

  private static StallCause busyOrStarved(double busy) {
    return busy > 1 - COMPUTES ? StallCause.CPU : StallCause.STARVED;
  }

  private static boolean waitsForLock(StackTraceElement[] stack) {
    for (int i = 0; i < Math.min(stack.length, 8); i++) {
      String name = stack[i].getClassName();
      String method = stack[i].getMethodName();
      if (name.startsWith("java.util.concurrent.locks.") && method.equals("lock")) {
        return true;
      }
    }
    return false;
  }

  /** Reading a socket or a file is RUNNABLE for Java. */
  private static boolean isInNativeCode(StackTraceElement[] stack) {
    return stack.length > 0 && stack[0].isNativeMethod();
  }

  /** The frames that tell two stalls apart: the first three that are no library's. */
  String key() {
    StringBuilder key = new StringBuilder();
    int taken = 0;
    for (String frame : where) {
      if (taken < 3
          && LIBRARIES.stream().noneMatch(frame::startsWith)
          && !frame.contains("/java.")) {
        key.append(frame).append('|');
        taken++;
      }
    }
    return key.toString();
  }
}
