package io.vertebra.directory;

import java.util.List;
import java.util.Set;

/**
 * What a {@link Directory} wants done. Called from within its methods, in the order in which things
 * take effect: routes change before a peer is reported usable, suspect or gone. An implementation
 * must not call a method that changes the same directory.
 */
public interface DirectoryEffects {
  /** Send this to the peer, ahead of other frames if possible. It may get lost. */
  void send(String peer, DirectoryMessage message);

  /** The routes of a contract changed; an empty table says that nobody serves it any more. */
  void routesChanged(RoutingTable routes);

  /** Both nodes hold each other's descriptor: calls may go both ways. */
  void peerUsable(String peer, long incarnation);

  /** The peer is not routed to for now; calls under way go on waiting. */
  void peerSuspect(String peer, long incarnation);

  /** Calls under way to this incarnation of the peer, and from it, have failed. */
  void peerGone(String peer, long incarnation, GoneReason reason);

  /** What the peer wants to see of calls; an empty list when it is gone. */
  void tapsChanged(String peer, List<TapInterest> taps);

  /**
   * Every member that was alive when {@code version} of the own descriptor went out has taken it,
   * and routes by it.
   *
   * @param version as returned by the method that made the change
   * @param without the members that were alive then and did not: they fell silent, are gone, or
   *     took longer than {@link DirectoryOptions#acknowledgeWithin()}
   */
  void acknowledged(long version, Set<String> without);
}
