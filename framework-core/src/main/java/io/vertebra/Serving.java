package io.vertebra;

import io.vertebra.limit.Limit;

/** How one contract is served; set while {@link ServiceVerticle#services} runs. */
public interface Serving {

  /** How much of it may run at once on this instance; default {@link Limit#defaults()}. */
  Serving limitedTo(Limit limit);

  /**
   * Serves it for plain event-bus callers as well, at this address and with JSON bodies. They pass
   * the same admission; failures arrive as a ReplyException with the error code's number.
   */
  Serving alsoOn(String address);
}
