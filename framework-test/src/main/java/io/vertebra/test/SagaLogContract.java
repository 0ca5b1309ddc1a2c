package io.vertebra.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertebra.saga.SagaEvent;
import io.vertebra.saga.SagaLog;
import io.vertebra.saga.SagaLog.Grant;
import io.vertebra.saga.SagaLog.Lease;
import io.vertebra.saga.SagaLog.Result;
import io.vertebra.saga.SagaLog.Row;
import io.vertebra.saga.SagaLog.Transition;
import io.vertebra.saga.SagaStatus;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The test kit of {@link SagaLog}. */
public abstract class SagaLogContract extends SagaSignalTests {
  /** For subclasses. */
  protected SagaLogContract() {}

  @Test
  void fences_what_is_written_under_an_older_epoch() throws Exception {
    long old = startedBy("a", "k");
    advance(LEASE.plusSeconds(1));
    long young = epoch(acquireAll("b"), "k");
    assertThat(young).isGreaterThan(old);
    assertThat(write(old, row("k", 2, SagaStatus.RUNNING))).isEqualTo(Result.FENCED);
    assertThat(find("k").version()).isEqualTo(1);
    assertThat(write(young, row("k", 2, SagaStatus.RUNNING))).isEqualTo(Result.WRITTEN);
    assertThat(write(old, row("new", 1, SagaStatus.RUNNING))).isEqualTo(Result.FENCED);
  }

  @Test
  void refuses_two_transitions_of_one_instance_in_a_batch() throws Exception {
    long epoch = startedBy("a", "k");
    Future<List<Result>> written = log.write(List.of(
        change(epoch, row("k", 2, SagaStatus.RUNNING)),
        change(epoch, row("k", 3, SagaStatus.RUNNING))));
    assertThatThrownBy(() -> await(written)).isInstanceOf(IllegalArgumentException.class);
    assertThat(find("k").version()).isEqualTo(1);
  }

  @Test
  void ignores_an_owner_that_was_away_too_long() throws Exception {
    List<Lease> old = acquireAll("zombie");
    long epoch = epoch(old, "k");
    write(epoch, row("k", 1, SagaStatus.RUNNING));
    advance(LEASE.plusSeconds(1));
    List<Lease> young = acquireAll("b");
    assertThat(young).hasSize(SagaLog.PARTITIONS);
    assertThat(await(log.renew("zombie", old, LEASE))).isEmpty();
    await(log.release("zombie", old));
    await(log.leave("zombie"));
    assertThat(write(epoch, row("k", 2, SagaStatus.COMPLETED))).isEqualTo(Result.FENCED);
    assertThat(await(log.renew("b", young, LEASE))).hasSameSizeAs(young);
    assertThat(write(epoch(young, "k"), row("k", 2, SagaStatus.RUNNING))).isEqualTo(Result.WRITTEN);
  }

  @Test
  void shows_a_new_owner_whatever_the_old_one_still_got_written() throws Exception {
    long epoch = epoch(acquireAll("o0"), "k");
    write(epoch, row("k", 1, SagaStatus.RUNNING));
    long version = 1;
    for (int round = 1; round <= 50; round++) {
      advance(LEASE.plusSeconds(1));
      Future<List<Result>> late =
          log.write(List.of(change(epoch, row("k", version + 1, SagaStatus.RUNNING))));
      Future<Grant> takeover = log.acquire("o" + round, SagaLog.PARTITIONS, LEASE);
      List<Lease> leases = await(takeover).leases();
      long seen = await(log.load(leases, null, 10)).get(0).version();
      boolean written = await(late).get(0) == Result.WRITTEN;
      assertThat(seen)
          .as("round %d, written %s", round, written)
          .isEqualTo(written ? version + 1 : version);
      assertThat(find("k").version()).isEqualTo(seen);
      version = seen;
      epoch = epoch(leases, "k");
    }
  }

  @Test
  void starts_an_instance_once() throws Exception {
    long epoch = startedBy("a", "k");
    Row other = new Row(
        "other",
        "saga",
        "k",
        1,
        "hash",
        SagaStatus.RUNNING,
        "...",
        Buffer.buffer("{}"),
        List.of(),
        SOON,
        DEADLINE,
        1,
        SagaLog.Signals.NONE);
    assertThat(write(epoch, other)).isEqualTo(Result.VERSION_CONFLICT);
    assertThat(find("k").id()).isEqualTo("id-k");
  }

  @Test
  void starts_an_instance_once_when_two_try_at_the_same_time() throws Exception {
    for (int round = 0; round < 20; round++) {
      Row row = row("k" + round, 1, SagaStatus.RUNNING);
      Future<List<Result>> one = log.write(List.of(change(SagaLog.UNOWNED, row)));
      Future<List<Result>> two = log.write(List.of(change(SagaLog.UNOWNED, row)));
      await(Future.all(one, two));
      assertThat(List.of(one.result().get(0), two.result().get(0)))
          .containsExactlyInAnyOrder(Result.WRITTEN, Result.VERSION_CONFLICT);
    }
  }

  @Test
  void lets_anybody_start_an_instance_but_only_the_owner_change_it() throws Exception {
    long epoch = epoch(acquireAll("a"), "k");
    assertThat(write(SagaLog.UNOWNED, row("k", 1, SagaStatus.RUNNING))).isEqualTo(Result.WRITTEN);
    assertThat(write(SagaLog.UNOWNED, row("k", 2, SagaStatus.RUNNING))).isEqualTo(Result.FENCED);
    assertThat(write(epoch, row("k", 2, SagaStatus.RUNNING))).isEqualTo(Result.WRITTEN);
  }

  @Test
  void writes_a_transition_only_from_the_version_before() throws Exception {
    long epoch = startedBy("a", "k");
    assertThat(write(epoch, row("k", 3, SagaStatus.RUNNING))).isEqualTo(Result.VERSION_CONFLICT);
    assertThat(write(epoch, row("k", 2, SagaStatus.RUNNING))).isEqualTo(Result.WRITTEN);
    assertThat(write(epoch, row("k", 2, SagaStatus.RUNNING))).isEqualTo(Result.VERSION_CONFLICT);
    assertThat(write(epoch, row("unknown", 2, SagaStatus.RUNNING)))
        .isIn(Result.VERSION_CONFLICT, Result.FENCED);
  }

  @Test
  void answers_for_each_transition_of_a_batch_in_order() throws Exception {
    List<Lease> leases = acquireAll("a");
    write(epoch(leases, "old"), row("old", 1, SagaStatus.RUNNING));
    List<Result> results = await(log.write(List.of(
        change(epoch(leases, "new"), row("new", 1, SagaStatus.RUNNING), SagaEvent.Kind.STARTED),
        change(epoch(leases, "f") + 1, row("f", 1, SagaStatus.RUNNING), SagaEvent.Kind.STARTED),
        change(epoch(leases, "old"), row("old", 7, SagaStatus.RUNNING), SagaEvent.Kind.REPLIED),
        change(
            epoch(leases, "last"), row("last", 1, SagaStatus.RUNNING), SagaEvent.Kind.STARTED))));
    assertThat(results)
        .containsExactly(Result.WRITTEN, Result.FENCED, Result.VERSION_CONFLICT, Result.WRITTEN);
    assertThat(await(log.find("saga", "f"))).isEmpty();
    assertThat(await(log.history("saga", "f"))).isEmpty();
    assertThat(await(log.history("saga", "old"))).isEmpty();
    assertThat(await(log.history("saga", "new"))).hasSize(1);
  }

  @Test
  void writes_many_instances_together() throws Exception {
    List<Lease> leases = acquireAll("a");
    for (int version = 1; version <= 3; version++) {
      List<Transition> batch = new ArrayList<>();
      for (int i = 0; i < 512; i++) {
        batch.add(change(
            epoch(leases, "k" + i),
            row("k" + i, version, SagaStatus.RUNNING),
            SagaEvent.Kind.REPLIED));
      }
      assertThat(await(log.write(batch))).hasSize(512).containsOnly(Result.WRITTEN);
    }
    assertThat(find("k511").version()).isEqualTo(3);
    assertThat(await(log.history("saga", "k0"))).hasSize(3);
  }

  @Test
  void takes_an_empty_batch() throws Exception {
    assertThat(await(log.write(List.of()))).isEmpty();
  }

  @Test
  void keeps_the_bytes_of_a_row() throws Exception {
    List<Lease> leases = acquireAll("a");
    Buffer bytes = Buffer.buffer(new byte[] {0, -1, 127, -128, '\'', '"'});
    List<SagaLog.Command> commands = List.of(
        new SagaLog.Command(
            1, "id.charge", bytes, 3, new SagaLog.Answer(true, Buffer.buffer("{}"))),
        new SagaLog.Command(2, "id.book", Buffer.buffer(), 1, null),
        new SagaLog.Command(3, "id.ü", bytes, 1, new SagaLog.Answer(false, bytes)));
    Row row = row("ключ 'x'", 1, SagaStatus.RUNNING, commands, SOON);
    assertThat(write(epoch(leases, row.key()), row)).isEqualTo(Result.WRITTEN);
    Row read = find(row.key());
    assertThat(read.commands()).isEqualTo(commands);
    assertThat(read)
        .usingRecursiveComparison()
        .ignoringFields("due", "deadline", "commands")
        .isEqualTo(row);
  }

  @Test
  void leases_each_partition_to_one_owner() throws Exception {
    Grant a = await(log.acquire("a", 100, LEASE));
    Grant b = await(log.acquire("b", SagaLog.PARTITIONS, LEASE));
    assertThat(a.leases()).hasSize(100);
    assertThat(b.leases()).hasSize(SagaLog.PARTITIONS - 100);
    assertThat(a.owners()).isEqualTo(1);
    assertThat(b.owners()).isEqualTo(2);
    Set<Integer> partitions = new HashSet<>();
    a.leases().forEach(lease -> partitions.add(lease.partition()));
    b.leases().forEach(lease -> partitions.add(lease.partition()));
    assertThat(partitions).hasSize(SagaLog.PARTITIONS);
  }

  @Test
  void counts_an_owner_that_wants_no_partition() throws Exception {
    await(log.acquire("a", 0, LEASE));
    assertThat(await(log.acquire("b", 0, LEASE)).owners()).isEqualTo(2);
    advance(LEASE.plusSeconds(1));
    assertThat(await(log.acquire("b", 0, LEASE)).owners()).isEqualTo(1);
  }

  @Test
  void keeps_a_lease_that_is_renewed() throws Exception {
    List<Lease> leases = acquireAll("a");
    for (int i = 0; i < 3; i++) {
      advance(LEASE.minusSeconds(1));
      assertThat(await(log.renew("a", leases, LEASE))).containsExactlyInAnyOrderElementsOf(leases);
    }
    assertThat(acquireAll("b")).isEmpty();
  }

  @Test
  void gives_a_released_lease_to_the_next_owner_with_a_new_epoch() throws Exception {
    List<Lease> leases = acquireAll("a");
    Lease first = leases.get(0);
    await(log.release("a", List.of(first)));
    List<Lease> next = acquireAll("b");
    assertThat(next).hasSize(1);
    assertThat(next.get(0).partition()).isEqualTo(first.partition());
    assertThat(next.get(0).epoch()).isGreaterThan(first.epoch());
  }

  @Test
  void forgets_an_owner_that_leaves() throws Exception {
    acquireAll("a");
    await(log.leave("a"));
    Grant grant = await(log.acquire("b", SagaLog.PARTITIONS, LEASE));
    assertThat(grant.leases()).hasSize(SagaLog.PARTITIONS);
    assertThat(grant.owners()).isEqualTo(1);
  }

  @Test
  void loads_active_instances_page_by_page() throws Exception {
    List<Lease> leases = acquireAll("a");
    for (int i = 0; i < 25; i++) {
      String key = "k" + (10 + i);
      write(epoch(leases, key), row(key, 1, SagaStatus.RUNNING));
    }
    write(epoch(leases, "done"), row("done", 1, SagaStatus.COMPLETED));
    write(epoch(leases, "stuck"), row("stuck", 1, SagaStatus.NEEDS_OPERATOR));
    List<String> ids = new ArrayList<>();
    List<Row> page = await(log.load(leases, null, 10));
    while (!page.isEmpty()) {
      page.forEach(row -> ids.add(row.id()));
      page = await(log.load(leases, ids.get(ids.size() - 1), 10));
    }
    assertThat(ids).hasSize(25).isSorted().doesNotHaveDuplicates();
  }

  @Test
  void loads_only_the_partitions_asked_for() throws Exception {
    List<Lease> leases = acquireAll("a");
    write(epoch(leases, "k"), row("k", 1, SagaStatus.RUNNING));
    int partition = SagaLog.partitionOf("saga", "k");
    List<Lease> others =
        leases.stream().filter(lease -> lease.partition() != partition).toList();
    assertThat(await(log.load(others, null, 10))).isEmpty();
    assertThat(await(log.due(others, 10))).isEmpty();
    assertThat(await(log.load(List.of(), null, 10))).isEmpty();
  }

  @Test
  void finds_what_is_due_the_longest_overdue_first() throws Exception {
    List<Lease> leases = acquireAll("a");
    for (int seconds : new int[] {3, 1, 2, 60}) {
      String key = "k" + seconds;
      write(
          epoch(leases, key),
          row(key, 1, SagaStatus.RUNNING, List.of(), Duration.ofSeconds(seconds)));
    }
    assertThat(await(log.due(leases, 10))).isEmpty();
    advance(SOON);
    assertThat(await(log.due(leases, 10))).extracting(Row::key).containsExactly("k1", "k2", "k3");
    assertThat(await(log.due(leases, 2))).extracting(Row::key).containsExactly("k1", "k2");
    assertThat(await(log.due(leases, 1)).get(0).due()).isNegative();
  }

  @Test
  void tells_what_is_left_of_the_deadline_that_the_start_has_set() throws Exception {
    long epoch = startedBy("a", "k");
    advance(Duration.ofMinutes(2));
    long young = epoch(acquireAll("a"), "k");
    assertThat(young).isGreaterThan(epoch);
    write(young, row("k", 2, SagaStatus.RUNNING));
    assertThat(find("k").deadline()).isBetween(Duration.ofMinutes(2), Duration.ofMinutes(3));
  }

  @Test
  void keeps_the_history_in_order() throws Exception {
    long epoch = epoch(acquireAll("a"), "k");
    Transition start = change(
        epoch, row("k", 1, SagaStatus.RUNNING), SagaEvent.Kind.STARTED, SagaEvent.Kind.SKIPPED);
    Transition end = change(
        epoch, row("k", 2, SagaStatus.COMPLETED), SagaEvent.Kind.REPLIED, SagaEvent.Kind.COMPLETED);
    await(log.write(List.of(start)));
    await(log.write(List.of(end)));
    List<SagaEvent> all = new ArrayList<>(start.events());
    all.addAll(end.events());
    assertThat(await(log.history("saga", "k"))).isEqualTo(all);
  }

  @Test
  void finds_nothing_under_an_unknown_key() throws Exception {
    assertThat(await(log.find("saga", "k"))).isEmpty();
    assertThat(await(log.history("saga", "k"))).isEmpty();
  }

  @Test
  void forgets_ended_instances_after_their_retention_but_none_that_waits_for_an_operator()
      throws Exception {
    List<Lease> leases = acquireAll("a");
    write(epoch(leases, "old"), row("old", 1, SagaStatus.COMPLETED));
    write(epoch(leases, "older"), row("older", 1, SagaStatus.COMPENSATED));
    write(epoch(leases, "stuck"), row("stuck", 1, SagaStatus.NEEDS_OPERATOR));
    write(epoch(leases, "running"), row("running", 1, SagaStatus.RUNNING));
    advance(Duration.ofHours(1));
    List<Lease> again = acquireAll("a");
    write(epoch(again, "young"), row("young", 1, SagaStatus.COMPLETED));
    assertThat(await(log.purge(Duration.ofMinutes(30), 1))).isEqualTo(1);
    assertThat(await(log.purge(Duration.ofMinutes(30), 10))).isEqualTo(1);
    assertThat(await(log.purge(Duration.ofMinutes(30), 10))).isZero();
    assertThat(await(log.find("saga", "old"))).isEmpty();
    assertThat(await(log.history("saga", "older"))).isEmpty();
    for (String key : List.of("stuck", "running", "young")) {
      assertThat(await(log.find("saga", key))).isPresent();
    }
    assertThat(write(epoch(again, "old"), row("old", 1, SagaStatus.RUNNING)))
        .isEqualTo(Result.WRITTEN);
  }
}
