package io.vertebra.directory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RoutingTableTest {
  private static final long STOCK = 7;

  private static NodeRoute route(String node, int instances, NodeRoute.State state) {
    return new NodeRoute(
        node, 1, Rendezvous.hash(node), FewNodes.contract(STOCK, instances), state, new NodeLoad());
  }

  private static NodeRoute route(String node) {
    return route(node, 1, NodeRoute.State.READY);
  }

  private static RoutingTable tableOf(NodeRoute... routes) {
    return new RoutingTable(STOCK, List.of(routes));
  }

  private static String nodeOf(@Nullable NodeRoute route) {
    return route == null ? "nobody" : route.node();
  }

  @Test
  void picks_every_ready_node_equally_often_when_all_are_idle() {
    RoutingTable table =
        tableOf(route("a"), route("b"), route("c"), route("d", 1, NodeRoute.State.DRAINING));
    SplittableRandom random = new SplittableRandom(1);
    Map<String, Integer> picks = new HashMap<>();
    for (int i = 0; i < 30_000; i++) {
      picks.merge(nodeOf(table.pick(random.nextLong())), 1, Integer::sum);
    }
    assertThat(picks).containsOnlyKeys("a", "b", "c");
    assertThat(picks.values()).allSatisfy(count -> assertThat(count).isBetween(9_500, 10_500));
  }

  @Test
  void picks_the_less_busy_of_two_per_instance() {
    NodeRoute small = route("a", 1, NodeRoute.State.READY);
    NodeRoute large = route("b", 4, NodeRoute.State.READY);
    RoutingTable table = tableOf(small, large);
    small.load().started();
    small.load().report(2);
    large.load().report(11);
    assertThat(nodeOf(table.pick(-1))).isEqualTo("b");
    assertThat(nodeOf(table.pick(0))).isEqualTo("b");

    large.load().report(13);
    assertThat(nodeOf(table.pick(-1))).isEqualTo("a");
    small.load().ended();
    assertThat(small.load().current()).isEqualTo(2);
  }

  @Test
  void picks_another_node_than_the_one_that_was_tried() {
    NodeRoute a = route("a");
    RoutingTable table = tableOf(a, route("b"));

    assertThat(nodeOf(table.pickOther(5, a))).isEqualTo("b");
    assertThat(nodeOf(tableOf(a).pickOther(5, a))).isEqualTo("nobody");
    assertThat(nodeOf(RoutingTable.empty(STOCK).pickOther(5, a))).isEqualTo("nobody");
    assertThat(nodeOf(table.only(each -> each.node().equals("b")).pick(1))).isEqualTo("b");
    assertThat(RoutingTable.empty(STOCK).hasNobodyReady()).isTrue();
  }

  @Test
  void moves_only_the_keys_of_a_node_that_leaves() {
    List<NodeRoute> routes = new ArrayList<>();
    for (String node : List.of("a", "b", "c", "d", "e")) {
      routes.add(route(node));
    }
    RoutingTable before = new RoutingTable(STOCK, routes);
    RoutingTable after = before.only(each -> !each.node().equals("c"));
    long[] hashes = routes.stream().mapToLong(NodeRoute::nodeHash).toArray();
    int moved = 0;
    for (int i = 0; i < 10_000; i++) {
      long key = Rendezvous.hash("key-" + i);
      String owner = nodeOf(before.owner(key));
      assertThat(routes.get(Rendezvous.pick(key, hashes)).node()).isEqualTo(owner);
      if (owner.equals("c")) {
        moved++;
      } else {
        assertThat(nodeOf(after.owner(key))).isEqualTo(owner);
      }
    }
    assertThat(moved).isBetween(1_850, 2_150);
    assertThat(Rendezvous.pick(1, new long[0])).isEqualTo(-1);
  }

  @Test
  void names_the_former_owner_of_a_key_while_it_drains_or_is_silent() {
    for (NodeRoute.State state : List.of(NodeRoute.State.DRAINING, NodeRoute.State.SUSPECT)) {
      RoutingTable table = tableOf(route("a"), route("b", 1, state));
      int held = 0;
      for (int i = 0; i < 1_000; i++) {
        long key = Rendezvous.hash("key-" + i);
        assertThat(nodeOf(table.owner(key))).isEqualTo("a");
        held += table.formerOwner(key) == null ? 0 : 1;
      }
      assertThat(held).isBetween(400, 600);
    }
  }

  @Test
  void hashes_the_same_in_every_release() {
    assertThat(Rendezvous.hash("vertebra")).isEqualTo(Rendezvous.mix(0xf33f908a66f6d03cL));
  }
}
