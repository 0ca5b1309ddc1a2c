package io.vertebra.saga;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.saga.SagaLog.SignalKind;
import io.vertebra.saga.SagaLog.SignalResult;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

/** Owners that share a log in memory: crashes, takeovers, signals, and other definitions. */
@NullUnmarked
class SagaTakeoverTest {
  private static final long LEASE = 2_000;

  private final long[] now = {1_000};
  private final SagaLog log = SagaLog.inMemory(() -> now[0] * 1_000_000);

  private TestNode node(String name, Saga<?>... sagas) {
    return new TestNode(name, log, () -> now[0], sagas.length == 0 ? of(Shop.FULFIL) : sagas)
        .tick();
  }

  private static Saga<?>[] of(Saga<?>... sagas) {
    return sagas;
  }

  /** A node that takes over after the one before it died. */
  private TestNode successor(String name, Saga<?>... sagas) {
    now[0] += LEASE + 1;
    return node(name, sagas);
  }

  private SagaLog.Row row(String key) {
    return log.find(Shop.FULFIL.name(), key).result().orElseThrow();
  }

  private SignalResult signal(String key, SignalKind kind, String step, String id) {
    return log.signal(
            new SagaLog.Signal(Shop.FULFIL.name(), key, id, kind, step, Buffer.buffer(), "ann", id))
        .result();
  }

  @Test
  void c1_begins_one_saga_when_the_start_is_repeated_after_a_crash_before_the_write() {
    TestNode dying = node("a").holdWrites();
    dying.start("o1");
    assertThat(log.find(Shop.FULFIL.name(), "o1").result()).isEmpty();
    TestNode next = successor("b");
    next.start("o1");
    dying.letWritesGo();
    assertThat(row("o1").id()).isEqualTo("b0");
    assertThat(dying.sent).isEmpty();
  }

  @Test
  void c2_attaches_a_repeated_start_to_the_saga_that_was_written_before_the_crash() {
    node("a").start("o1");
    FakeWaiter again = successor("b").start("o1");
    assertThat(again.id).isEqualTo("a0");
  }

  @Test
  void c3_sends_after_a_takeover_what_was_written_but_not_sent() {
    TestNode dying = node("a").holdWrites();
    dying.start("o1");
    now[0] += LEASE - 1;
    dying.letWritesGo();
    dying.sent.clear();
    TestNode next = successor("b");
    assertThat(next.sentIds()).containsExactly("a0.reserve");
  }

  @Test
  void c10_ignores_and_counts_a_reply_after_the_end() {
    TestNode node = node("a");
    node.start("o1");
    node.refuse("reserve");
    assertThat(row("o1").status()).isEqualTo(SagaStatus.COMPENSATED);
    node.reply("reserve");
    assertThat(node.owner.ignored()).isEqualTo(1);
    assertThat(row("o1").version()).isEqualTo(2);
  }

  @Test
  void s4_begins_no_saga_for_a_reply_to_an_unknown_one() {
    TestNode node = node("a");
    node.start("o1");
    SagaHost.Order order = node.sent("reserve");
    SagaHost.Order unknown = new SagaHost.Order(
        new Entry.Key(Shop.FULFIL.name(), "o2"),
        "x",
        order.contract(),
        "x.reserve",
        order.body(),
        1,
        order.timeout());
    node.happened(unknown, new Input.Replied("x.reserve", new Shop.Done("reserve")));
    assertThat(log.find(Shop.FULFIL.name(), "o2").result()).isEmpty();
    assertThat(node.owner.ignored()).isEqualTo(1);
  }

  @Test
  void s6_s20_lets_one_of_two_nodes_write_and_the_other_read_again() {
    TestNode slow = node("a");
    slow.start("o1");
    slow.holdWrites().fail("reserve");
    TestNode next = successor("b");
    next.reply("reserve");
    assertThat(row("o1").steps()).isEqualTo("+>-..");
    slow.letWritesGo();
    assertThat(row("o1").steps()).isEqualTo("+>-..");
    assertThat(slow.owner.size()).isZero();
    assertThat(slow.sentIds()).containsExactly("a0.reserve");
  }

  @Test
  void t6_takes_up_what_is_due_after_a_restart_page_by_page() {
    TestNode node = node("a");
    for (int i = 0; i < 20; i++) {
      node.start("o" + i);
    }
    now[0] += 60_000;
    TestNode next = new TestNode("b", log, () -> now[0], 3, Shop.FULFIL).tick();
    assertThat(next.sent).as("a page of 4 instances").hasSize(4);
    for (int i = 0; i < 10; i++) {
      now[0] += 1_000;
      next.tick();
      for (SagaHost.Order order : List.copyOf(next.sent)) {
        next.happened(order, new Input.Refused(order.messageId(), new Shop.No("all")));
      }
    }
    for (int i = 0; i < 20; i++) {
      assertThat(row("o" + i).status()).isEqualTo(SagaStatus.COMPENSATED);
    }
  }

  @Test
  void hears_a_signal_at_once_when_it_is_told_of_it() {
    TestNode node = node("a");
    node.start("o1");
    assertThat(signal("o1", SignalKind.CANCEL, "", "c")).isEqualTo(SignalResult.ACCEPTED);
    node.owner.unowned(row("o1").partition(), now[0]);
    node.tick();
    assertThat(row("o1").version()).isEqualTo(2);
    assertThat(row("o1").due()).as("it was seen").isPositive();
    node.reply("reserve");
    assertThat(node.sentIds()).endsWith("a0.reserve.undo");
    node.reply("reserve.undo");
    assertThat(row("o1").status()).isEqualTo(SagaStatus.COMPENSATED);
  }

  @Test
  void hears_a_signal_when_it_next_asks_what_is_due() {
    TestNode node = node("a");
    node.start("o1");
    signal("o1", SignalKind.CANCEL, "", "c");
    now[0] += 1_000;
    node.tick();
    node.reply("reserve");
    assertThat(node.sentIds()).endsWith("a0.reserve.undo");
  }

  @Test
  void hears_a_signal_that_came_while_its_instance_was_written() {
    TestNode node = node("a");
    node.start("o1");
    node.holdWrites().reply("reserve");
    signal("o1", SignalKind.CANCEL, "", "c");
    node.letWritesGo();
    assertThat(row("o1").due()).as("nobody here has seen it").isLessThanOrEqualTo(Duration.ZERO);
    now[0] += 1_000;
    node.tick();
    node.reply("charge");
    assertThat(node.sentIds()).endsWith("a0.charge.undo");
  }

  @Test
  void hears_a_signal_that_only_its_predecessor_has_seen() {
    TestNode node = node("a");
    node.start("o1");
    signal("o1", SignalKind.CANCEL, "", "c");
    now[0] += 1_000;
    node.tick();
    TestNode next = successor("b");
    next.reply("reserve");
    assertThat(next.sentIds()).containsExactly("a0.reserve", "a0.reserve.undo");
  }

  @Test
  void does_not_write_again_for_a_signal_that_it_has_seen() {
    TestNode node = node("a");
    node.start("o1");
    signal("o1", SignalKind.CANCEL, "", "c");
    for (int i = 0; i < 3; i++) {
      node.owner.unowned(row("o1").partition(), now[0]);
      node.tick();
    }
    assertThat(row("o1").version()).isEqualTo(2);
  }

  @Test
  void s13_takes_up_an_instance_again_on_which_an_operator_has_decided() {
    TestNode node = node("a");
    node.start("o1");
    node.reply("reserve");
    node.reply("charge");
    node.fail("dispatch");
    assertThat(row("o1").status()).isEqualTo(SagaStatus.NEEDS_OPERATOR);
    assertThat(node.owner.size()).isZero();
    TestNode next = successor("b");
    assertThat(next.sent).isEmpty();
    assertThat(signal("o1", SignalKind.RETRY, "dispatch", "r1")).isEqualTo(SignalResult.ACCEPTED);
    assertThat(signal("o1", SignalKind.RETRY, "dispatch", "r1")).isEqualTo(SignalResult.DUPLICATE);
    now[0] += 1_000;
    next.tick();
    assertThat(next.sentIds()).containsExactly("a0.dispatch");
    next.reply("dispatch");
    next.reply("notify");
    assertThat(row("o1").status()).isEqualTo(SagaStatus.COMPLETED);
    assertThat(log.history(Shop.FULFIL.name(), "o1").result().stream()
            .filter(event -> event.kind() == SagaEvent.Kind.OPERATOR_RETRIED))
        .singleElement()
        .satisfies(event -> {
          assertThat(event.detail()).isEqualTo("by ann: r1");
          assertThat(event.node()).isEqualTo("b");
        });
  }

  @Test
  void s13_looks_at_a_stuck_instance_once_when_a_decision_does_not_fit() {
    TestNode node = node("a");
    node.start("o1");
    node.reply("reserve");
    node.reply("charge");
    node.fail("dispatch");
    long version = row("o1").version();
    signal("o1", SignalKind.RETRY, "reserve", "r1");
    for (int i = 0; i < 3; i++) {
      now[0] += 1_000;
      node.tick();
    }
    assertThat(row("o1").version()).isEqualTo(version + 1);
    assertThat(row("o1").due()).isNull();
    assertThat(node.owner.size()).isZero();
  }

  @Test
  void attaches_a_start_to_an_instance_that_an_operator_has_taken_up_again() {
    TestNode node = node("a");
    node.start("o1");
    node.reply("reserve");
    node.reply("charge");
    node.fail("dispatch");
    signal("o1", SignalKind.RETRY, "dispatch", "r1");
    now[0] += 1_000;
    node.tick();
    FakeWaiter waiter = node.start("o1");
    assertThat(waiter.begun).isEqualTo(1);
    assertThat(waiter.ended).isZero();
    node.reply("dispatch");
    node.reply("notify");
    assertThat(waiter.ended).isEqualTo(1);
  }

  private static Saga<Shop.State> version(
      int version,
      Function<
              SagaBuilder.Steps<Shop.State, Shop.Placed>,
              SagaBuilder.Steps<Shop.State, Shop.Placed>>
          steps) {
    return steps
        .apply(Saga.named(Shop.FULFIL.name(), Shop.State.class)
            .withVersion(version)
            .startedBy(Shop.PLACE, Shop.State::from)
            .key(Shop.State::order))
        .outcome(Shop.State::toOutcome)
        .build();
  }

  private static SagaBuilder.Steps<Shop.State, Shop.Placed> plus(
      SagaBuilder.Steps<Shop.State, Shop.Placed> saga, String step) {
    return saga.step(
        step, s -> s.request(Shop.BOOK, state -> state.command(step)).onReply(Shop.State::did));
  }

  private static final Saga<Shop.State> ONE = version(1, s -> plus(plus(s, "first"), "second"));
  private static final Saga<Shop.State> INSERTED =
      version(2, s -> plus(plus(plus(s, "first"), "between"), "second"));
  private static final Saga<Shop.State> RENAMED =
      version(2, s -> plus(plus(s, "first"), "zweiter"));
  private static final Saga<Shop.State> REORDERED =
      version(2, s -> plus(plus(s, "second"), "first"));

  @Test
  void v1_keeps_the_definition_a_saga_began_with_when_a_new_one_has_a_step_in_between() {
    node("old", ONE).start("o1");
    TestNode next = successor("new", ONE, INSERTED);
    next.reply("first");
    next.start("o2");
    next.reply("first");
    assertThat(next.sentIds())
        .containsExactly("old0.first", "old0.second", "new0.first", "new0.between");
  }

  @Test
  void v2_lets_a_saga_stall_whose_step_is_gone_until_a_node_has_its_definition() {
    node("old", ONE).start("o1");
    SagaLog.Row before = row("o1");
    TestNode without = successor("new", RENAMED);
    assertThat(without.stalled).containsExactly("o1");
    assertThat(without.sent).isEmpty();
    assertThat(row("o1").version()).isEqualTo(before.version());
    TestNode with = successor("newer", RENAMED, ONE);
    assertThat(with.sentIds()).containsExactly("old0.first");
  }

  @Test
  void v3_sends_by_name_when_steps_are_reordered() {
    TestNode old = node("old", ONE);
    old.start("o1");
    old.reply("first");
    TestNode reordered = successor("new", REORDERED);
    assertThat(reordered.stalled).containsExactly("o1");
    TestNode both = successor("both", ONE, REORDERED);
    assertThat(both.sentIds()).containsExactly("old0.second");
    both.reply("second");
    assertThat(row("o1").status()).isEqualTo(SagaStatus.COMPLETED);
  }

  @Test
  void v5_lets_sagas_of_the_new_build_stall_after_a_rollback_and_finishes_the_old_ones() {
    node("old", ONE).start("o1");
    TestNode young = successor("new", ONE, INSERTED);
    young.start("o2");
    TestNode back = successor("back", ONE);
    assertThat(back.stalled).containsExactly("o2");
    back.reply("first");
    back.reply("second");
    assertThat(row("o1").status()).isEqualTo(SagaStatus.COMPLETED);
    assertThat(row("o2").steps()).isEqualTo(">..");
  }
}
