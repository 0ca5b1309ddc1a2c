package io.vertebra.test.fault;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.function.BiConsumer;

/** Does things later, on the context they came from. */
final class Later {
  private final BiConsumer<Duration, Runnable> timer;

  Later(BiConsumer<Duration, Runnable> timer) {
    this.timer = timer;
  }

  void after(Duration delay, Runnable action) {
    Runnable here = here(action);
    timer.accept(delay, here);
  }

  /** The action as one that runs on the context on which this is called, if there is one. */
  static Runnable here(Runnable action) {
    Context context = Vertx.currentContext();
    return context == null ? action : () -> context.runOnContext(ignored -> action.run());
  }
}
