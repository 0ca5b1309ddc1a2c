package io.vertebra.benchmarks.load;

import io.vertx.core.Context;
import io.vertx.core.Future;
import java.time.Duration;

/**
 * A contestant that answers requests. Calls are made on {@link #callerContext()} and must complete
 * there.
 *
 * @param <T> what a reply is here
 */
public interface Caller<T> extends Contestant {

  /** How long the calls wait that are never answered. */
  long LOST_TIMEOUT_MILLIS = 200;

  /** The context of the verticle that calls. */
  Context callerContext();

  /** A call that is answered. */
  Future<T> request(long id);

  /** The id in a reply, which is the id of the call it answers. */
  long idOf(T reply);

  /** A call whose handler never answers, with a deadline of {@value #LOST_TIMEOUT_MILLIS} ms. */
  Future<?> requestLost(long id);

  /** A call whose handler throws. */
  Future<?> requestFailing(long id);

  /** Whether a call that is never answered ended as it should. */
  boolean isExpiry(Throwable failure);

  /** Whether a call whose handler throws ended as it should. */
  boolean isHandlerFailure(Throwable failure);

  @Override
  default Future<Round> round(int inFlight, Duration duration) {
    return new ClosedLoop<>(this, inFlight, duration).run();
  }
}
