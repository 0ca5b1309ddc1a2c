package io.vertebra.test.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.Node;
import io.vertebra.NodeOptions;
import io.vertebra.ServiceVerticle;
import io.vertebra.Services;
import io.vertebra.outbox.Outbox;
import io.vertebra.outbox.OutboxMessage;
import io.vertebra.outbox.OutboxRelay;
import io.vertebra.outbox.OutboxTarget;
import io.vertebra.outbox.RelayOptions;
import io.vertebra.saga.SagaLog;
import io.vertebra.saga.SagaStatus;
import io.vertebra.test.VirtualTime;
import io.vertebra.test.fault.Payments.Done;
import io.vertebra.test.fault.Payments.Ship;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Faults around an outbox, with relays of their own on it. */
@NullUnmarked
class FaultyStoresTest {
  private static final Duration LEASE = Duration.ofSeconds(10);

  private final Vertx vertx = Vertx.vertx();
  private final Node node = Node.create(vertx, NodeOptions.defaults());
  private final VirtualTime time = new VirtualTime();
  private final Faults faults = Faults.seeded(7, time);
  private final Outbox shared = Outbox.inMemory(time::nanos);
  private final List<String> shipped = new CopyOnWriteArrayList<>();

  @AfterEach
  void stop() throws Exception {
    await(node.close());
    await(vertx.close());
  }

  private static <T> T await(Future<T> future) throws Exception {
    return future.await(30, TimeUnit.SECONDS);
  }

  private void serve() throws Exception {
    await(node.deploy(() -> new ServiceVerticle() {
      @Override
      protected void services(Services on) {
        on.request(Payments.SHIP, (ship, call) -> {
          shipped.add(call.metadata().messageId());
          return Future.succeededFuture(new Done(shipped.size()));
        });
      }
    }));
  }

  private void relay(String name, Outbox outbox) throws Exception {
    OutboxTarget target = OutboxTarget.bus(node.bus(), Payments.SHIP);
    RelayOptions options = RelayOptions.defaults()
        .withName(name)
        .withLease(LEASE)
        .withPollInterval(Duration.ofMillis(20));
    await(node.deploy(() -> OutboxRelay.create(outbox, target, options)));
  }

  private static OutboxMessage ship(String id) {
    return OutboxMessage.of(Payments.SHIP, new Ship(id), id, Map.of());
  }

  /** Until the outbox has nothing to send any more. */
  private void awaitEmpty() throws Exception {
    Outbox.Lane lane = new Outbox.Lane(Payments.SHIP.id(), ship("m1").partition());
    while (!await(shared.ready(List.of(lane), List.of(1))).isEmpty()) {
      await(vertx.timer(5));
    }
  }

  @Test
  void sends_again_with_the_same_id_what_another_relay_sent_before_it_died() throws Exception {
    serve();
    relay("dying", faults.outbox(shared));
    Fault crash = faults.at(FaultPoint.OUTBOX_SETTLE).crashBefore();
    await(shared.append(List.of(ship("m1"))));
    await(crash.struck());
    relay("other", shared);
    time.advance(LEASE.plusSeconds(1));
    awaitEmpty();
    assertThat(shipped).containsExactly("m1", "m1");
  }

  @Test
  void sends_once_what_was_settled_although_the_answer_was_lost() throws Exception {
    serve();
    relay("a", faults.outbox(shared));
    Fault lost = faults.at(FaultPoint.OUTBOX_SETTLE).times(1).loseAnswer();
    await(shared.append(List.of(ship("m1"))));
    await(lost.struck());
    awaitEmpty();
    assertThat(shipped).containsExactly("m1");
  }

  @Test
  void waits_for_an_outbox_that_is_slow() throws Exception {
    serve();
    Outbox slow = faults.outbox(shared);
    Fault late = faults.at(FaultPoint.OUTBOX_APPEND).delay(Duration.ofHours(1));
    Future<Void> appended = slow.append(List.of(ship("m1")));
    await(late.struck());
    assertThat(appended.isComplete()).isFalse();
    time.advance(Duration.ofHours(1));
    await(appended);
    relay("a", shared);
    awaitEmpty();
    assertThat(shipped).containsExactly("m1");
  }

  @Test
  void runs_an_action_before_and_after_what_it_strikes() throws Exception {
    Outbox outbox = faults.outbox(shared);
    faults.at(FaultPoint.OUTBOX_APPEND).times(1).before(() -> shipped.add("before"));
    faults.at(FaultPoint.OUTBOX_LEASE).after(grant -> shipped.add("after " + grant.getClass()));
    await(outbox.append(List.of(ship("m1"))));
    await(outbox.acquire("me", 64, LEASE));
    assertThat(shipped).containsExactly("before", "after " + Outbox.Grant.class);
  }

  @Test
  void does_nothing_for_a_process_that_has_crashed() throws Exception {
    Outbox dead = faults.outbox(shared);
    faults.at(FaultPoint.OUTBOX_APPEND).crashAfter();
    assertThat(dead.append(List.of(ship("m1"))).failed()).isTrue();
    assertThat(dead.append(List.of(ship("m2"))).cause()).hasMessageContaining("crashed");
    assertThat(dead.deadLetters(1).failed()).isTrue();
    Outbox.Lane lane = new Outbox.Lane(Payments.SHIP.id(), ship("m1").partition());
    assertThat(await(shared.ready(List.of(lane), List.of(10))))
        .extracting(row -> row.message().messageId())
        .containsExactly("m1");
  }

  @Test
  void stops_at_each_saga_of_a_batch_but_fails_the_batch_as_one() throws Exception {
    SagaLog log = faults.log(SagaLog.inMemory(time::nanos));
    Fault fails = faults.at(FaultPoint.SAGA_START).times(1).fail();
    List<SagaLog.Transition> batch = List.of(start("o1"), start("o2"));
    assertThat(log.write(batch).failed()).isTrue();
    assertThat(fails.count()).isEqualTo(1);
    Fault stops = faults.at(FaultPoint.SAGA_START).before(() -> shipped.add("stop"));
    await(log.write(batch));
    assertThat(stops.count()).isEqualTo(2);
    assertThat(shipped).hasSize(2);
    assertThat(await(log.find("s", "o2"))).isPresent();
  }

  private static SagaLog.Transition start(String key) {
    SagaLog.Row row = new SagaLog.Row(
        "id-" + key,
        "s",
        key,
        1,
        "hash",
        SagaStatus.RUNNING,
        ".",
        Buffer.buffer("{}"),
        List.of(),
        Duration.ZERO,
        Duration.ofDays(1),
        0,
        SagaLog.Signals.NONE);
    return new SagaLog.Transition(SagaLog.UNOWNED, row, List.of(), List.of());
  }
}
