package io.vertebra.link;

/** Takes in what comes over the links; called on the link lane. */
public interface Inbound {

  /** A request came; its answer goes to {@code from}. */
  void request(PeerLink from, RequestFrame frame);

  /** A publication came; with a call id it is to be acknowledged. */
  void publication(PeerLink from, RequestFrame frame);

  /** The caller of a request has given up. */
  void cancel(PeerLink from, long callId);

  /** The node has no use for answers any more. */
  void callerGone(PeerLink from);
}
