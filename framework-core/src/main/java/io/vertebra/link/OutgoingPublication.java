package io.vertebra.link;

import io.vertebra.messaging.GuardEvent;
import io.vertx.core.buffer.Buffer;

/** A publication on its way to another node, which nobody answers. */
record OutgoingPublication(Links links, String node, String topic, Buffer frame, Room room)
    implements Outgoing, Runnable {

  /** Hands the frame to the link; on the link lane. */
  @Override
  public void run() {
    links.send(this);
  }

  @Override
  public void goesBy(PeerLink link) {
    link.countPublication();
  }

  @Override
  public void dropped() {
    links.guard().count(GuardEvent.Kind.DROPPED, topic, "peer-gone");
  }
}
