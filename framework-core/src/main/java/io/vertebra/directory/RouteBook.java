package io.vertebra.directory;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The routing tables of all contracts; tells the owner of each table that changes. */
final class RouteBook {
  private final Map<Long, RoutingTable> tables = new HashMap<>();
  private final LocalNode local;
  private final Collection<Peer> peers;
  private final DirectoryEffects effects;

  /**
   * @param peers a live view of the other members, by ascending node id
   */
  RouteBook(LocalNode local, Collection<Peer> peers, DirectoryEffects effects) {
    this.local = local;
    this.peers = peers;
    this.effects = effects;
  }

  RoutingTable find(long contractId) {
    RoutingTable table = tables.get(contractId);
    return table == null ? RoutingTable.empty(contractId) : table;
  }

  Collection<RoutingTable> all() {
    return List.copyOf(tables.values());
  }

  /** Looks again at each contract that the descriptor names. */
  void refresh(@Nullable Descriptor descriptor) {
    if (descriptor != null) {
      for (ServedContract each : descriptor.contracts()) {
        refresh(each.id());
      }
    }
  }

  void refresh(long contractId) {
    List<NodeRoute> routes = routesOf(contractId);
    RoutingTable old = tables.get(contractId);
    if (routes.equals(old == null ? List.of() : old.routes())) {
      return;
    }
    RoutingTable table = new RoutingTable(contractId, routes);
    if (routes.isEmpty()) {
      tables.remove(contractId);
    } else {
      tables.put(contractId, table);
    }
    effects.routesChanged(table);
  }

  private List<NodeRoute> routesOf(long contractId) {
    List<NodeRoute> routes = new ArrayList<>();
    boolean isLocalDue = true;
    for (Peer each : peers) {
      if (isLocalDue && each.node.compareTo(local.node) > 0) {
        addLocal(contractId, routes);
        isLocalDue = false;
      }
      addPeer(contractId, each, routes);
    }
    if (isLocalDue) {
      addLocal(contractId, routes);
    }
    return routes;
  }

  private void addLocal(long contractId, List<NodeRoute> routes) {
    ServedContract served = local.contract(contractId);
    if (served != null && local.state() != ServingState.QUIESCED) {
      NodeRoute.State state =
          local.state() == ServingState.READY ? NodeRoute.State.READY : NodeRoute.State.DRAINING;
      routes.add(new NodeRoute(local.node, local.incarnation, served, state, local.load));
    }
  }

  private static void addPeer(long contractId, Peer peer, List<NodeRoute> routes) {
    ServedContract served = peer.contract(contractId);
    Descriptor descriptor = peer.descriptor();
    if (served != null && descriptor != null && descriptor.state() != ServingState.QUIESCED) {
      NodeRoute.State state = descriptor.state() == ServingState.DRAINING
          ? NodeRoute.State.DRAINING
          : peer.isUsable() ? NodeRoute.State.READY : NodeRoute.State.SUSPECT;
      routes.add(new NodeRoute(peer.node, peer.incarnation, served, state, peer.load));
    }
  }
}
