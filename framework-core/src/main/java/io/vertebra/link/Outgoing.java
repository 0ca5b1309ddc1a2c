package io.vertebra.link;

import io.vertx.core.buffer.Buffer;

/** A request or publication that has taken room on this node and waits for the link. */
interface Outgoing {

  Buffer frame();

  /** Where it has room. */
  Room room();

  /** Gives back its room, once: it waits no more. */
  default void leaveRoom() {
    room().giveBack(frame().length());
  }

  /** It goes with the batch that is being filled. On the link lane. */
  void goesBy(PeerLink link);

  /** The link is no more, and it will not go. On the link lane. */
  void dropped();
}
