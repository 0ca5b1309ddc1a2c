package io.vertebra.saga;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertebra.error.SagaException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

@NullUnmarked
class SagaOwnerTest {
  private static final long LEASE = 9_000;

  private final FakeHost host = new FakeHost();
  private final SagaMachine<Shop.State> machine =
      new SagaMachine<>(Shop.FULFIL, new SimCodec(), () -> 0.5, MachineDriver.LIMITS);
  private final SagaOwner owner = owner(4, 100);
  private int ids;
  private long now = 1_000;

  private SagaOwner owner(int maxBatch, int maxActive) {
    OwnerSettings settings = new OwnerSettings(
        "me", SagaLog.PARTITIONS, LEASE, 1_000, 10_000, maxBatch, maxActive, () -> Instant.EPOCH);
    SagaOwner fresh = new SagaOwner(host, settings, () -> "id" + ids++);
    fresh.add(machine);
    return fresh;
  }

  private void lease(int owners) {
    List<SagaLog.Lease> all = new ArrayList<>();
    for (int partition = 0; partition < SagaLog.PARTITIONS; partition++) {
      all.add(new SagaLog.Lease(partition, 7));
    }
    owner.granted(new SagaLog.Grant(all, owners), now, now);
    if (host.loads > 0) {
      owner.loaded(List.of(), 4, now);
    }
    host.clear();
  }

  private FakeWaiter start(String key) {
    FakeWaiter waiter = new FakeWaiter();
    owner.start(machine, new Shop.Place(key, 1), waiter, now);
    owner.flush(now);
    return waiter;
  }

  private void written(SagaLog.Result result) {
    owner.written(host.batch.stream().map(transition -> result).toList(), now);
    owner.flush(now);
  }

  private void reply(String key, SagaHost.Order order) {
    owner.happened(
        new Entry.Key(Shop.FULFIL.name(), key),
        order.instance(),
        new Input.Replied(order.messageId(), new Shop.Done("x")),
        now);
    owner.flush(now);
  }

  @Test
  void sends_a_command_only_after_it_is_written() {
    lease(1);
    FakeWaiter waiter = start("a");
    assertThat(host.sent).isEmpty();
    assertThat(waiter.begun).isZero();
    written(SagaLog.Result.WRITTEN);
    assertThat(host.sent).extracting(SagaHost.Order::messageId).containsExactly("id0.reserve");
    assertThat(waiter.begun).isEqualTo(1);
    assertThat(host.told).hasSize(1);
  }

  @Test
  void writes_together_what_changes_while_a_write_is_under_way() {
    lease(1);
    for (String key : List.of("a", "b", "c", "d", "e", "f")) {
      start(key);
    }
    assertThat(host.batch).hasSize(1);
    written(SagaLog.Result.WRITTEN);
    assertThat(host.batch).hasSize(4);
    written(SagaLog.Result.WRITTEN);
    assertThat(host.batch).hasSize(1);
  }

  @Test
  void keeps_a_reply_back_while_its_instance_is_being_written() {
    lease(1);
    start("a");
    written(SagaLog.Result.WRITTEN);
    SagaHost.Order reserve = host.sent.get(0);
    reply("a", reserve);
    assertThat(host.batch).hasSize(1);
    reply("a", reserve);
    written(SagaLog.Result.WRITTEN);
    assertThat(owner.ignored()).isEqualTo(1);
    assertThat(host.sent.get(1).messageId()).isEqualTo("id0.charge");
  }

  @Test
  void s15_attaches_a_second_start_to_the_first() {
    lease(1);
    FakeWaiter first = start("a");
    FakeWaiter second = start("a");
    written(SagaLog.Result.WRITTEN);
    assertThat(first.begun + second.begun).isEqualTo(2);
    assertThat(host.writes).isEqualTo(1);
  }

  @Test
  void s15_attaches_to_an_instance_that_only_the_log_knows() {
    lease(1);
    start("a");
    SagaLog.Row row = host.batch.get(0).row();
    FakeWaiter second = start("b");
    written(SagaLog.Result.WRITTEN);
    written(SagaLog.Result.VERSION_CONFLICT);
    assertThat(host.asked).containsExactly("b");
    owner.found(new Entry.Key(Shop.FULFIL.name(), "b"), withKey(row, "b"), now);
    assertThat(second.begun).isEqualTo(1);
  }

  private static SagaLog.Row withKey(SagaLog.Row row, String key) {
    return new SagaLog.Row(
        "other",
        row.saga(),
        key,
        row.version(),
        row.definition(),
        row.status(),
        row.steps(),
        row.state(),
        row.commands(),
        row.due(),
        row.deadline(),
        row.events(),
        row.signals());
  }

  @Test
  void reads_again_after_a_write_with_an_unknown_outcome_and_writes_before_it_sends() {
    lease(1);
    FakeWaiter waiter = start("a");
    SagaLog.Row row = host.batch.get(0).row();
    owner.writeFailed(now);
    assertThat(host.asked).containsExactly("a");
    assertThat(waiter.failure).isNull();
    owner.found(new Entry.Key(Shop.FULFIL.name(), "a"), row, now);
    owner.flush(now);
    assertThat(host.sent).isEmpty();
    assertThat(host.batch.get(0).row().version()).isEqualTo(2);
    written(SagaLog.Result.WRITTEN);
    assertThat(host.sent).hasSize(1);
  }

  @Test
  void leaves_a_log_alone_for_a_while_that_fails_to_write_time_and_again() {
    lease(1);
    start("a");
    SagaLog.Row row = host.batch.get(0).row();
    Entry.Key key = new Entry.Key(Shop.FULFIL.name(), "a");
    owner.writeFailed(now);
    owner.found(key, row, now);
    owner.flush(now);
    owner.writeFailed(now);
    assertThat(host.asked).as("the first time it is read at once").containsExactly("a");
    now += 1_000;
    owner.tick(now);
    assertThat(host.asked).containsExactly("a", "a");
    owner.found(key, row, now);
    owner.flush(now);
    written(SagaLog.Result.WRITTEN);
    assertThat(host.sent).hasSize(1);
  }

  @Test
  void c1_says_that_a_start_may_be_repeated_when_the_log_has_nothing_of_it() {
    lease(1);
    FakeWaiter waiter = start("a");
    owner.writeFailed(now);
    owner.found(new Entry.Key(Shop.FULFIL.name(), "a"), null, now);
    assertThat(waiter.failure).isInstanceOf(SagaException.class);
    assertThat(((SagaException) waiter.failure).isRetryable()).isTrue();
    assertThat(owner.size()).isZero();
  }

  @Test
  void asks_again_when_the_log_does_not_answer() {
    lease(1);
    start("a");
    owner.writeFailed(now);
    owner.findFailed(new Entry.Key(Shop.FULFIL.name(), "a"), now);
    now += 1_000;
    owner.tick(now);
    assertThat(host.asked).containsExactly("a", "a");
  }

  @Test
  void k2_sends_and_writes_nothing_after_its_lease_has_run_out_by_its_own_clock() {
    lease(1);
    FakeWaiter waiter = start("a");
    written(SagaLog.Result.WRITTEN);
    SagaHost.Order reserve = host.sent.get(0);
    now += LEASE;
    reply("a", reserve);
    assertThat(host.writes).isEqualTo(1);
    assertThat(waiter.followed).isEqualTo(1);
    assertThat(owner.size()).isZero();
  }

  @Test
  void lets_go_of_a_partition_when_it_is_fenced() {
    lease(1);
    FakeWaiter waiter = start("a");
    written(SagaLog.Result.FENCED);
    assertThat(waiter.followed).isEqualTo(1);
    assertThat(owner.size()).isZero();
  }

  @Test
  void lets_go_of_what_could_not_be_renewed() {
    lease(1);
    FakeWaiter waiter = start("a");
    written(SagaLog.Result.WRITTEN);
    now += LEASE / 3;
    owner.tick(now);
    owner.renewed(host.renewed, List.of(), now);
    assertThat(waiter.followed).isEqualTo(1);
  }

  @Test
  void starts_an_instance_for_another_owner_and_follows_it() {
    FakeWaiter waiter = start("a");
    assertThat(host.batch.get(0).epoch()).isEqualTo(SagaLog.UNOWNED);
    assertThat(host.batch.get(0).row().due()).isZero();
    written(SagaLog.Result.WRITTEN);
    assertThat(waiter.begun).isEqualTo(1);
    assertThat(waiter.followed).isEqualTo(1);
    assertThat(host.sent).isEmpty();
  }

  @Test
  void gives_a_new_owner_its_share() {
    lease(1);
    owner.granted(new SagaLog.Grant(List.of(), 3), now, now);
    assertThat(host.released).hasSize(SagaLog.PARTITIONS - 86);
    owner.tick(now);
    assertThat(host.wanted).isZero();
  }

  @Test
  void v4_leaves_an_instance_alone_whose_definition_is_not_here() {
    lease(1);
    start("a");
    SagaLog.Row row = host.batch.get(0).row();
    owner.dueFound(List.of(foreign(row, "other")), now);
    assertThat(host.stalled).containsExactly("other");
    assertThat(host.sent).isEmpty();
  }

  @Test
  void recovers_page_by_page() {
    SagaOwner other = owner(2, 100);
    lease(1);
    start("a");
    SagaLog.Row row = host.batch.get(0).row();
    other.granted(new SagaLog.Grant(List.of(new SagaLog.Lease(row.partition(), 8)), 1), now, now);
    assertThat(host.loads).isEqualTo(1);
    other.loaded(List.of(row, row), 2, now);
    assertThat(host.loads).isEqualTo(2);
    other.loaded(List.of(), 2, now);
    assertThat(host.loads).isEqualTo(2);
    assertThat(host.sent).hasSize(1);
  }

  @Test
  void refuses_two_definitions_of_one_version() {
    Saga<Shop.State> same = Saga.named(Shop.FULFIL.name(), Shop.State.class)
        .startedBy(Shop.PLACE, Shop.State::from)
        .key(Shop.State::order)
        .step("only", s -> s.request(Shop.RESERVE, state -> state.command("reserve")))
        .outcome(Shop.State::toOutcome)
        .build();
    assertThatThrownBy(
            () -> owner.add(new SagaMachine<>(same, new SimCodec(), () -> 0, MachineDriver.LIMITS)))
        .isInstanceOf(SagaException.class)
        .hasMessageContaining("two definitions");
  }

  @Test
  void takes_no_row_for_news_that_was_read_before_its_own_last_write() {
    lease(1);
    start("a");
    SagaLog.Row old = host.batch.get(0).row();
    written(SagaLog.Result.WRITTEN);
    owner.unowned(old.partition(), now);
    SagaHost.Order reserve = host.sent.get(0);
    Record refusal = new Shop.No("reserve");
    owner.happened(reserve.key(), "id0", new Input.Refused(reserve.messageId(), refusal), now);
    owner.flush(now);
    written(SagaLog.Result.WRITTEN);
    assertThat(owner.size()).isZero();
    owner.dueFound(List.of(old), now);
    assertThat(owner.size()).isZero();
    assertThat(host.sent).hasSize(1);
    owner.unowned(old.partition(), now);
    owner.dueFound(List.of(old), now);
    assertThat(owner.size()).as("a read that began later tells the truth").isEqualTo(1);
  }

  @Test
  void takes_no_row_that_was_read_before_it_lost_a_partition() {
    lease(1);
    start("a");
    SagaLog.Row row = host.batch.get(0).row();
    owner.unowned(row.partition(), now);
    written(SagaLog.Result.FENCED);
    lease(1);
    owner.dueFound(List.of(row), now);
    assertThat(owner.size()).isZero();
  }

  @Test
  void asks_for_more_of_what_is_due_when_it_cannot_run_some_of_it() {
    lease(1);
    start("a");
    SagaLog.Row row = host.batch.get(0).row();
    for (int i = 0; i < 3; i++) {
      owner.dueFound(List.of(foreign(row, "x" + i)), now);
    }
    owner.dueFound(List.of(foreign(row, "x0")), now);
    assertThat(host.stalled).hasSize(3);
    now += 1_000;
    owner.tick(now);
    assertThat(host.dueLimit).isEqualTo(4 + 3);
  }

  private static SagaLog.Row foreign(SagaLog.Row row, String id) {
    return new SagaLog.Row(
        id,
        row.saga(),
        id,
        1,
        "another hash",
        row.status(),
        row.steps(),
        row.state(),
        row.commands(),
        row.due(),
        row.deadline(),
        row.events(),
        row.signals());
  }

  @Test
  void reads_no_more_unfinished_instances_than_it_gets_written() {
    lease(1);
    start("x");
    SagaLog.Row row = host.batch.get(0).row();
    written(SagaLog.Result.WRITTEN);
    lease(1);
    List<SagaLog.Lease> more = List.of(new SagaLog.Lease(0, 8));
    owner.granted(new SagaLog.Grant(more, 1), now, now);
    for (String page : List.of("a", "b", "c")) {
      List<SagaLog.Row> rows = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        rows.add(withKey(row, page + i));
      }
      owner.loaded(rows, 4, now);
      rows.forEach(each -> reply(each.key(), host.sent.get(host.sent.size() - 1)));
    }
    int loads = host.loads;
    assertThat(owner.size()).isEqualTo(13);
    owner.loaded(List.of(withKey(row, "d")), 1, now);
    assertThat(host.loads).as("7 of them wait to be written").isEqualTo(loads);
    while (host.loads == loads) {
      written(SagaLog.Result.WRITTEN);
    }
    assertThat(host.batch).as("then it goes on").isNotEmpty();
  }

  @Test
  void keeps_no_alarm_for_an_attempt_that_is_not_needed_any_more() {
    lease(1);
    start("a");
    written(SagaLog.Result.WRITTEN);
    SagaHost.Order reserve = host.sent.get(0);
    owner.happened(
        new Entry.Key(Shop.FULFIL.name(), "a"),
        reserve.instance(),
        new Input.Failed(reserve.messageId(), 1, "CODE", true, true),
        now);
    owner.flush(now);
    written(SagaLog.Result.WRITTEN);
    owner.tick(now);
    long retry = owner.nextTick();
    assertThat(retry).isBetween(now, now + 500);
    reply("a", reserve);
    written(SagaLog.Result.WRITTEN);
    assertThat(owner.nextTick()).isGreaterThan(retry);
  }

  @Test
  void tells_those_who_wait_when_it_closes() {
    lease(1);
    FakeWaiter waiter = start("a");
    owner.close();
    written(SagaLog.Result.WRITTEN);
    assertThat(waiter.failure).isNotNull();
    assertThat(waiter.ended).isZero();
    assertThat(host.left).isEqualTo(1);
    assertThat(host.sent).isEmpty();
    FakeWaiter late = start("b");
    assertThat(late.failure).isNotNull();
  }

  private static final class FakeHost implements SagaHost {
    final List<Order> sent = new ArrayList<>();
    final List<SagaEvent> told = new ArrayList<>();
    final List<String> asked = new ArrayList<>();
    final List<String> stalled = new ArrayList<>();
    List<SagaLog.Transition> batch = List.of();
    List<SagaLog.Lease> released = List.of();
    List<SagaLog.Lease> renewed = List.of();
    int dueLimit;
    int wanted = -1;
    int writes;
    int loads;
    int left;

    void clear() {
      loads = 0;
      released = List.of();
    }

    @Override
    public void acquire(int howMany) {
      wanted = howMany;
    }

    @Override
    public void renew(List<SagaLog.Lease> leases) {
      renewed = leases;
    }

    @Override
    public void release(List<SagaLog.Lease> leases) {
      released = leases;
    }

    @Override
    public void leave() {
      left++;
    }

    @Override
    public void write(List<SagaLog.Transition> transitions) {
      batch = transitions;
      writes++;
    }

    @Override
    public void load(List<SagaLog.Lease> leases, @Nullable String after, int limit) {
      loads++;
    }

    @Override
    public void due(List<SagaLog.Lease> leases, int limit) {
      dueLimit = limit;
    }

    @Override
    public void find(Entry.Key key) {
      asked.add(key.key());
    }

    @Override
    public void purge() {
      // nothing to forget
    }

    @Override
    public void send(Order order) {
      sent.add(order);
    }

    @Override
    public void tell(SagaEvent event) {
      told.add(event);
    }

    @Override
    public void stalled(SagaLog.Row row, String reason) {
      stalled.add(row.id());
    }
  }
}
