package io.vertebra.dispatch;

import io.vertebra.contract.Request;

/** A contract on another node, as the router sees it. Safe for use by any thread. */
public interface Target {

  /** Whether the node's form of the contract fits a caller's. */
  enum Fit {
    /** They understand each other. */
    FITS,
    /** Their forms differ, and {@link #examine} has to find out how. */
    UNKNOWN,
    /** They do not understand each other. */
    MISFIT
  }

  /** The node. */
  String node();

  /** How busy the node is; compared between nodes, without a unit. */
  int load();

  /** For how many nanoseconds calls are not to be sent there because they fail; 0 if they may be. Any thread. */
  default long brokenFor(long now) {
    return 0;
  }

  /** Whether it said lately that it takes no calls of that priority. */
  default boolean isRefusing(int priority, long now) {
    return false;
  }

  /** How many instances it has of the contract. */
  int instances();

  /** Whether the node's form fits the caller's; costs a comparison of references once it is known to fit. */
  Fit fit(Request<?, ?> contract);

  /** What is wrong after {@link Fit#MISFIT}, with the field at fault. */
  String obstacle(Request<?, ?> contract);

  /**
   * After {@link Fit#UNKNOWN}, asks the node for its form. The exchange hears through {@link
   * Exchange#routeAgain} when {@link #fit} knows, or through {@link Exchange#refused} if the node
   * does not say.
   */
  void examine(Exchange<?, ?> exchange);

  /**
   * Sends the exchange's message there; called on the exchange's lane. The exchange hears the
   * outcome through {@link Exchange#arrived} or {@link Exchange#rejected}.
   */
  void send(Exchange<?, ?> exchange);

  /** Tells the node that nobody waits any more. Any thread. */
  void cancel(Exchange<?, ?> exchange);
}
