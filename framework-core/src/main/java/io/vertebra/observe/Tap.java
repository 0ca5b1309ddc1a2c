package io.vertebra.observe;

import io.vertx.core.Future;

/** An open look at calls. May be used from any thread. */
public interface Tap {

  /**
   * Records that were dropped so far, here or where they were made, because too many came at once. At
   * least so many: what a node dropped is known with its next record that arrives.
   */
  long missed();

  /** Ends the tap; completes once every node that is alive knows, and nothing is copied for it any more. */
  Future<Void> close();
}
