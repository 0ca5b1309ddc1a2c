package io.vertebra.benchmarks.process;

import io.vertx.core.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waiting on threads that may block, but not for ever. */
public final class Patience {
  private static final int SECONDS = 90;

  private Patience() {}

  /** The future's result, if it comes within 90 s. */
  public static <T> T await(Future<T> future) {
    try {
      return future.await(SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new IllegalStateException("nothing happened within " + SECONDS + " s", e);
    }
  }
}
