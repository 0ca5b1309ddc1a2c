package io.vertebra.messaging;

import io.vertx.core.Future;

/** A subscription to a topic. May be used from any thread. */
public interface Subscription {

  /** Messages that were dropped because the buffer was full, since the subscription began. */
  long discarded();

  /** Messages that wait for the handler now. */
  int buffered();

  /** Ends the subscription; completes once the handler is idle. What is still buffered is dropped. */
  Future<Void> close();
}
