package io.vertebra.dispatch;

import io.vertebra.contract.Topic;

/** A node with subscribers of a topic. As a {@link Target} it publishes with acknowledgement. */
public interface TopicTarget extends Target {

  /** Hands the message to the link; false if the link has no room for it. Any thread. */
  <T> boolean publish(Topic<T> topic, T message, Envelope envelope);
}
