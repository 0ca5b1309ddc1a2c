package io.vertebra;

import static io.vertebra.OneNode.causeOf;
import static io.vertebra.OneNode.failureOf;
import static io.vertebra.OneNode.resultOf;
import static io.vertebra.Shop.CHARGE;
import static io.vertebra.Shop.MOVES;
import static io.vertebra.Shop.RESERVE;
import static io.vertebra.Shop.reserve;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.Shop.Charged;
import io.vertebra.Shop.Moved;
import io.vertebra.Shop.Reserved;
import io.vertebra.contract.Request;
import io.vertebra.error.ErrorCode;
import io.vertebra.messaging.Bus;
import io.vertebra.messaging.CallOptions;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The life of a verticle that serves contracts. */
class ServiceVerticleTest {
  @RegisterExtension
  final OneNode one = new OneNode();

  private final Queue<String> life = new ConcurrentLinkedQueue<>();

  /** Notes what happens to it. */
  private class Noted extends ServiceVerticle {
    @Override
    protected Future<?> prepare() {
      life.add("prepare");
      return Future.succeededFuture();
    }

    @Override
    protected void services(Services on) {
      life.add("services");
      on.request(RESERVE, reserve -> {
        life.add("handle");
        return one.vertx().timer(1).map(new Reserved(node().id(), 0));
      });
      on.topic(MOVES, moved -> Future.succeededFuture());
    }

    @Override
    protected Future<?> dispose() {
      life.add("dispose");
      return Future.succeededFuture();
    }

    Bus ownBus() {
      return bus();
    }
  }

  private void assertServesNothing() {
    assertThat(failureOf(one.bus().request(RESERVE, reserve(1))).code())
        .isEqualTo(ErrorCode.NOT_SERVED);
    assertThat(
            resultOf(one.bus().publishAcknowledged(MOVES, new Moved("", 1), CallOptions.defaults()))
                .subscribers())
        .isZero();
  }

  @Test
  void it_is_prepared_serves_and_is_disposed_of_after_its_last_call() {
    String deployment = resultOf(one.node().deploy(Noted::new));
    Future<Reserved> answer = one.bus().request(RESERVE, reserve(1));
    one.eventually("it runs", () -> life.contains("handle"));
    one.undeploy(deployment);
    assertThat(resultOf(answer).order()).isEqualTo(one.node().id());
    assertThat(life).containsExactly("prepare", "services", "handle", "dispose");
    assertServesNothing();
  }

  @Test
  void several_instances_share_the_calls() {
    Queue<Object> served = new ConcurrentLinkedQueue<>();
    one.serve(
        on -> {
          Object me = new Object();
          on.request(RESERVE, reserve -> {
            served.add(me);
            return one.vertx().timer(1).map(new Reserved("", 0));
          });
        },
        4);
    List<Future<Reserved>> answers = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      answers.add(one.bus().request(RESERVE, reserve(i)));
    }
    resultOf(Future.all(answers));
    assertThat(served.stream().distinct().count()).isEqualTo(4);
  }

  @Test
  void without_a_node_deploying_fails_with_a_code() {
    Vertx bare = Vertx.vertx();
    try {
      assertThat(failureOf(bare.deployVerticle(new Noted())).code())
          .isEqualTo(ErrorCode.NODE_MISSING);
      assertThat(failureOf(bare.deployVerticle(new Noted())).getMessage())
          .startsWith("[VTB-3001] ")
          .contains("Node.create");
    } finally {
      resultOf(bare.close());
    }
  }

  @Test
  void it_refuses_threads_that_are_no_event_loop() {
    assertThat(failureOf(one.vertx()
            .deployVerticle(
                new Noted(), new DeploymentOptions().setThreadingModel(ThreadingModel.WORKER))))
        .satisfies(failure -> assertThat(failure.code()).isEqualTo(ErrorCode.THREADING_UNSUPPORTED))
        .hasMessageContaining("WORKER")
        .hasMessageContaining("on.blocking");
    assertThat(life).isEmpty();
  }

  @Test
  void its_constructor_cannot_use_what_comes_with_the_deployment() {
    assertThat(causeOf(Future.succeededFuture().compose(none -> {
          new Noted().ownBus();
          return Future.succeededFuture();
        })))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("prepare()");
  }

  @Test
  void what_fails_to_prepare_serves_nothing() {
    for (boolean thrown : new boolean[] {true, false}) {
      life.clear();
      Future<String> deployed = one.node().deploy(() -> new Noted() {
        @Override
        protected Future<?> prepare() {
          if (thrown) {
            throw new IllegalStateException("on purpose");
          }
          return Future.failedFuture(new IllegalStateException("on purpose"));
        }
      });
      assertThat(causeOf(deployed)).hasMessage("on purpose");
      assertThat(life).isEmpty();
      assertServesNothing();
    }
  }

  @Test
  void what_fails_to_serve_one_contract_serves_none_and_is_disposed_of() {
    Request<Shop.Charge, Charged> other = CHARGE.idempotentBy(Shop.Charge::order);
    one.serve(on -> on.request(other, charge -> Future.succeededFuture(new Charged(""))));
    Future<String> deployed = one.node().deploy(() -> new Noted() {
      @Override
      protected void services(Services on) {
        super.services(on);
        on.request(CHARGE, charge -> Future.succeededFuture(new Charged("")));
      }
    });
    assertThat(failureOf(deployed).code()).isEqualTo(ErrorCode.CONTRACT_INVALID);
    assertThat(life).containsExactly("prepare", "services", "dispose");
    assertServesNothing();
  }

  @Test
  void what_throws_while_registering_serves_nothing() {
    Future<String> deployed = one.node().deploy(() -> new Noted() {
      @Override
      protected void services(Services on) {
        super.services(on);
        throw new IllegalStateException("on purpose");
      }
    });
    assertThat(causeOf(deployed)).hasMessage("on purpose");
    assertServesNothing();
  }
}
