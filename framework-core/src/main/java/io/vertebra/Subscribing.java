package io.vertebra;

import io.vertebra.messaging.SubscriptionOptions;

/** How one topic is subscribed to; set while {@link ServiceVerticle#services} runs. */
public interface Subscribing {

  /** Its buffer and overflow policy; default {@link SubscriptionOptions#defaults()}. */
  Subscribing with(SubscriptionOptions options);
}
