package io.vertebra.dispatch;

/** A contract on another node, as the router sees it. Safe for use by any thread. */
public interface Target {

  /** The node. */
  String node();

  /** How busy the node is; compared between nodes, without a unit. */
  int load();

  /** How many instances it has of the contract. */
  int instances();

  /**
   * Sends the exchange's message there; called on the exchange's lane. The exchange hears the
   * outcome through {@link Exchange#arrived} or {@link Exchange#rejected}.
   */
  void send(Exchange<?, ?> exchange);

  /** Tells the node that nobody waits any more. Any thread. */
  void cancel(Exchange<?, ?> exchange);
}
