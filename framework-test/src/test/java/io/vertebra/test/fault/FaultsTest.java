package io.vertebra.test.fault;

import static io.vertebra.test.fault.Payments.CHARGE;
import static io.vertebra.test.fault.Payments.PLACE;
import static io.vertebra.test.fault.Payments.SHIP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertebra.Node;
import io.vertebra.NodeOptions;
import io.vertebra.ServiceVerticle;
import io.vertebra.Services;
import io.vertebra.error.ErrorCode;
import io.vertebra.error.VertebraException;
import io.vertebra.idempotency.DedupStore;
import io.vertebra.idempotency.IdempotencyOptions;
import io.vertebra.messaging.CallOptions;
import io.vertebra.saga.SagaEngine;
import io.vertebra.saga.SagaLog;
import io.vertebra.saga.SagaOptions;
import io.vertebra.test.VirtualTime;
import io.vertebra.test.fault.Payments.Charge;
import io.vertebra.test.fault.Payments.Done;
import io.vertebra.test.fault.Payments.Place;
import io.vertebra.test.fault.Payments.Placed;
import io.vertebra.test.fault.Payments.Ship;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Faults around the handlers of a real node, and around the stores of real engines. */
@NullUnmarked
class FaultsTest {
  private static final CallOptions PATIENT =
      CallOptions.defaults().withTimeout(Duration.ofSeconds(30));
  private static final Duration LEASE = Duration.ofSeconds(10);

  private final Vertx vertx = Vertx.vertx();
  private final VirtualTime time = new VirtualTime();
  private final List<String> handled = new CopyOnWriteArrayList<>();
  private Faults faults;
  private Node node;

  @BeforeEach
  void start() throws Exception {
    // #region wrap
    faults = Faults.seeded(42, time);
    NodeOptions options = NodeOptions.defaults().withHandlerFilter(faults.handlers());
    node = Node.create(vertx, options);
    DedupStore store = faults.dedup(DedupStore.inMemory(IdempotencyOptions.defaults()));
    // #endregion wrap
    await(node.deploy(() -> new Participants(store)));
  }

  @AfterEach
  void stop() throws Exception {
    faults.heal();
    await(node.close());
    await(vertx.close());
  }

  private static <T> T await(Future<T> future) throws Exception {
    return future.await(30, TimeUnit.SECONDS);
  }

  private static Throwable failure(Future<?> future) throws Exception {
    return await(future
        .<Throwable>map(done -> new AssertionError("succeeded with " + done))
        .recover(Future::succeededFuture));
  }

  private SagaEngine engine(String name, SagaLog log) throws Exception {
    SagaOptions options = SagaOptions.defaults()
        .withNode(name)
        .withLease(LEASE)
        .withPollInterval(Duration.ofMillis(20));
    SagaEngine engine = SagaEngine.create(vertx, node.bus(), log, options, List.of(Payments.SAGA));
    await(engine.start());
    return engine;
  }

  private Future<Done> charge(String order) {
    return node.bus().request(CHARGE, new Charge(order), PATIENT);
  }

  // #region resend
  @Test
  void sends_the_command_again_whose_reply_was_lost_and_charges_once() throws Exception {
    SagaEngine engine = engine("a", SagaLog.inMemory());
    Fault lost = faults.on(CHARGE).times(2).dropReply();
    assertThat(await(engine.run(PLACE, new Place("o1")))).isEqualTo(new Placed("o1", 1));
    assertThat(lost.count()).isEqualTo(2);
    assertThat(handled).containsExactly("charge o1", "ship o1");
  }
  // #endregion resend

  @Test
  void sends_a_command_again_that_did_not_arrive() throws Exception {
    SagaEngine engine = engine("a", SagaLog.inMemory());
    Fault lost = faults.on(CHARGE).times(1).drop();
    await(engine.run(PLACE, new Place("o1")));
    assertThat(lost.count()).isEqualTo(1);
    assertThat(handled).containsExactly("charge o1", "ship o1");
  }

  @Test
  void gives_an_idempotent_consumer_a_request_twice_and_its_caller_one_answer() throws Exception {
    Fault twice = faults.on(CHARGE).duplicate();
    assertThat(await(charge("o1"))).isEqualTo(new Done(0));
    assertThat(twice.count()).isEqualTo(1);
    assertThat(handled).containsExactly("charge o1");
  }

  @Test
  void gives_a_consumer_that_is_not_idempotent_a_request_twice() throws Exception {
    faults.on(SHIP).duplicate();
    await(node.bus().request(SHIP, new Ship("o1"), PATIENT));
    assertThat(handled).containsExactly("ship o1", "ship o1");
  }

  // #region delay
  @Test
  void delivers_what_is_delayed_when_its_time_has_come() throws Exception {
    Fault late = faults.on(CHARGE).delay(Duration.ofMinutes(5));
    Future<Done> charged = charge("o1");
    await(late.struck());
    time.advance(Duration.ofMinutes(4));
    assertThat(handled).isEmpty();
    time.advance(Duration.ofMinutes(1));
    assertThat(await(charged)).isEqualTo(new Done(0));
  }
  // #endregion delay

  @Test
  void handles_a_request_in_time_whose_reply_is_delayed() throws Exception {
    faults.on(CHARGE).delayReply(Duration.ofMinutes(5));
    Future<Done> charged = charge("o1");
    while (time.next().isEmpty()) {
      await(vertx.timer(1));
    }
    assertThat(handled).containsExactly("charge o1");
    assertThat(charged.isComplete()).isFalse();
    time.advance(Duration.ofMinutes(5));
    await(charged);
  }

  @Test
  void lets_the_next_request_overtake() throws Exception {
    Fault overtaken =
        faults.on(CHARGE).where(charge -> charge.order().equals("o1")).reorder();
    Future<Done> first = charge("o1");
    await(overtaken.struck());
    await(charge("o2"));
    await(first);
    assertThat(handled).containsExactly("charge o2", "charge o1");
  }

  @Test
  void lets_go_of_what_nobody_has_overtaken_when_it_ends() throws Exception {
    Fault overtaken = faults.on(CHARGE).reorder();
    Future<Done> first = charge("o1");
    await(overtaken.struck());
    overtaken.end();
    await(first);
    await(charge("o2"));
    assertThat(overtaken.count()).isEqualTo(1);
  }

  @Test
  void fails_the_second_request_and_no_other() throws Exception {
    Fault broken = faults.on(CHARGE).skipping(1).times(1).fail(new IllegalStateException("broken"));
    await(charge("o1"));
    assertThat(failure(charge("o2")))
        .isInstanceOfSatisfying(
            VertebraException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.HANDLER_FAILED));
    await(charge("o3"));
    assertThat(broken.count()).isEqualTo(1);
    assertThat(handled).containsExactly("charge o1", "charge o3");
    assertThat(faults.trace()).containsExactly("payment.charge failed #2");
  }

  // #region crash
  @ParameterizedTest
  @EnumSource(names = {"SAGA_START", "SAGA_STEP", "SAGA_END"})
  void goes_on_elsewhere_after_a_crash_at(FaultPoint point) throws Exception {
    SagaLog shared = SagaLog.inMemory(time::nanos);
    SagaEngine dying = engine("dying", faults.log(shared));
    Fault crash = faults.at(point).crashAfter();
    dying.run(PLACE, new Place("o1"));
    await(crash.struck());

    SagaEngine other = engine("other", shared);
    time.advance(LEASE.plusSeconds(1));
    assertThat(await(other.run(PLACE, new Place("o1")))).isEqualTo(new Placed("o1", 1));
    assertThat(handled).containsExactly("charge o1", "ship o1");
  }
  // #endregion crash

  @Test
  void begins_nothing_if_it_crashes_before_the_start_is_written() throws Exception {
    SagaLog shared = SagaLog.inMemory(time::nanos);
    SagaEngine dying = engine("dying", faults.log(shared));
    Fault crash = faults.at(FaultPoint.SAGA_START).crashBefore();
    dying.run(PLACE, new Place("o1"));
    await(crash.struck());
    assertThat(await(shared.find("payments", "o1"))).isEmpty();
    assertThat(handled).isEmpty();
  }

  @Test
  void finds_out_what_became_of_a_write_whose_answer_was_lost() throws Exception {
    SagaEngine engine = engine("a", faults.log(SagaLog.inMemory()));
    Fault lost = faults.at(FaultPoint.SAGA_STEP).times(1).loseAnswer();
    assertThat(await(engine.run(PLACE, new Place("o1")))).isEqualTo(new Placed("o1", 1));
    assertThat(lost.count()).isEqualTo(1);
    assertThat(handled).startsWith("charge o1").contains("ship o1");
  }

  // #region closed
  @Test
  void handles_nothing_while_the_store_of_its_keys_is_down() throws Exception {
    Fault down = faults.at(FaultPoint.DEDUP_BEGIN).fail();
    assertThat(failure(charge("o1")))
        .isInstanceOfSatisfying(
            VertebraException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.STORE_UNAVAILABLE));
    assertThat(handled).isEmpty();
    down.end();
    await(charge("o1"));
  }
  // #endregion closed

  // #region same
  @Test
  void strikes_the_same_requests_with_the_same_seed() throws Exception {
    assertThat(someOf100(7)).isEqualTo(someOf100(7)).isNotEqualTo(someOf100(8));
  }

  private long someOf100(long seed) throws Exception {
    Faults drawn = Faults.seeded(seed, time);
    SagaLog log = drawn.log(SagaLog.inMemory(time::nanos));
    drawn.at(FaultPoint.SAGA_READ).withChance(0.3).fail();
    drawn.at(FaultPoint.SAGA_READ).withChance(0.3).loseAnswer();
    for (int i = 0; i < 100; i++) {
      log.find("payments", "o" + i);
    }
    return drawn.traceHash();
  }
  // #endregion same

  @Test
  void refuses_aims_that_cannot_hit() {
    assertThatThrownBy(() -> faults.on(CHARGE).times(0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> faults.on(CHARGE).skipping(-1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> faults.on(CHARGE).withChance(1.5))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private final class Participants extends ServiceVerticle {
    private final DedupStore store;

    Participants(DedupStore store) {
      this.store = store;
    }

    @Override
    protected void services(Services on) {
      on.request(CHARGE, charge -> done("charge " + charge.order())).deduplicatedBy(store);
      on.request(SHIP, ship -> done("ship " + ship.order()));
    }

    private Future<Done> done(String what) {
      handled.add(what);
      return Future.succeededFuture(new Done(handled.size() - 1));
    }
  }
}
