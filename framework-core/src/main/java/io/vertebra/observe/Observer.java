package io.vertebra.observe;

/** Watches a node from the outside. Called once, when the node starts; it reads when it likes. */
@FunctionalInterface
public interface Observer {

  /** The node has started. */
  void watch(NodeView node);
}
