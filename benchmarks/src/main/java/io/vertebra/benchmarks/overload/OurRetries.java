package io.vertebra.benchmarks.overload;

import io.vertebra.messaging.CallOptions;
import io.vertebra.messaging.CallRetry;
import io.vertebra.messaging.GuardEvent;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Ours, with retries and their budget. */
final class OurRetries implements Retrying {
  private static final CallOptions OPTIONS = CallOptions.defaults()
      .withTimeout(Duration.ofMillis((ATTEMPTS + 1) * ATTEMPT_MILLIS))
      .withRetry(CallRetry.defaults()
          .withAttempts(ATTEMPTS)
          .withAttemptTimeout(Duration.ofMillis(ATTEMPT_MILLIS)));

  /** What an attempt fails with before another is made. */
  private static final List<String> WHY = List.of("deadline-exceeded", "overloaded");

  private final AtomicLong costNanos;
  private final AtomicLong calls = new AtomicLong();
  private final OurService service;

  OurRetries(long costNanos) {
    this.costNanos = new AtomicLong(costNanos);
    this.service = new OurService(this.costNanos::get, OPTIONS);
  }

  @Override
  public Context caller() {
    return service.caller();
  }

  @Override
  public Future<?> call() {
    calls.incrementAndGet();
    return service.call();
  }

  @Override
  public void cost(long nanos) {
    costNanos.set(nanos);
  }

  @Override
  public Made made() {
    long again = 0;
    for (String reason : WHY) {
      again += service.view().guarded(GuardEvent.Kind.RETRIED, OurService.ASK.id(), reason);
    }
    return new Made(calls.get(), calls.get() + again);
  }

  @Override
  public void close() {
    service.close();
  }
}
