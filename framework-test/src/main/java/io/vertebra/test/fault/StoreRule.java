package io.vertebra.test.fault;

import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A fault that waits for operations of a store. */
record StoreRule(FaultPoint point, Fault fault, StoreRule.Effect effect) {

  boolean isStop() {
    return effect instanceof Before || effect instanceof After;
  }

  /** What a fault does to an operation that it strikes. */
  sealed interface Effect {}

  record Fail() implements Effect {}

  record LoseAnswer() implements Effect {}

  record Delay(Duration delay) implements Effect {}

  record CrashBefore() implements Effect {}

  record CrashAfter() implements Effect {}

  record Before(Runnable action) implements Effect {}

  record After(Consumer<@Nullable Object> action) implements Effect {}
}
