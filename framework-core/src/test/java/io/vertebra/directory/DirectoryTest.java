package io.vertebra.directory;

import static io.vertebra.directory.FewNodes.contract;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertebra.directory.DirectoryMessage.Described;
import io.vertebra.directory.DirectoryMessage.Heartbeat;
import io.vertebra.directory.FewNodes.Member;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DirectoryTest {
  private static final long STOCK = 7;

  private final FewNodes nodes = new FewNodes();

  @Test
  void routes_to_a_contract_as_soon_as_serving_it_is_acknowledged() {
    Member a = nodes.start("a", 1);
    Member b = nodes.start("b", 1);
    Member c = nodes.start("c", 1);

    long version = a.directory.serve(contract(STOCK, 2), nodes.now);
    nodes.run(9);
    assertThat(a.acknowledged).isEmpty();
    nodes.run(1);

    assertThat(a.acknowledged).containsEntry(version, Set.of());
    for (Member each : List.of(a, b, c)) {
      assertThat(each.ready(STOCK)).containsExactly("a");
    }
    assertThat(b.directory.routes(STOCK).routes().get(0).served().instances()).isEqualTo(2);
  }

  @Test
  void sends_changes_within_ten_milliseconds_as_one_version() {
    Member a = nodes.start("a", 1);
    nodes.start("b", 1);

    long first = a.directory.serve(contract(1, 1), nodes.now);
    nodes.run(5);
    long second = a.directory.serve(contract(2, 1), nodes.now);
    nodes.run(5);
    long third = a.directory.serve(contract(3, 1), nodes.now);
    nodes.run(10);

    assertThat(second).isEqualTo(first);
    assertThat(third).isEqualTo(first + 1);
    assertThat(a.acknowledged).containsOnlyKeys(first, third);
  }

  @Test
  void acknowledges_at_once_when_there_is_nobody_else() {
    Member a = nodes.start("a", 1);

    long version = a.directory.serve(contract(STOCK, 1), nodes.now);

    assertThat(a.ready(STOCK)).containsExactly("a");
    assertThat(a.acknowledged).isEmpty();
    assertThat(a.directory.nextTick()).isEqualTo(nodes.now);
    nodes.run(0);
    assertThat(a.acknowledged).containsEntry(version, Set.of());
  }

  @Test
  void withdraws_a_contract_everywhere() {
    Member a = nodes.start("a", 1);
    Member b = nodes.start("b", 1);
    a.directory.serve(contract(STOCK, 1), nodes.now);
    nodes.run(20);

    long version = a.directory.withdraw(STOCK, nodes.now);
    nodes.run(20);

    assertThat(a.acknowledged).containsEntry(version, Set.of());
    assertThat(b.directory.routes(STOCK).routes()).isEmpty();
    assertThat(b.directory.allRoutes()).isEmpty();
  }

  @Test
  void suspects_after_one_and_a_half_seconds_of_silence_and_declares_gone_after_two_and_a_half() {
    Member a = nodes.start("a", 1);
    Member b = nodes.start("b", 1);
    b.directory.serve(contract(STOCK, 1), nodes.now);
    nodes.run(20);
    a.events.clear();
    b.isFrozen = true;

    nodes.run(1_489); // b was heard last when its change went out, 10 ms ago
    assertThat(a.events).isEmpty();
    nodes.run(1);
    assertThat(a.events).containsExactly("routes of 7 []", "suspect b#1");
    nodes.run(999);
    assertThat(a.events).hasSize(2);
    nodes.run(1);
    assertThat(a.events.subList(2, 4)).containsExactly("routes of 7 []", "gone b#1 SILENT");
  }

  @Test
  void uses_a_frozen_node_again_after_it_described_itself_anew() {
    Member a = nodes.start("a", 1);
    Member b = nodes.start("b", 1);
    b.directory.serve(contract(STOCK, 1), nodes.now);
    nodes.run(20);
    b.isFrozen = true;
    nodes.run(10_000);
    a.events.clear();
    b.events.clear();

    b.isFrozen = false;
    nodes.run(500);

    assertThat(a.events).containsExactly("routes of 7 []", "routes of 7 [b]", "usable b#1");
    assertThat(b.events).containsExactly("suspect a#1", "gone a#1 RESET", "usable a#1");
  }

  @Test
  void does_not_judge_others_by_its_own_pause() {
    Member a = nodes.start("a", 1);
    Member b = nodes.start("b", 1);
    nodes.run(20);
    a.events.clear();
    a.isFrozen = true;
    nodes.passes = message -> false;
    nodes.run(5_000);

    a.isFrozen = false;
    nodes.run(1_400);
    assertThat(a.events).isEmpty();
    assertThat(b.directory.standing("a")).isEqualTo(Standing.UNKNOWN);
    nodes.run(1_200);
    assertThat(a.events).containsExactly("suspect b#1", "gone b#1 SILENT");
  }

  @Test
  void completes_serving_when_a_silent_member_becomes_suspect() {
    Member a = nodes.start("a", 1);
    Member b = nodes.start("b", 1);
    nodes.start("c", 1);
    nodes.run(20);
    b.isFrozen = true;

    long version = a.directory.serve(contract(STOCK, 1), nodes.now);
    nodes.run(1_400);
    assertThat(a.acknowledged).isEmpty();
    nodes.run(100);

    assertThat(a.acknowledged).containsEntry(version, Set.of("b"));
  }

  @Test
  void k9_does_not_wait_for_a_member_that_cannot_hear_it() {
    Member a = nodes.start("a", 1);
    Member b = nodes.start("b", 1);
    nodes.run(20);
    nodes.passes = message -> message.sender().node().equals("b");

    long version = a.directory.serve(contract(STOCK, 1), nodes.now);
    nodes.run(2_000);

    assertThat(a.acknowledged).containsEntry(version, Set.of("b"));
    assertThat(a.directory.standing("b")).isNotEqualTo(Standing.USABLE);
    assertThat(b.ready(STOCK)).isEmpty();
  }

  @Test
  void gives_up_waiting_for_a_member_that_hears_but_never_takes_the_change() {
    Member a = nodes.start("a", 1);
    nodes.start("b", 1);
    nodes.run(20);
    nodes.passes = message -> !(message instanceof Described);

    long version = a.directory.serve(contract(STOCK, 1), nodes.now);
    nodes.run(5_000);
    assertThat(a.acknowledged).isEmpty();
    nodes.run(20);

    assertThat(a.acknowledged).containsEntry(version, Set.of("b"));
  }

  @Test
  void repeats_whatever_got_lost() {
    Member a = nodes.start("a", 1);
    Member b = nodes.start("b", 1);
    nodes.run(20);
    nodes.passes = message -> false;
    long version = a.directory.serve(contract(STOCK, 1), nodes.now);
    nodes.run(600);
    nodes.passes = message -> message instanceof Heartbeat;
    nodes.run(500);
    nodes.passes = message -> true;
    nodes.run(500);

    assertThat(b.ready(STOCK)).containsExactly("a");
    assertThat(a.acknowledged).containsEntry(version, Set.of());
  }

  @Test
  void stops_routing_to_a_draining_node_before_draining_is_acknowledged() {
    Member a = nodes.start("a", 1);
    Member b = nodes.start("b", 1);
    a.directory.serve(contract(STOCK, 1), nodes.now);
    b.directory.serve(contract(STOCK, 1), nodes.now);
    nodes.run(20);

    long version = a.directory.changeState(ServingState.DRAINING, nodes.now);
    assertThat(a.ready(STOCK)).containsExactly("b");
    nodes.run(20);

    assertThat(a.acknowledged).containsEntry(version, Set.of());
    assertThat(b.ready(STOCK)).containsExactly("b");
    assertThat(b.directory.routes(STOCK).routes().get(0).state())
        .isEqualTo(NodeRoute.State.DRAINING);
    assertThat(b.directory.standing("a")).isEqualTo(Standing.USABLE);

    a.directory.changeState(ServingState.QUIESCED, nodes.now);
    nodes.run(20);
    assertThat(b.directory.routes(STOCK).routes()).hasSize(1);

    a.directory.changeState(ServingState.READY, nodes.now);
    nodes.run(20);
    assertThat(b.ready(STOCK)).containsExactly("a", "b");
  }

  @Test
  void k7_declares_the_old_incarnation_gone_before_it_uses_the_new_one() {
    Member a = nodes.start("a", 1);
    Member old = nodes.start("b", 1);
    old.directory.serve(contract(STOCK, 1), nodes.now);
    nodes.run(20);
    a.events.clear();

    nodes.kill("b");
    Member young = nodes.start("b", 2);
    young.directory.serve(contract(STOCK, 3), nodes.now);
    nodes.run(20);

    assertThat(a.events.subList(0, 3))
        .containsExactly("routes of 7 []", "gone b#1 REPLACED", "usable b#2");
    assertThat(a.directory.routes(STOCK).ready().get(0).served().instances()).isEqualTo(3);

    long ignored = a.directory.ignoredMessages();
    old.directory.tick(nodes.now + 600 * FewNodes.MS);
    nodes.run(0);
    assertThat(a.directory.ignoredMessages()).isGreaterThan(ignored);
    assertThat(a.directory.incarnation("b")).isEqualTo(2);
  }

  @Test
  void declares_a_peer_gone_at_once_when_it_left_or_its_link_closed() {
    Member a = nodes.start("a", 1);
    nodes.start("b", 1);
    nodes.start("c", 1);
    nodes.run(20);
    a.events.clear();

    a.directory.linkOpened("b", 4);
    a.directory.linkClosed("b", 3);
    assertThat(a.events).isEmpty();
    a.directory.linkClosed("b", 4);
    a.directory.peerLeft("c");

    assertThat(a.events).containsExactly("gone b#1 LINK_CLOSED", "gone c#1 LEFT");
    nodes.run(500);
    assertThat(a.directory.standing("b")).isEqualTo(Standing.USABLE);
    assertThat(a.directory.members()).containsExactly("b");
  }

  @Test
  void tells_peers_its_load_and_what_it_wants_to_see() {
    Member a = nodes.start("a", 1);
    Member b = nodes.start("b", 1);
    b.directory.serve(contract(STOCK, 1), nodes.now);
    b.directory.reportLoad(12);
    b.directory.tap(List.of(new TapInterest(STOCK, 100, false)), nodes.now);
    nodes.run(20);

    assertThat(a.directory.routes(STOCK).routes().get(0).load().current()).isEqualTo(12);
    assertThat(a.events).contains("taps b 1");
    a.directory.peerLeft("b");
    assertThat(a.events).contains("taps b 0");
  }

  @Test
  void refuses_two_contracts_with_one_id() {
    Member a = nodes.start("a", 1);
    a.directory.serve(contract(STOCK, 1), nodes.now);

    assertThatThrownBy(() -> a.directory.serve(
            new ServedContract(STOCK, "other", "fingerprint", 1, 0, false, false), nodes.now))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("other");
  }
}
