package io.vertebra.saga;

import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;

/** Counts what it is told. */
@NullUnmarked
final class FakeWaiter implements Waiter {
  int begun;
  int ended;
  int followed;
  String id = "";

  @Nullable
  Throwable failure;

  @Override
  public boolean begun(SagaMachine<?> its, Instance<?> instance) {
    begun++;
    id = instance.id();
    return true;
  }

  @Override
  public <S> void ended(SagaMachine<S> its, Instance<S> instance) {
    ended++;
    id = instance.id();
  }

  @Override
  public void follow(String saga, String key) {
    followed++;
  }

  @Override
  public void failed(Throwable cause) {
    failure = cause;
  }
}
