package io.vertebra.dispatch;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;

/**
 * A value that every thread may read and that is replaced as a whole.
 *
 * @param <T> the value, immutable by convention
 */
final class Shared<T> {
  private final AtomicReference<T> reference;

  Shared(T first) {
    this.reference = new AtomicReference<>(first);
  }

  T get() {
    return Objects.requireNonNull(reference.get());
  }

  /** Whether the value has not been replaced since {@code seen} was read. */
  @SuppressWarnings("ReferenceEquality") // an equal value in its place is a replacement too
  boolean isStill(T seen) {
    return reference.get() == seen;
  }

  /** Replaces the value by what {@code change} makes of it, which may be called more than once; returns the old one. */
  T replace(UnaryOperator<T> change) {
    while (true) {
      T before = get();
      if (reference.compareAndSet(before, change.apply(before))) {
        return before;
      }
    }
  }
}
