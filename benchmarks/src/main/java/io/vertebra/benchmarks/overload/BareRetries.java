package io.vertebra.benchmarks.overload;

import io.vertx.core.Context;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** The bare event bus, with retries as they are usually written: with random waits, and without a budget. */
final class BareRetries implements Retrying {
  private static final int FIRST_WAIT_MILLIS = 20;

  private final AtomicLong costNanos;
  private final AtomicLong calls = new AtomicLong();
  private final AtomicLong attempts = new AtomicLong();
  private final BareService service;

  BareRetries(long costNanos) {
    this.costNanos = new AtomicLong(costNanos);
    this.service = new BareService(this.costNanos::get, Duration.ofMillis(ATTEMPT_MILLIS));
  }

  @Override
  public Context caller() {
    return service.caller();
  }

  @Override
  public Future<?> call() {
    calls.incrementAndGet();
    return attempt(1);
  }

  private Future<Object> attempt(int number) {
    attempts.incrementAndGet();
    Future<Object> answer = service.call().map(reply -> reply);
    if (number == ATTEMPTS) {
      return answer;
    }
    long bound = (long) FIRST_WAIT_MILLIS << (number - 1);
    return answer.recover(failure -> caller()
        .owner()
        .timer(1 + ThreadLocalRandom.current().nextLong(bound), TimeUnit.MILLISECONDS)
        .compose(waited -> attempt(number + 1)));
  }

  @Override
  public void cost(long nanos) {
    costNanos.set(nanos);
  }

  @Override
  public Made made() {
    return new Made(calls.get(), attempts.get());
  }

  @Override
  public void close() {
    service.close();
  }
}
