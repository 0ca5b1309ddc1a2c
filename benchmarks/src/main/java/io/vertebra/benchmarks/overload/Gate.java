package io.vertebra.benchmarks.overload;

import com.netflix.concurrency.limits.Limiter;
import com.netflix.concurrency.limits.limit.Gradient2Limit;
import com.netflix.concurrency.limits.limit.WindowedLimit;
import com.netflix.concurrency.limits.limiter.SimpleLimiter;
import io.github.resilience4j.bulkhead.Bulkhead;
import org.jspecify.annotations.Nullable;

/** What lets a caller make a call, or does not. */
@FunctionalInterface
interface Gate {
  /** What to tell when the call has ended, or null if it may not be made. */
  @Nullable
  Exit enter();

  /** Hears how a call has ended. */
  @FunctionalInterface
  interface Exit {
    void ended(boolean isAnswer);
  }

  /** The bulkhead of Resilience4j as it comes: 25 calls at once, none waits. */
  static Gate bulkhead() {
    Bulkhead bulkhead = Bulkhead.ofDefaults("overload");
    Exit exit = isAnswer -> bulkhead.onComplete();
    return () -> bulkhead.tryAcquirePermission() ? exit : null;
  }

  /** The adaptive limit of Netflix as it comes: Gradient2, in windows. */
  static Gate gradient2() {
    Limiter<Void> limiter = SimpleLimiter.newBuilder()
        .limit(WindowedLimit.newBuilder().build(Gradient2Limit.newDefault()))
        .build();
    return () -> limiter.acquire(null).map(Gate::exit).orElse(null);
  }

  private static Exit exit(Limiter.Listener listener) {
    return isAnswer -> {
      if (isAnswer) {
        listener.onSuccess();
      } else {
        listener.onDropped();
      }
    };
  }
}
