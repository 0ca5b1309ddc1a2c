package io.vertebra;

import io.vertebra.idempotency.DedupStore;
import io.vertebra.limit.Limit;

/** How one contract is served; set while {@link ServiceVerticle#services} runs. */
public interface Serving {

  /**
   * How much of it may run at once on this instance; default {@link Limit#defaults()}. What {@link
   * NodeOptions#withLimit} says of the contract goes before.
   */
  Serving limitedTo(Limit limit);

  /**
   * Makes its handler idempotent on this store. Default: a store in the node's memory (10 minutes,
   * 500,000 replies) for a contract that is {@code idempotentBy(...)}, none for others.
   */
  Serving deduplicatedBy(DedupStore store);

  /**
   * Serves it for plain event-bus callers as well, at this address and with JSON bodies. They pass
   * the same admission; failures arrive as a ReplyException with the error code's number.
   */
  Serving alsoOn(String address);

  /**
   * Says that its handler may be moved off the verticle's event loop when it has held that up for long, if
   * {@link io.vertebra.limit.StallOptions.Reaction#RELOCATE} is chosen. Its calls then run on a worker
   * thread, still one at a time and in order, and so do the callbacks of calls that it makes; code of
   * other contracts of the verticle goes on beside it on the event loop. So it may share no state with
   * those, and use no timers, sockets or contexts that it has kept.
   *
   * @throws IllegalStateException if its handler never runs on the event loop, or is an idempotent one;
   *     give the store to {@link #deduplicatedBy} then
   */
  Serving relocatable();
}
