package io.vertebra.dispatch;

/** Whose code runs on an event loop. */
public interface DispatchOwner {

  /** Id of the contract. */
  String contractId();

  /** Class of the verticle, or what else stands for the code. */
  String verticle();

  /** Lets no more than that many of its calls run at once, or again as many as its limit says if 0. Any thread. */
  default void restrictTo(int calls) {}
}
