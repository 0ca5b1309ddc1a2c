package io.vertebra.link;

import io.vertebra.messaging.GuardEvent;
import io.vertx.core.buffer.Buffer;

/** A publication on its way to another node, which nobody answers. Two of them are never the same. */
final class OutgoingPublication implements Outgoing, Runnable {
  private final Links links;
  private final String node;
  private final String topic;
  private final Buffer frame;
  private final Room room;

  OutgoingPublication(Links links, String node, String topic, Buffer frame, Room room) {
    this.links = links;
    this.node = node;
    this.topic = topic;
    this.frame = frame;
    this.room = room;
  }

  /** Hands the frame to the link; on the link lane. */
  @Override
  public void run() {
    links.send(this);
  }

  String node() {
    return node;
  }

  @Override
  public Buffer frame() {
    return frame;
  }

  @Override
  public Room room() {
    return room;
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
