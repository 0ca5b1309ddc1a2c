package io.vertebra.saga;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertebra.Node;
import io.vertebra.NodeOptions;
import io.vertebra.SagaVerticle;
import io.vertebra.ServiceVerticle;
import io.vertebra.Services;
import io.vertebra.contract.Request;
import io.vertebra.error.ErrorCode;
import io.vertebra.error.VertebraException;
import io.vertebra.messaging.Call;
import io.vertebra.messaging.CallMetadata;
import io.vertebra.messaging.CallOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@NullUnmarked
class SagaEngineTest {
  private static final CallOptions PATIENT =
      CallOptions.defaults().withTimeout(Duration.ofSeconds(30));

  private final ConcurrentHashMap<String, BiFunction<Shop.Do, Call, Future<Shop.Done>>> handlers =
      new ConcurrentHashMap<>();
  private final List<CallMetadata> calls = new CopyOnWriteArrayList<>();
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

  static <T> T await(Future<T> future) throws Exception {
    return future.await(30, TimeUnit.SECONDS);
  }

  private SagaEngine engine(Saga<?>... sagas) throws Exception {
    SagaOptions options = SagaOptions.defaults().withPollInterval(Duration.ofMillis(50));
    SagaEngine engine = SagaEngine.create(vertx, node.bus(), log, options, List.of(sagas));
    await(engine.start());
    return engine;
  }

  private List<String> called() {
    return calls.stream().map(CallMetadata::contract).toList();
  }

  @Test
  void runs_the_steps_in_order_and_answers_with_the_outcome() throws Exception {
    SagaEngine engine = engine(Shop.FULFIL);
    Shop.Placed placed = await(engine.run(Shop.PLACE, new Shop.Place("o1", 20)));
    assertThat(placed.trace()).isEqualTo("reserve charge book dispatch notify ");
    assertThat(called().get(0)).isEqualTo("stock.reserve");
    assertThat(called().subList(1, 3)).containsExactlyInAnyOrder("payment.charge", "freight.book");
    assertThat(called().subList(3, 5)).containsExactly("shipping.dispatch", "mail.notify");
  }

  @Test
  void skips_a_step_whose_condition_does_not_hold() throws Exception {
    SagaEngine engine = engine(Shop.FULFIL);
    Shop.Placed placed = await(engine.run(Shop.PLACE, new Shop.Place("o1", 1)));
    assertThat(placed.trace()).isEqualTo("reserve charge dispatch notify ");
    SagaInstance instance = await(engine.find(Shop.FULFIL, "o1")).orElseThrow();
    assertThat(instance.status()).isEqualTo(SagaStatus.COMPLETED);
    assertThat(instance.steps()).contains(new SagaInstance.Step("book", StepState.SKIPPED));
  }

  @Test
  void undoes_what_was_done_when_a_participant_refuses() throws Exception {
    handlers.put("shipping.dispatch", (message, call) -> call.fail(new Shop.No("dispatch")));
    SagaEngine engine = engine(Shop.FULFIL);
    Shop.Placed placed = await(engine.run(Shop.PLACE, new Shop.Place("o1", 20)));
    assertThat(placed.trace()).isEqualTo("reserve charge book no-dispatch ");
    assertThat(called().subList(4, 6))
        .containsExactlyInAnyOrder("payment.refund", "freight.cancel");
    assertThat(called().get(6)).isEqualTo("stock.release");
    assertThat(await(engine.find(Shop.FULFIL, "o1")).orElseThrow().status())
        .isEqualTo(SagaStatus.COMPENSATED);
  }

  @Test
  void sends_a_command_again_with_the_same_message_id_when_its_handler_fails() throws Exception {
    handlers.put(
        "payment.charge",
        (message, call) -> call.metadata().attempt() < 3
            ? Future.failedFuture("database away")
            : Future.succeededFuture(new Shop.Done("charge")));
    SagaEngine engine = engine(Shop.FULFIL);
    await(engine.run(Shop.PLACE, new Shop.Place("o1", 1)));
    List<CallMetadata> charges =
        calls.stream().filter(call -> call.contract().equals("payment.charge")).toList();
    assertThat(charges).extracting(CallMetadata::attempt).containsExactly(1, 2, 3);
    assertThat(charges)
        .extracting(CallMetadata::messageId)
        .containsOnly(charges.get(0).messageId());
  }

  @Test
  void compensates_a_step_whose_outcome_stays_unknown() throws Exception {
    handlers.put("payment.charge", (message, call) -> Future.failedFuture("database away"));
    SagaEngine engine = engine(Shop.FULFIL);
    await(engine.run(Shop.PLACE, new Shop.Place("o1", 1)));
    assertThat(called())
        .containsExactly(
            "stock.reserve",
            "payment.charge",
            "payment.charge",
            "payment.charge",
            "payment.refund",
            "stock.release");
  }

  @Test
  void fails_the_start_when_an_operator_has_to_decide() throws Exception {
    handlers.put("shipping.dispatch", (message, call) -> Future.failedFuture("no carrier answers"));
    SagaEngine engine = engine(Shop.FULFIL);
    assertThatThrownBy(() -> await(engine.run(Shop.PLACE, new Shop.Place("o1", 1))))
        .isInstanceOfSatisfying(VertebraException.class, failure -> {
          assertThat(failure.code()).isEqualTo(ErrorCode.SAGA_NEEDS_OPERATOR);
          assertThat(failure).hasMessageContaining("'dispatch'");
        });
  }

  @Test
  void attaches_a_second_start_with_the_same_key() throws Exception {
    Promise<Shop.Done> charged = Promise.promise();
    handlers.put("payment.charge", (message, call) -> charged.future());
    SagaEngine engine = engine(Shop.FULFIL);
    Future<Shop.Placed> first = engine.run(Shop.PLACE, new Shop.Place("o1", 1));
    SagaInstance begun = await(engine.begin(Shop.PLACE, new Shop.Place("o1", 1)));
    SagaInstance again = await(engine.begin(Shop.PLACE, new Shop.Place("o1", 1)));
    assertThat(again.id()).isEqualTo(begun.id());
    Future<Shop.Placed> second = engine.run(Shop.PLACE, new Shop.Place("o1", 1));
    charged.complete(new Shop.Done("charge"));
    assertThat(await(second)).isEqualTo(await(first));
    assertThat(await(engine.run(Shop.PLACE, new Shop.Place("o1", 1)))).isEqualTo(await(first));
    assertThat(called()).containsOnlyOnce("stock.reserve");
  }

  @Test
  void tells_the_history_of_an_instance() throws Exception {
    SagaEngine engine = engine(Shop.FULFIL);
    List<SagaEvent> heard = new CopyOnWriteArrayList<>();
    engine.onEvent(heard::add);
    await(engine.run(Shop.PLACE, new Shop.Place("o1", 1)));
    List<SagaEvent> history = await(engine.history(Shop.FULFIL, "o1"));
    assertThat(history)
        .extracting(event -> event.kind() + " " + event.step())
        .containsExactly(
            "STARTED ",
            "REPLIED reserve",
            "SKIPPED book",
            "REPLIED charge",
            "REPLIED dispatch",
            "REPLIED notify",
            "COMPLETED ");
    assertThat(heard).isEqualTo(history);
  }

  @Test
  void goes_on_where_another_engine_stopped() throws Exception {
    Promise<Shop.Done> never = Promise.promise();
    Promise<Void> asked = Promise.promise();
    handlers.put("payment.charge", (message, call) -> {
      asked.tryComplete();
      return never.future();
    });
    SagaEngine first = engine(Shop.FULFIL);
    SagaInstance begun = await(first.begin(Shop.PLACE, new Shop.Place("o1", 1)));
    await(asked.future());
    await(first.close());
    handlers.remove("payment.charge");
    SagaEngine second = engine(Shop.FULFIL);
    Shop.Placed placed = await(second.run(Shop.PLACE, new Shop.Place("o1", 1)));
    assertThat(placed.trace()).isEqualTo("reserve charge dispatch notify ");
    assertThat(called()).containsOnlyOnce("stock.reserve");
    assertThat(await(second.find(Shop.FULFIL, "o1")).orElseThrow().id()).isEqualTo(begun.id());
    List<CallMetadata> charges =
        calls.stream().filter(call -> call.contract().equals("payment.charge")).toList();
    assertThat(charges).extracting(CallMetadata::messageId).containsOnly(begun.id() + ".charge");
    never.complete(new Shop.Done("charge"));
  }

  @Test
  void shares_the_log_between_engines() throws Exception {
    SagaEngine one = engine(Shop.FULFIL);
    SagaEngine two = engine(Shop.FULFIL);
    List<Future<Shop.Placed>> outcomes = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      outcomes.add(one.run(Shop.PLACE, new Shop.Place("o" + i, i)));
      outcomes.add(two.run(Shop.PLACE, new Shop.Place("o" + i, i)));
    }
    await(Future.all(outcomes));
    assertThat(called().stream().filter("shipping.dispatch"::equals)).hasSize(100);
  }

  @Test
  void shows_an_instance_as_stalled_whose_definition_is_not_here() throws Exception {
    Promise<Shop.Done> never = Promise.promise();
    handlers.put("payment.charge", (message, call) -> never.future());
    SagaEngine first = engine(Shop.FULFIL);
    await(first.begin(Shop.PLACE, new Shop.Place("o1", 1)));
    await(first.close());
    Saga<Shop.State> other = Saga.named(Shop.FULFIL.name(), Shop.State.class)
        .withVersion(2)
        .startedBy(Shop.PLACE, Shop.State::from)
        .key(Shop.State::order)
        .step("reserve", s -> s.request(Shop.RESERVE, state -> state.command("reserve")))
        .outcome(Shop.State::toOutcome)
        .build();
    SagaEngine second = engine(other);
    assertThat(await(second.find(other, "o1")).orElseThrow().status())
        .isEqualTo(SagaStatus.STALLED);
    assertThatThrownBy(() -> await(second.run(Shop.PLACE, new Shop.Place("o1", 1))))
        .isInstanceOfSatisfying(
            VertebraException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.SAGA_STALLED));
    never.complete(new Shop.Done("charge"));
  }

  @Test
  void serves_the_starting_contract_from_a_verticle() throws Exception {
    await(node.deploy(OrderVerticle::new));
    Shop.Placed placed = await(node.bus().request(Shop.PLACE, new Shop.Place("o1", 1), PATIENT));
    assertThat(placed.trace()).isEqualTo("reserve charge dispatch notify ");
  }

  static class OrderVerticle extends SagaVerticle {
    @Override
    protected List<Saga<?>> sagas() {
      return List.of(Shop.FULFIL);
    }
  }

  private final class Participants extends ServiceVerticle {
    @Override
    protected void services(Services on) {
      for (Request<Shop.Do, Shop.Done> contract : Shop.STEPS) {
        on.request(contract, (message, call) -> {
          calls.add(call.metadata());
          BiFunction<Shop.Do, Call, Future<Shop.Done>> handler = handlers.get(contract.name());
          return handler == null
              ? Future.succeededFuture(new Shop.Done(message.what()))
              : handler.apply(message, call);
        });
      }
    }
  }
}
