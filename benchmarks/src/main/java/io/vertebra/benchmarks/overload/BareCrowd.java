package io.vertebra.benchmarks.overload;

import io.vertx.core.Context;
import io.vertx.core.Future;
import java.time.Duration;

/** The bare event bus does not know who calls, so all may call from one place. */
final class BareCrowd implements Crowd {
  private final BareService service;

  BareCrowd(long costNanos, Duration deadline) {
    service = new BareService(costNanos, deadline);
  }

  @Override
  public Context context() {
    return service.caller();
  }

  @Override
  public Future<?> call(int caller) {
    return service.call();
  }

  @Override
  public void close() {
    service.close();
  }
}
