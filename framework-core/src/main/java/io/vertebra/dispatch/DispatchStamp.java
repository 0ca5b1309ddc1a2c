package io.vertebra.dispatch;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Says whose code runs on an event loop just now: an odd number while there is any, a different one for
 * each time. Code that runs within other code, such as a callback of a call that fails at once, counts
 * as a time of its own, after which that of the other begins anew. Written by the loop, without a
 * clock and in order with nothing else, so that it costs two stores; read by whoever watches.
 */
public final class DispatchStamp {
  private static final VarHandle NUMBER;

  static {
    try {
      NUMBER = MethodHandles.lookup().findVarHandle(DispatchStamp.class, "number", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  @SuppressWarnings("unused") // through NUMBER
  private long number;

  private volatile @Nullable Thread thread;
  private @Nullable DispatchOwner owner;

  /** Code of {@code of} begins. Answers within whose code, for {@link #leave}. On the loop. */
  @Nullable
  DispatchOwner enter(DispatchOwner of) {
    if (thread == null) {
      thread = Thread.currentThread();
    }
    DispatchOwner around = owner;
    owner = of;
    NUMBER.setRelease(this, number + (around == null ? 1 : 2));
    return around;
  }

  /** It has ended; that of {@code around} goes on, if there is any. On the loop. */
  void leave(@Nullable DispatchOwner around) {
    owner = around;
    NUMBER.setRelease(this, number + (around == null ? 1 : 2));
  }

  /** Odd while code runs. */
  public long number() {
    return (long) NUMBER.getAcquire(this);
  }

  /** Whose code runs, if it has not changed meanwhile; look at the number again afterwards. Null if nobody's. */
  public @Nullable DispatchOwner owner() {
    return owner;
  }

  /** The thread of the loop, or null as long as nothing has run there. */
  public @Nullable Thread thread() {
    return thread;
  }
}
