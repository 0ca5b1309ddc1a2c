package io.vertebra.directory;

/**
 * One node that serves a contract.
 *
 * @param node its node id
 * @param incarnation its incarnation
 * @param served what it serves, with its fingerprint
 * @param state whether it may be used
 * @param load how busy it is; the same object for all contracts of the node
 */
public record NodeRoute(
    String node, long incarnation, ServedContract served, State state, NodeLoad load) {
  /** Whether a node may be used. */
  public enum State {
    /** Calls may go there. */
    READY,
    /** The node is leaving; it may still be busy with calls for the keys it owned. */
    DRAINING,
    /** The node is silent, or has not confirmed that it knows this node. */
    SUSPECT
  }

  /** Whether calls may go there. */
  public boolean isReady() {
    return state == State.READY;
  }
}
