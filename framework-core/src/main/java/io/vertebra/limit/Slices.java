package io.vertebra.limit;

import io.vertebra.messaging.Call;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import java.util.Iterator;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Long loops on an event loop, cut into turns of at most 500 µs or 128 steps between which others have
 * theirs: for a computation that needs the verticle's own state, or whose parts are too small for the
 * {@link CpuPool}. A single step is never cut, so it has to be short.
 *
 * <p>Call on an event loop; the steps run there, on the context of the caller, in order. The futures
 * fail with what a step throws, and with CANCELLED or DEADLINE_EXCEEDED, seen between two turns, when
 * nobody waits for the call any more.
 */
public final class Slices {
  private Slices() {}

  /** Does {@code body} with each of {@code items}, which must not change meanwhile. */
  public static <T> Future<Void> forEach(
      Call call, Iterable<? extends T> items, Consumer<? super T> body) {
    Iterator<? extends T> left = items.iterator();
    return loop(call, () -> {
      if (!left.hasNext()) {
        return false;
      }
      body.accept(left.next());
      return true;
    });
  }

  /** Does {@code step} until it answers false. */
  public static Future<Void> loop(Call call, BooleanSupplier step) {
    return new Turns(call, step).start();
  }

  /** Does {@code step} until it answers false, for work that belongs to no call. */
  public static Future<Void> loop(BooleanSupplier step) {
    return new Turns(null, step).start();
  }

  private static final class Turns {
    private final @Nullable Call call;
    private final BooleanSupplier step;
    private final ContextInternal context;
    private final Promise<Void> promise;
    private final SliceBudget budget = new SliceBudget();

    Turns(@Nullable Call call, BooleanSupplier step) {
      ContextInternal current = ContextInternal.current();
      if (current == null || !current.isEventLoopContext() || !current.inThread()) {
        throw new IllegalStateException(
            "slices run on the event loop of whoever calls; this thread is none, use the CPU pool");
      }
      this.call = call;
      this.step = step;
      this.context = current;
      this.promise = current.promise();
    }

    Future<Void> start() {
      turn();
      return promise.future();
    }

    private void turn() {
      try {
        if (call != null) {
          call.checkpoint();
        }
        long now = System.nanoTime();
        budget.begin(now);
        boolean more = step.getAsBoolean();
        while (more) {
          now = budget.needsClock() ? System.nanoTime() : now;
          if (!budget.mayGoOn(now)) {
            later();
            return;
          }
          more = step.getAsBoolean();
        }
        promise.complete();
      } catch (Throwable thrown) {
        promise.fail(thrown);
      }
    }

    /**
     * As a timer that is due, not as a task: Netty goes on with the tasks of an event loop, also with
     * those that they add, for up to a second before it looks at sockets and timers again.
     */
    private void later() {
      try {
        java.util.concurrent.Future<?> unused = context
            .nettyEventLoop()
            .schedule(() -> context.dispatch(this::turn), 1, TimeUnit.NANOSECONDS);
      } catch (RejectedExecutionException closed) {
        promise.tryFail(closed);
      }
    }
  }
}
