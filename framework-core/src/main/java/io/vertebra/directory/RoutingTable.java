package io.vertebra.directory;

import java.util.List;

/**
 * The nodes that serve one contract. Immutable.
 *
 * @param contractId the contract
 * @param routes by ascending node id, also those that are not ready
 */
public record RoutingTable(long contractId, List<NodeRoute> routes) {
  public RoutingTable {
    routes = List.copyOf(routes);
  }

  /** A table without nodes. */
  public static RoutingTable empty(long contractId) {
    return new RoutingTable(contractId, List.of());
  }

  /** The nodes that calls may go to. */
  public List<NodeRoute> ready() {
    return routes.stream().filter(NodeRoute::isReady).toList();
  }
}
