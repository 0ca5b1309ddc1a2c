package io.vertebra.saga;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertebra.Node;
import io.vertebra.NodeOptions;
import io.vertebra.ServiceVerticle;
import io.vertebra.Services;
import io.vertebra.contract.Request;
import io.vertebra.error.DeclaredFailure;
import io.vertebra.error.ErrorCode;
import io.vertebra.error.VertebraException;
import io.vertebra.saga.SagaLog.SignalResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What reaches a saga from outside, and sagas within sagas, over a real bus. */
@NullUnmarked
class SagaEngineSignalTest {
  private static final Shop.Place LIGHT = new Shop.Place("o1", 1);
  private static final Shop.Happened EVENT = new Shop.Happened("event");

  private final ConcurrentHashMap<String, Supplier<Future<Shop.Done>>> handlers =
      new ConcurrentHashMap<>();
  private final List<String> calls = new CopyOnWriteArrayList<>();
  private final SagaLog log = SagaLog.inMemory();
  private Vertx vertx;
  private Node node;

  @BeforeEach
  void start() throws Exception {
    vertx = Vertx.vertx();
    node = Node.create(vertx, NodeOptions.defaults().withLocalCheck(true));
    await(node.deploy(() -> new Participants()));
  }

  @AfterEach
  void stop() throws Exception {
    await(node.close());
    await(vertx.close());
  }

  private static <T> T await(Future<T> future) throws Exception {
    return future.await(30, TimeUnit.SECONDS);
  }

  private SagaEngine engine(Saga<?>... sagas) throws Exception {
    return engine(log, sagas);
  }

  private SagaEngine engine(SagaLog of, Saga<?>... sagas) throws Exception {
    SagaOptions options =
        SagaOptions.defaults().withPollInterval(Duration.ofMillis(50)).withMaxState(2_048);
    SagaEngine engine = SagaEngine.create(vertx, node.bus(), of, options, List.of(sagas));
    await(engine.start());
    return engine;
  }

  /** Completes with the first event that fits. */
  private static Future<SagaEvent> event(SagaEngine engine, Predicate<SagaEvent> which) {
    Promise<SagaEvent> promise = Promise.promise();
    engine.onEvent(event -> {
      if (which.test(event)) {
        promise.tryComplete(event);
      }
    });
    return promise.future();
  }

  private static Future<SagaEvent> event(SagaEngine engine, SagaEvent.Kind kind) {
    return event(engine, event -> event.kind() == kind);
  }

  private static final Saga<Shop.State> PREPAID = Saga.named("prepaid", Shop.State.class)
      .startedBy(Shop.PREPAY, Shop.State::from)
      .key(Shop.State::order)
      .await("paid", Shop.Happened.class, k -> k.onEvent(Shop.State::heard))
      .step(
          "charge",
          s -> s.request(Shop.CHARGE, state -> state.command("charge"))
              .onReply(Shop.State::did)
              .compensate(Shop.REFUND, state -> state.command("refund")))
      .pivot(
          "dispatch",
          s -> s.request(Shop.DISPATCH, state -> state.command("dispatch"))
              .onReply(Shop.State::did)
              .retry(Retry.defaults().withMaxAttempts(1)))
      .outcome(Shop.State::toOutcome)
      .build();

  @Test
  void takes_an_event_to_the_saga_that_waits_for_it() throws Exception {
    SagaEngine engine = engine(PREPAID);
    Future<Shop.Placed> outcome = engine.run(Shop.PREPAY, LIGHT);
    await(engine.begin(Shop.PREPAY, LIGHT));
    assertThat(await(engine.signal(PREPAID, "o1", "paid", EVENT, "p1")))
        .isEqualTo(SignalResult.ACCEPTED);
    assertThat(await(engine.signal(PREPAID, "o1", "paid", EVENT, "p1")))
        .isEqualTo(SignalResult.DUPLICATE);
    assertThat(await(outcome).trace()).isEqualTo("event charge dispatch ");
    assertThat(await(engine.signal(PREPAID, "o1", "paid", EVENT, "p2")))
        .isEqualTo(SignalResult.UNKNOWN_INSTANCE);
  }

  @Test
  void s4_begins_no_saga_for_an_event_that_nobody_waits_for() throws Exception {
    SagaEngine engine = engine(PREPAID);
    assertThat(await(engine.signal(PREPAID, "o1", "paid", EVENT, "p1")))
        .isEqualTo(SignalResult.UNKNOWN_INSTANCE);
    assertThat(await(engine.find(PREPAID, "o1"))).isEmpty();
  }

  @Test
  void takes_an_event_on_any_engine_that_shares_the_log() throws Exception {
    SagaEngine owner = engine(PREPAID);
    SagaEngine other = engine(PREPAID);
    Future<Shop.Placed> outcome = owner.run(Shop.PREPAY, LIGHT);
    await(owner.begin(Shop.PREPAY, LIGHT));
    await(other.signal(PREPAID, "o1", "paid", EVENT, "p1"));
    assertThat(await(outcome).trace()).isEqualTo("event charge dispatch ");
  }

  @Test
  void refuses_an_event_that_no_step_waits_for_or_that_is_too_large() throws Exception {
    SagaEngine engine = engine(PREPAID);
    assertThatThrownBy(() -> engine.signal(PREPAID, "o1", "charge", EVENT, "p1"))
        .hasMessageContaining("no step waits for 'charge'");
    assertThatThrownBy(() -> engine.signal(PREPAID, "o1", "paid", LIGHT, "p1"))
        .hasMessageContaining("with a Place");
    Shop.Happened large = new Shop.Happened("x".repeat(3_000));
    assertThatThrownBy(() -> engine.signal(PREPAID, "o1", "paid", large, "p1"))
        .isInstanceOfSatisfying(
            VertebraException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.SAGA_TOO_LARGE));
  }

  @Test
  void s19_tells_the_caller_when_a_start_is_too_large() throws Exception {
    SagaEngine engine = engine(PREPAID);
    assertThatThrownBy(() -> await(engine.run(Shop.PREPAY, new Shop.Place("o".repeat(3_000), 1))))
        .isInstanceOfSatisfying(
            VertebraException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.SAGA_TOO_LARGE));
  }

  @Test
  void s14_cancels_a_saga_that_waits() throws Exception {
    SagaEngine engine = engine(Shop.FULFIL);
    Promise<Shop.Done> charged = Promise.promise();
    Promise<Void> asked = Promise.promise();
    handlers.put("payment.charge", () -> {
      asked.tryComplete();
      return charged.future();
    });
    Future<Shop.Placed> outcome = engine.run(Shop.PLACE, LIGHT);
    await(asked.future());
    assertThat(await(engine.cancel(Shop.FULFIL, "o1", "ann", "sold out")))
        .isEqualTo(SignalResult.ACCEPTED);
    assertThat(await(engine.cancel(Shop.FULFIL, "o1", "bob", "sold out")))
        .isEqualTo(SignalResult.DUPLICATE);
    Future<SagaEvent> cancelled = event(engine, SagaEvent.Kind.CANCELLED);
    charged.complete(new Shop.Done("charge"));
    assertThat(await(cancelled).detail()).isEqualTo("by ann: sold out");
    await(outcome);
    assertThat(calls)
        .containsExactly("stock.reserve", "payment.charge", "payment.refund", "stock.release");
  }

  private SagaEngine stuck() throws Exception {
    SagaEngine engine = engine(PREPAID);
    handlers.put("shipping.dispatch", () -> Future.failedFuture("no carrier answers"));
    Future<SagaEvent> stuck = event(engine, SagaEvent.Kind.NEEDS_OPERATOR);
    await(engine.begin(Shop.PREPAY, LIGHT));
    await(engine.signal(PREPAID, "o1", "paid", EVENT, "p1"));
    assertThat(await(stuck).step()).isEqualTo("dispatch");
    handlers.clear();
    return engine;
  }

  @Test
  void s13_tries_a_stuck_step_again() throws Exception {
    SagaEngine engine = stuck();
    Decided decided = Decided.by("ann", "the carrier is back");
    Future<SagaEvent> completed = event(engine, SagaEvent.Kind.COMPLETED);
    assertThat(await(engine.operator().retry(PREPAID, "o1", "dispatch", decided)))
        .isEqualTo(SignalResult.ACCEPTED);
    await(completed);
    assertThat(await(engine.operator().retry(PREPAID, "o1", "dispatch", decided)))
        .isEqualTo(SignalResult.DUPLICATE);
    assertThat(await(engine.run(Shop.PREPAY, LIGHT)).trace()).isEqualTo("event charge dispatch ");
    assertThat(await(engine.history(PREPAID, "o1")))
        .anyMatch(event -> event.kind() == SagaEvent.Kind.OPERATOR_RETRIED
            && event.detail().equals("by ann: the carrier is back"));
  }

  @Test
  void s13_skips_a_stuck_step() throws Exception {
    SagaEngine engine = stuck();
    Future<SagaEvent> completed = event(engine, SagaEvent.Kind.COMPLETED);
    await(engine.operator().skip(PREPAID, "o1", "dispatch", Decided.by("ann", "sent by hand")));
    await(completed);
    assertThat(await(engine.run(Shop.PREPAY, LIGHT)).trace()).isEqualTo("event charge ");
  }

  @Test
  void s13_edits_the_message_of_a_stuck_step() throws Exception {
    SagaEngine engine = stuck();
    Future<SagaEvent> completed = event(engine, SagaEvent.Kind.COMPLETED);
    Shop.Do message = new Shop.Do("o1", "dispatch by sea", "");
    Decided decided = Decided.by("ann", "no plane flies");
    await(engine.operator().edit(PREPAID, "o1", "dispatch", message, decided));
    await(completed);
    assertThat(await(engine.run(Shop.PREPAY, LIGHT)).trace())
        .isEqualTo("event charge dispatch by sea ");
    assertThatThrownBy(() -> engine.operator().edit(PREPAID, "o1", "dispatch", LIGHT, decided))
        .hasMessageContaining("takes no Place");
    assertThatThrownBy(() -> engine.operator().skip(PREPAID, "o1", "nothing", decided))
        .hasMessageContaining("no step 'nothing'");
  }

  private static final Request<Shop.Place, Shop.Placed> BUY =
      Request.of("shop.buy", Shop.Place.class, Shop.Placed.class).keyedBy(Shop.Place::order);
  private static final Request<Shop.Place, Shop.Placed> SUPPLY = Request.of(
          "shop.supply", Shop.Place.class, Shop.Placed.class)
      .keyedBy(Shop.Place::order)
      .failsWith(Shop.No.class);

  private static final Saga<Shop.State> CHILD = Saga.named("supply", Shop.State.class)
      .startedBy(SUPPLY, Shop.State::from)
      .key(Shop.State::order)
      .step(
          "reserve",
          s -> s.request(Shop.RESERVE, state -> state.command("reserve"))
              .compensate(Shop.RELEASE, state -> state.command("release")))
      .step(
          "charge",
          s -> s.request(Shop.CHARGE, state -> state.command("charge"))
              .onReply(Shop.State::did)
              .onFailure(Shop.No.class, Shop.State::refused))
      .outcome(SagaEngineSignalTest::supplied)
      .build();

  private static final Saga<Shop.State> PARENT = Saga.named("buy", Shop.State.class)
      .startedBy(BUY, Shop.State::from)
      .key(Shop.State::order)
      .step(
          "book",
          s -> s.request(Shop.BOOK, state -> state.command("book"))
              .compensate(Shop.CANCEL, state -> state.command("cancel")))
      .step(
          "supply",
          s -> s.request(SUPPLY, state -> new Shop.Place(state.order(), 1))
              .onReply((state, placed) -> state.did(new Shop.Done("supplied " + placed.trace())))
              .onFailure(Shop.No.class, Shop.State::refused)
              .timeout(Duration.ofMinutes(1)))
      .outcome(Shop.State::toOutcome)
      .build();

  private static Shop.Placed supplied(Shop.State state) {
    if (state.trace().startsWith("no-")) {
      throw new DeclaredFailure(new Shop.No("supply"));
    }
    return state.toOutcome();
  }

  /** Serves the saga of a step of another saga. */
  private void serveChild(SagaEngine engine) throws Exception {
    await(node.deploy(() -> new ServiceVerticle() {
      @Override
      protected void services(Services on) {
        on.request(SUPPLY, message -> engine.run(SUPPLY, message));
      }
    }));
  }

  @Test
  void s18_runs_a_saga_as_a_step_of_another() throws Exception {
    SagaEngine engine = engine(PARENT, CHILD);
    serveChild(engine);
    assertThat(await(engine.run(BUY, LIGHT)).trace()).isEqualTo("supplied charge  ");
    assertThat(await(engine.find(CHILD, "o1")).orElseThrow().status())
        .isEqualTo(SagaStatus.COMPLETED);
  }

  @Test
  void s18_tells_the_parent_after_its_recovery_that_the_child_was_compensated() throws Exception {
    SagaEngine children = engine(SagaLog.inMemory(), CHILD);
    serveChild(children);
    SagaEngine dying = engine(PARENT);
    Promise<Shop.Done> charged = Promise.promise();
    Promise<Void> asked = Promise.promise();
    handlers.put("payment.charge", () -> {
      asked.tryComplete();
      return charged.future();
    });
    await(dying.begin(BUY, LIGHT));
    await(asked.future());
    await(dying.close());
    Future<SagaEvent> undone = event(children, SagaEvent.Kind.COMPENSATED);
    charged.fail(new DeclaredFailure(new Shop.No("charge")));
    await(undone);
    SagaEngine recovered = engine(PARENT);
    assertThat(await(recovered.run(BUY, LIGHT)).trace()).isEqualTo("no-supply ");
    assertThat(await(recovered.find(PARENT, "o1")).orElseThrow().status())
        .isEqualTo(SagaStatus.COMPENSATED);
    assertThat(calls).containsOnlyOnce("stock.release", "freight.cancel", "stock.reserve");
  }

  private final class Participants extends ServiceVerticle {
    @Override
    protected void services(Services on) {
      for (Request<Shop.Do, Shop.Done> contract : Shop.STEPS) {
        on.request(contract, message -> {
          calls.add(contract.name());
          Supplier<Future<Shop.Done>> handler = handlers.get(contract.name());
          return handler == null
              ? Future.succeededFuture(new Shop.Done(message.what()))
              : handler.get();
        });
      }
    }
  }
}
