package io.vertebra.dispatch;

import org.jspecify.annotations.Nullable;

/** Something with a deadline, linked into at most one {@link DeadlineWheel}. */
public abstract class Timed {
  static final int NOT_ARMED = -1;

  @Nullable
  Timed previous;

  @Nullable
  Timed next;

  long tick;
  int slot = NOT_ARMED;

  /** Called by {@link DeadlineWheel#advance} once the deadline has passed; the wheel has let go of it. */
  protected abstract void onDeadline(long nowNanos);
}
