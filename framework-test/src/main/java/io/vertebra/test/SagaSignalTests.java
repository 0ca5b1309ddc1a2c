package io.vertebra.test;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.saga.SagaEvent;
import io.vertebra.saga.SagaLog;
import io.vertebra.saga.SagaLog.Lease;
import io.vertebra.saga.SagaLog.Result;
import io.vertebra.saga.SagaLog.Row;
import io.vertebra.saga.SagaLog.Signal;
import io.vertebra.saga.SagaLog.SignalKind;
import io.vertebra.saga.SagaLog.SignalResult;
import io.vertebra.saga.SagaLog.Transition;
import io.vertebra.saga.SagaStatus;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a {@link SagaLog} does with signals, and what the kit's tests have in common. */
abstract class SagaSignalTests {
  static final Duration LEASE = Duration.ofSeconds(10);
  static final Duration DEADLINE = Duration.ofMinutes(5);
  static final Duration SOON = Duration.ofSeconds(5);

  SagaLog log;

  /** An empty log. */
  protected abstract SagaLog create();

  /** Lets time pass for the log. */
  protected abstract void advance(Duration time);

  @BeforeEach
  void begin() {
    log = create();
  }

  static <T> T await(Future<T> future) throws TimeoutException {
    return future.await(30, TimeUnit.SECONDS);
  }

  List<Lease> acquireAll(String owner) throws TimeoutException {
    return await(log.acquire(owner, SagaLog.PARTITIONS, LEASE)).leases();
  }

  static long epoch(List<Lease> leases, String key) {
    int partition = SagaLog.partitionOf("saga", key);
    return leases.stream()
        .filter(lease -> lease.partition() == partition)
        .findFirst()
        .orElseThrow()
        .epoch();
  }

  static Row row(String key, long version, SagaStatus status) {
    List<SagaLog.Command> commands = status.isActive()
        ? List.of(
            new SagaLog.Command(0, "id-" + key + ".reserve", Buffer.buffer("{" + version), 1, null))
        : List.of();
    return row(key, version, status, commands, status.isActive() ? SOON : null);
  }

  static Row row(
      String key,
      long version,
      SagaStatus status,
      List<SagaLog.Command> commands,
      @Nullable Duration due) {
    return row(key, version, status, commands, due, 0);
  }

  static Row row(
      String key,
      long version,
      SagaStatus status,
      List<SagaLog.Command> commands,
      @Nullable Duration due,
      int signals) {
    return new Row(
        "id-" + key,
        "saga",
        key,
        version,
        "hash",
        status,
        ">..",
        Buffer.buffer("{\"v\":" + version + "}"),
        commands,
        due,
        DEADLINE,
        3 * (int) version,
        new SagaLog.Signals(signals, List.of()));
  }

  static Transition change(long epoch, Row row, SagaEvent.Kind... kinds) {
    List<SagaEvent> events = new ArrayList<>();
    for (SagaEvent.Kind kind : kinds) {
      Instant at = Instant.ofEpochMilli(1_700_000_000_123L);
      events.add(
          new SagaEvent(row.id(), "saga", row.key(), kind, "réserve", 2, "why", "node", epoch, at));
    }
    return new Transition(epoch, row, events, List.of());
  }

  Result write(long epoch, Row row) throws TimeoutException {
    return await(log.write(List.of(change(epoch, row)))).get(0);
  }

  long startedBy(String owner, String key) throws TimeoutException {
    long epoch = epoch(acquireAll(owner), key);
    assertThat(write(epoch, row(key, 1, SagaStatus.RUNNING))).isEqualTo(Result.WRITTEN);
    return epoch;
  }

  Row find(String key) throws TimeoutException {
    return await(log.find("saga", key)).orElseThrow();
  }

  private static Signal signal(String key, String id, SignalKind kind) {
    return new Signal("saga", key, id, kind, "chärge", Buffer.buffer("{" + id), "ann", "why not");
  }

  private SignalResult send(String key, String id, SignalKind kind) throws TimeoutException {
    return await(log.signal(signal(key, id, kind)));
  }

  /** The next version of a row, written by an owner that knows of so many signals. */
  private static Row next(Row row, SagaStatus status, int signals) {
    Duration due = status.isActive() ? Duration.ofHours(1) : null;
    return row(row.key(), row.version() + 1, status, row.commands(), due, signals);
  }

  private Result consume(long epoch, Row row, String... ids) throws TimeoutException {
    return await(log.write(List.of(new Transition(epoch, row, List.of(), List.of(ids)))))
        .get(0);
  }

  @Test
  void keeps_signals_beside_their_instance_in_the_order_of_arrival() throws Exception {
    startedBy("a", "k");
    Row before = find("k");
    List<Signal> all = new ArrayList<>();
    for (SignalKind kind : SignalKind.values()) {
      all.add(signal("k", kind.name(), kind));
      assertThat(send("k", kind.name(), kind)).isEqualTo(SignalResult.ACCEPTED);
    }
    Row after = find("k");
    assertThat(after.signals()).isEqualTo(new SagaLog.Signals(5, all));
    assertThat(after)
        .usingRecursiveComparison()
        .ignoringFields("due", "deadline", "signals")
        .isEqualTo(before);
    assertThat(await(log.load(acquireAgain("a"), null, 10)).get(0).signals().waiting())
        .isEqualTo(all);
  }

  /** All partitions, once their lease has run out. */
  private List<Lease> acquireAgain(String owner) throws TimeoutException {
    advance(LEASE.plusSeconds(1));
    return acquireAll(owner);
  }

  @Test
  void takes_a_signal_once_also_when_the_first_was_consumed() throws Exception {
    long epoch = startedBy("a", "k");
    assertThat(send("k", "s", SignalKind.EVENT)).isEqualTo(SignalResult.ACCEPTED);
    assertThat(send("k", "s", SignalKind.EVENT)).isEqualTo(SignalResult.DUPLICATE);
    assertThat(find("k").signals().waiting()).hasSize(1);
    assertThat(consume(epoch, next(find("k"), SagaStatus.RUNNING, 1), "s"))
        .isEqualTo(Result.WRITTEN);
    assertThat(send("k", "s", SignalKind.EVENT)).isEqualTo(SignalResult.DUPLICATE);
    assertThat(find("k").signals()).isEqualTo(new SagaLog.Signals(1, List.of()));
  }

  @Test
  void takes_the_same_signal_id_for_two_instances() throws Exception {
    List<Lease> leases = acquireAll("a");
    for (String key : List.of("k", "l")) {
      write(epoch(leases, key), row(key, 1, SagaStatus.RUNNING));
      assertThat(send(key, "s", SignalKind.EVENT)).isEqualTo(SignalResult.ACCEPTED);
    }
  }

  @Test
  void takes_no_signal_for_an_instance_that_it_does_not_know_or_that_has_ended() throws Exception {
    assertThat(send("k", "s", SignalKind.EVENT)).isEqualTo(SignalResult.UNKNOWN_INSTANCE);
    List<Lease> leases = acquireAll("a");
    for (SagaStatus status :
        List.of(SagaStatus.COMPLETED, SagaStatus.COMPENSATED, SagaStatus.NEEDS_OPERATOR)) {
      write(epoch(leases, status.name()), row(status.name(), 1, status));
      for (SignalKind kind : SignalKind.values()) {
        assertThat(send(status.name(), kind.name(), kind))
            .as("%s for %s", kind, status)
            .isEqualTo(kind.isFor(status) ? SignalResult.ACCEPTED : SignalResult.UNKNOWN_INSTANCE);
      }
    }
  }

  @Test
  void answers_duplicate_rather_than_unknown_when_the_instance_has_ended() throws Exception {
    long epoch = startedBy("a", "k");
    send("k", "s", SignalKind.CANCEL);
    assertThat(consume(epoch, next(find("k"), SagaStatus.COMPENSATED, 1), "s"))
        .isEqualTo(Result.WRITTEN);
    assertThat(send("k", "s", SignalKind.CANCEL)).isEqualTo(SignalResult.DUPLICATE);
    assertThat(send("k", "t", SignalKind.CANCEL)).isEqualTo(SignalResult.UNKNOWN_INSTANCE);
  }

  @Test
  void makes_an_instance_due_by_a_signal_until_its_owner_has_seen_it() throws Exception {
    List<Lease> leases = acquireAll("a");
    long epoch = epoch(leases, "k");
    write(epoch, row("k", 1, SagaStatus.RUNNING, List.of(), Duration.ofHours(1)));
    send("k", "s", SignalKind.EVENT);
    assertThat(await(log.due(leases, 10)).get(0).signals().waiting()).hasSize(1);
    assertThat(consume(epoch, next(find("k"), SagaStatus.RUNNING, 0))).isEqualTo(Result.WRITTEN);
    assertThat(await(log.due(leases, 10))).hasSize(1);
    assertThat(consume(epoch, next(find("k"), SagaStatus.RUNNING, 1))).isEqualTo(Result.WRITTEN);
    assertThat(await(log.due(leases, 10))).isEmpty();
    assertThat(find("k").signals().waiting()).as("it was seen, not consumed").hasSize(1);
    send("k", "t", SignalKind.EVENT);
    assertThat(consume(epoch, next(find("k"), SagaStatus.RUNNING, 2), "s", "t"))
        .isEqualTo(Result.WRITTEN);
    assertThat(await(log.due(leases, 10))).isEmpty();
  }

  @Test
  void makes_an_instance_due_that_waits_for_an_operator() throws Exception {
    List<Lease> leases = acquireAll("a");
    long epoch = epoch(leases, "k");
    write(epoch, row("k", 1, SagaStatus.NEEDS_OPERATOR));
    assertThat(find("k").due()).isNull();
    send("k", "s", SignalKind.RETRY);
    assertThat(await(log.load(leases, null, 10))).isEmpty();
    assertThat(await(log.due(leases, 10))).extracting(Row::key).containsExactly("k");
    assertThat(consume(epoch, next(find("k"), SagaStatus.RUNNING, 1), "s"))
        .isEqualTo(Result.WRITTEN);
    assertThat(await(log.load(leases, null, 10))).hasSize(1);
    assertThat(await(log.due(leases, 10))).isEmpty();
  }

  @Test
  void leaves_no_instance_due_that_ends_with_a_signal_nobody_has_seen() throws Exception {
    List<Lease> leases = acquireAll("a");
    write(epoch(leases, "k"), row("k", 1, SagaStatus.RUNNING));
    send("k", "s", SignalKind.EVENT);
    assertThat(consume(epoch(leases, "k"), next(find("k"), SagaStatus.COMPLETED, 0)))
        .isEqualTo(Result.WRITTEN);
    assertThat(await(log.due(leases, 10))).isEmpty();
  }

  @Test
  void consumes_a_signal_only_with_its_transition() throws Exception {
    long epoch = startedBy("a", "k");
    send("k", "s", SignalKind.EVENT);
    Row stale = row("k", 7, SagaStatus.RUNNING, List.of(), SOON, 1);
    assertThat(consume(epoch, stale, "s")).isEqualTo(Result.VERSION_CONFLICT);
    assertThat(consume(epoch + 1, next(find("k"), SagaStatus.RUNNING, 1), "s"))
        .isEqualTo(Result.FENCED);
    assertThat(find("k").signals().waiting()).hasSize(1);
    assertThat(consume(epoch, next(find("k"), SagaStatus.RUNNING, 1), "s", "unknown"))
        .isEqualTo(Result.WRITTEN);
    assertThat(find("k").signals().waiting()).isEmpty();
  }

  @Test
  void loses_no_signal_that_arrives_while_its_instance_is_written() throws Exception {
    List<Lease> leases = acquireAll("a");
    long epoch = epoch(leases, "k");
    write(epoch, row("k", 1, SagaStatus.RUNNING, List.of(), Duration.ofHours(1)));
    int known = 0;
    for (int round = 0; round < 50; round++) {
      Row next = next(find("k"), SagaStatus.RUNNING, known);
      String id = "s" + round;
      Future<SignalResult> arrives = log.signal(signal("k", id, SignalKind.EVENT));
      Future<List<Result>> written = log.write(List.of(change(epoch, next)));
      Future<SignalResult> again = log.signal(signal("k", id, SignalKind.EVENT));
      await(Future.join(arrives, written, again));
      assertThat(List.of(arrives.result(), again.result()))
          .containsExactlyInAnyOrder(SignalResult.ACCEPTED, SignalResult.DUPLICATE);
      assertThat(written.result()).containsExactly(Result.WRITTEN);
      assertThat(await(log.due(leases, 10))).as("round %d", round).hasSize(1);
      assertThat(consume(epoch, next(find("k"), SagaStatus.RUNNING, ++known), id))
          .isEqualTo(Result.WRITTEN);
      assertThat(await(log.due(leases, 10))).as("round %d", round).isEmpty();
    }
  }

  @Test
  void forgets_the_signals_of_an_instance_with_it() throws Exception {
    long epoch = startedBy("a", "k");
    send("k", "s", SignalKind.EVENT);
    send("k", "t", SignalKind.EVENT);
    consume(epoch, next(find("k"), SagaStatus.COMPLETED, 2), "s");
    advance(Duration.ofHours(1));
    assertThat(await(log.purge(Duration.ofMinutes(30), 10))).isEqualTo(1);
    startedBy("b", "k");
    assertThat(find("k").signals()).isEqualTo(SagaLog.Signals.NONE);
    assertThat(send("k", "s", SignalKind.EVENT)).isEqualTo(SignalResult.ACCEPTED);
    assertThat(find("k").signals().waiting()).hasSize(1);
  }
}
