package io.vertebra.link;

import io.vertx.core.buffer.Buffer;

/** A request or publication that has taken room on this node and waits for the link. */
interface Outgoing {

  Buffer frame();

  /** Where it gives back its room, once. */
  Room room();

  /** It goes with the batch that is being filled. On the link lane. */
  void goesBy(PeerLink link);

  /** The link is no more, and it will not go. On the link lane. */
  void dropped();
}
