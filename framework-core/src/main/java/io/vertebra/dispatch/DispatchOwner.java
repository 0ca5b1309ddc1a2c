package io.vertebra.dispatch;

import io.vertebra.messaging.Call;
import org.jspecify.annotations.Nullable;

/** Whose code runs on an event loop. */
public interface DispatchOwner {

  /** Whose code handles {@code call}, or null if it is a call of no node. */
  static @Nullable DispatchOwner of(Call call) {
    return call instanceof ServedCall<?, ?> served ? served.instance() : null;
  }

  /** Id of the contract. */
  String contractId();

  /** Class of the verticle, or what else stands for the code. */
  String verticle();

  /**
   * Lets no more than that many of its calls run at once, or again as many as its limit says if 0. Any
   * thread.
   *
   * @return whether its calls can be restricted at all
   */
  default boolean restrictTo(int calls) {
    return false;
  }

  /**
   * Lets its code run off the event loop from now on, or on it again. Any thread.
   *
   * @return whether it can be moved at all
   */
  default boolean relocate(boolean away) {
    return false;
  }

  /** When it last ran for as long as a stall though it was moved, as {@link System#nanoTime()} counts. Any thread. */
  default long lastLongRun() {
    return System.nanoTime();
  }
}
