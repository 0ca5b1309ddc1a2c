package io.vertebra.benchmarks.guard;

import io.vertebra.benchmarks.process.Patience;
import io.vertebra.benchmarks.process.Pause;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** Keeps so many calls in flight until it is stopped: each that ends starts the next. */
public final class Busy {
  private static final int CALIBRATION_IN_FLIGHT = 8;

  private final Context context;
  private final Supplier<? extends Future<?>> call;
  private final Promise<Void> idle = Promise.promise();
  private final AtomicLong ended = new AtomicLong();
  private int open;
  private boolean stopped;

  private Busy(Context context, Supplier<? extends Future<?>> call) {
    this.context = context;
    this.call = call;
  }

  /** Starts to call. Calls are made on the context and have to complete there. */
  public static Busy start(Context context, Supplier<? extends Future<?>> call, int inFlight) {
    Busy busy = new Busy(context, call);
    context.runOnContext(v -> {
      busy.open = inFlight;
      for (int i = 0; i < inFlight; i++) {
        busy.next();
      }
    });
    return busy;
  }

  /** Calls a second that a service can do, with a few in flight all the time. Takes 3 s. */
  public static double capacity(Context context, Supplier<? extends Future<?>> call) {
    return capacity(context, call, Duration.ofSeconds(1), () -> {});
  }

  /** The same after a warm-up of that length, at whose end {@code warmedUp} is done. */
  public static double capacity(
      Context context, Supplier<? extends Future<?>> call, Duration warmUp, Runnable warmedUp) {
    Busy busy = start(context, call, CALIBRATION_IN_FLIGHT);
    Pause.of(warmUp);
    warmedUp.run();
    double perSecond = busy.perSecond(Duration.ofSeconds(2));
    busy.stop();
    return perSecond;
  }

  /** Calls that end in a second, seen for that long. */
  public double perSecond(Duration duration) {
    long before = ended.get();
    long start = System.nanoTime();
    Pause.of(duration);
    return (ended.get() - before) * 1e9 / (System.nanoTime() - start);
  }

  /** Calls that have ended so far. */
  public long ended() {
    return ended.get();
  }

  /** Waits until no call is in flight any more. */
  public void stop() {
    context.runOnContext(v -> stopped = true);
    Patience.await(idle.future());
  }

  private void next() {
    if (stopped) {
      open--;
      if (open == 0) {
        idle.complete();
      }
    } else {
      // By way of the context, since answers that come at once would pile up on the stack.
      call.get().onComplete(answer -> {
        ended.incrementAndGet();
        context.runOnContext(v -> next());
      });
    }
  }
}
