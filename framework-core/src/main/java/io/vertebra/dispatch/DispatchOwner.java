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
}
