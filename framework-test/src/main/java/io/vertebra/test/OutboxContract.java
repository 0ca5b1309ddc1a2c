package io.vertebra.test;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.outbox.Outbox;
import io.vertebra.outbox.Outbox.Lane;
import io.vertebra.outbox.Outbox.Lease;
import io.vertebra.outbox.Outbox.Row;
import io.vertebra.outbox.Outbox.Stop;
import io.vertebra.outbox.OutboxMessage;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The test kit of {@link Outbox}. */
public abstract class OutboxContract {
  private static final Duration LEASE = Duration.ofSeconds(10);
  private static final int ALL = OutboxMessage.PARTITIONS;

  private Outbox outbox;
  private int messages;

  /** For subclasses. */
  protected OutboxContract() {}

  /** An empty outbox. */
  protected abstract Outbox create();

  /** Lets time pass for the outbox. */
  protected abstract void advance(Duration time);

  @BeforeEach
  void begin() {
    outbox = create();
  }

  private static <T> T await(Future<T> future) throws TimeoutException {
    return future.await(30, TimeUnit.SECONDS);
  }

  private OutboxMessage message(String contract, String key) {
    Buffer body = Buffer.buffer(new byte[] {0, -1, (byte) messages});
    return new OutboxMessage(contract, key, "id" + messages++, body, Map.of("a", "b\"ü"));
  }

  private OutboxMessage append(String contract, String key) throws TimeoutException {
    OutboxMessage message = message(contract, key);
    await(outbox.append(List.of(message)));
    return message;
  }

  private static Lane laneOf(OutboxMessage message) {
    return new Lane(message.contract(), message.partition());
  }

  private List<Row> ready(OutboxMessage of, int most) throws TimeoutException {
    return await(outbox.ready(List.of(laneOf(of)), List.of(most)));
  }

  private Lease lease(OutboxMessage of) throws TimeoutException {
    return await(outbox.acquire("me", ALL, LEASE)).leases().stream()
        .filter(lease -> lease.partition() == of.partition())
        .findFirst()
        .orElseThrow();
  }

  private Set<Lease> settle(Lease lease, Outbox.Change... changes) throws TimeoutException {
    return await(outbox.settle(List.of(lease), List.of(changes)));
  }

  private static List<Long> ids(List<Row> rows) {
    return rows.stream().map(Row::id).toList();
  }

  @Test
  void gives_what_was_written() throws Exception {
    OutboxMessage message = append("pick", "k");
    assertThat(ready(message, 10)).extracting(Row::message).containsExactly(message);
  }

  @Test
  void gives_the_rows_of_a_lane_in_order_and_no_more_than_asked_for() throws Exception {
    OutboxMessage first = message("pick", "k");
    await(outbox.append(List.of(first, message("pick", "k"), message("pack", "k"))));
    append("pick", "k");
    assertThat(ready(first, 2))
        .extracting(row -> row.message().messageId())
        .containsExactly("id0", "id1");
    assertThat(ready(first, 10))
        .hasSize(3)
        .isSortedAccordingTo((a, b) -> Long.compare(a.id(), b.id()));
    List<Row> both = await(outbox.ready(
        List.of(laneOf(first), new Lane("pack", message("pack", "k").partition())), List.of(1, 5)));
    assertThat(both)
        .extracting(row -> row.message().contract())
        .containsExactlyInAnyOrder("pick", "pack");
  }

  @Test
  void leases_each_partition_to_one_owner_with_an_epoch_that_grows() throws Exception {
    Outbox.Grant grant = await(outbox.acquire("one", 40, LEASE));
    assertThat(grant.owners()).isEqualTo(1);
    assertThat(grant.leases()).hasSize(40).allMatch(lease -> lease.epoch() == 1);
    Outbox.Grant other = await(outbox.acquire("two", ALL, LEASE));
    assertThat(other.owners()).isEqualTo(2);
    assertThat(other.leases()).hasSize(ALL - 40).doesNotContainAnyElementsOf(grant.leases());
    advance(LEASE);
    Outbox.Grant later = await(outbox.acquire("two", ALL, LEASE));
    assertThat(later.owners()).isEqualTo(1);
    assertThat(later.leases()).hasSize(ALL).allMatch(lease -> lease.epoch() == 2);
  }

  @Test
  void renews_what_is_still_the_owners() throws Exception {
    List<Lease> leases = await(outbox.acquire("one", 3, LEASE)).leases();
    advance(LEASE.dividedBy(2));
    assertThat(await(outbox.renew("one", leases, LEASE)))
        .containsExactlyInAnyOrderElementsOf(leases);
    advance(LEASE.dividedBy(2));
    assertThat(await(outbox.acquire("two", ALL, LEASE)).leases()).hasSize(ALL - 3);
    assertThat(await(outbox.renew("two", leases, LEASE))).isEmpty();
    advance(LEASE);
    assertThat(await(outbox.renew("one", leases, LEASE))).isEmpty();
  }

  @Test
  void takes_leases_back() throws Exception {
    List<Lease> leases = await(outbox.acquire("one", ALL, LEASE)).leases();
    await(outbox.release("two", leases));
    assertThat(await(outbox.acquire("two", ALL, LEASE)).leases()).isEmpty();
    await(outbox.release("one", leases.subList(0, 5)));
    assertThat(await(outbox.acquire("two", ALL, LEASE)).leases()).hasSize(5);
    await(outbox.leave("one"));
    Outbox.Grant grant = await(outbox.acquire("two", ALL, LEASE));
    assertThat(grant.leases()).hasSize(ALL - 5);
    assertThat(grant.owners()).isEqualTo(1);
  }

  @Test
  void a_row_that_was_sent_is_gone() throws Exception {
    OutboxMessage message = append("pick", "k");
    append("pick", "k");
    Lease lease = lease(message);
    List<Long> before = ids(ready(message, 10));
    Outbox.Sent sent = new Outbox.Sent(message.partition(), before.get(0));
    assertThat(settle(lease, sent)).isEmpty();
    assertThat(settle(lease, sent)).isEmpty();
    assertThat(ids(ready(message, 10))).containsExactly(before.get(1));
  }

  @Test
  void nothing_is_done_for_a_lease_that_is_not_valid_any_more() throws Exception {
    OutboxMessage message = append("pick", "k");
    Lease old = lease(message);
    advance(LEASE);
    Lease now = lease(message);
    long row = ready(message, 1).get(0).id();
    Stop stop = new Stop(laneOf(message), "k", row, 1, Duration.ZERO, "no");
    assertThat(settle(old, new Outbox.Sent(message.partition(), row))).containsExactly(old);
    assertThat(settle(old, new Outbox.GivenUp(message.partition(), row, 1, "no")))
        .containsExactly(old);
    assertThat(settle(old, new Outbox.SetAside(message.partition(), row), new Outbox.Stopped(stop)))
        .containsExactly(old);
    assertThat(ids(ready(message, 1))).containsExactly(row);
    assertThat(await(outbox.stopped(List.of(now)))).isEmpty();
    assertThat(await(outbox.deadLetters(10))).isEmpty();
  }

  @Test
  void what_is_not_valid_for_one_partition_does_not_keep_others_from_being_settled()
      throws Exception {
    OutboxMessage one = append("pick", "a");
    OutboxMessage other = message("pick", "b");
    for (int i = 0; other.partition() == one.partition(); i++) {
      other = message("pick", "b" + i);
    }
    await(outbox.append(List.of(other)));
    Lease lease = lease(one);
    Lease wrong = new Lease(other.partition(), 77);
    Set<Lease> lost = await(outbox.settle(
        List.of(lease, wrong),
        List.of(
            new Outbox.Sent(one.partition(), ready(one, 1).get(0).id()),
            new Outbox.Sent(other.partition(), ready(other, 1).get(0).id()))));
    assertThat(lost).containsExactly(wrong);
    assertThat(ready(one, 1)).isEmpty();
    assertThat(ready(other, 1)).hasSize(1);
  }

  @Test
  void a_row_that_is_given_up_becomes_a_dead_letter_that_can_be_sent_again() throws Exception {
    OutboxMessage message = append("pick", "k");
    long row = ready(message, 1).get(0).id();
    settle(lease(message), new Outbox.GivenUp(message.partition(), row, 7, "it's poison"));
    assertThat(ready(message, 1)).isEmpty();
    assertThat(await(outbox.deadLetters(10)))
        .containsExactly(new Outbox.DeadLetter(row, message, 7, "it's poison"));
    await(outbox.redrive(List.of(row, row + 1)));
    await(outbox.redrive(List.of(row)));
    assertThat(await(outbox.deadLetters(10))).isEmpty();
    assertThat(ready(message, 10)).extracting(Row::message).containsExactly(message);
  }

  @Test
  void rows_of_a_stopped_key_are_aside_and_those_of_others_are_not() throws Exception {
    OutboxMessage message = append("pick", "bad");
    append("pick", "bad");
    Lease lease = lease(message);
    Lane lane = laneOf(message);
    List<Long> rows = ids(ready(message, 10));
    Stop stop = new Stop(lane, "bad", rows.get(0), 1, Duration.ofSeconds(4), "no");
    settle(
        lease,
        new Outbox.Stopped(stop),
        new Outbox.SetAside(lane.partition(), rows.get(0)),
        new Outbox.SetAside(lane.partition(), rows.get(1)));
    append("pick", "bad");
    assertThat(ready(message, 10)).hasSize(1);
    assertThat(ids(await(outbox.aside(lane, "bad", 10)))).isEqualTo(rows);
    assertThat(ids(await(outbox.aside(lane, "bad", 1)))).containsExactly(rows.get(0));
    assertThat(await(outbox.aside(lane, "good", 10))).isEmpty();
    settle(lease, new Outbox.Sent(lane.partition(), rows.get(0)));
    assertThat(ids(await(outbox.aside(lane, "bad", 10)))).containsExactly(rows.get(1));
  }

  @Test
  void a_stop_is_found_by_the_next_owner_with_the_time_that_is_left() throws Exception {
    OutboxMessage message = append("pick", "bad");
    Lane lane = laneOf(message);
    Lease lease = lease(message);
    long row = ready(message, 1).get(0).id();
    settle(lease, new Outbox.Stopped(new Stop(lane, "bad", row, 1, Duration.ofSeconds(4), "no")));
    settle(
        lease, new Outbox.Stopped(new Stop(lane, "bad", row, 2, Duration.ofSeconds(30), "never")));
    advance(LEASE);
    Lease next = lease(message);
    List<Stop> stops = await(outbox.stopped(List.of(next)));
    assertThat(stops).singleElement().satisfies(stop -> {
      assertThat(stop.lane()).isEqualTo(lane);
      assertThat(stop.key()).isEqualTo("bad");
      assertThat(stop.row()).isEqualTo(row);
      assertThat(stop.attempts()).isEqualTo(2);
      assertThat(stop.cause()).isEqualTo("never");
      assertThat(stop.due()).isBetween(Duration.ofSeconds(-40), Duration.ofSeconds(20));
    });
    settle(next, new Outbox.Resumed(lane, "bad"));
    settle(next, new Outbox.Resumed(lane, "bad"));
    assertThat(await(outbox.stopped(List.of(next)))).isEmpty();
  }

  @Test
  void a_row_is_found_whatever_was_seen_before() throws Exception {
    OutboxMessage message = append("pick", "k");
    Lease lease = lease(message);
    Set<Long> seen = ready(message, 10).stream().map(Row::id).collect(Collectors.toSet());
    seen.forEach(row -> settleQuietly(lease, row));
    append("pick", "k");
    List<Row> after = new ArrayList<>(ready(message, 10));
    assertThat(ids(after)).hasSize(1).doesNotContainAnyElementsOf(seen);
  }

  private void settleQuietly(Lease lease, long row) {
    try {
      settle(lease, new Outbox.Sent(lease.partition(), row));
    } catch (TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void tells_listeners_of_new_rows() throws Exception {
    Promise<Long> told = Promise.promise();
    Runnable off = outbox.onAppended(told::tryComplete);
    OutboxMessage message = append("pick", "k");
    assertThat(await(told.future())).isEqualTo(1L << message.partition());
    off.run();
  }
}
