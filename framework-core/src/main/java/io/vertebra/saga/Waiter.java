package io.vertebra.saga;

/** Somebody who started an instance, or attached to it. Told exactly one end, after {@link #begun} or not. */
interface Waiter {
  /** The instance is in the log. Answers whether to tell of its end too. */
  boolean begun(SagaMachine<?> machine, Instance<?> instance);

  /** The instance needs no engine any more: it is final, or waits for an operator. */
  <S> void ended(SagaMachine<S> machine, Instance<S> instance);

  /** Somebody else runs the instance: its end is to be found in the log. */
  void follow(String saga, String key);

  /** There may be no instance. */
  void failed(Throwable failure);
}
