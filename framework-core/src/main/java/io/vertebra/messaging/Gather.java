package io.vertebra.messaging;

import io.vertx.core.Future;
import java.time.Duration;

/**
 * One message asked of many instances, waiting to hear how many answers are enough. What is not
 * needed any more is cancelled.
 *
 * @param <R> the reply
 */
public interface Gather<R> {

  /** Sets the timeout of the whole; default 5 s, never beyond the parent's deadline. */
  Gather<R> within(Duration timeout);

  /** Completes when every instance has answered or failed, or time is up; never fails. */
  Future<Gathered<R>> all();

  /** Completes with the first {@code n} replies; fails with GATHER_INCOMPLETE if they cannot come any more. */
  Future<Gathered<R>> first(int n);

  /** Completes with replies from more than half of the instances asked; fails as {@link #first}. */
  Future<Gathered<R>> quorum();
}
