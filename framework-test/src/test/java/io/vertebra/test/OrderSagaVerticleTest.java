package io.vertebra.test;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.Node;
import io.vertebra.NodeOptions;
import io.vertebra.ServiceVerticle;
import io.vertebra.Services;
import io.vertebra.messaging.CallOptions;
import io.vertebra.saga.SagaEvent;
import io.vertebra.saga.SagaLog.SignalResult;
import io.vertebra.test.OrderSaga.Dispatched;
import io.vertebra.test.OrderSaga.Done;
import io.vertebra.test.OrderSaga.PlaceOrder;
import io.vertebra.test.OrderSaga.Placed;
import io.vertebra.test.OrderSagaVerticle.BankTransfer;
import io.vertebra.test.OrderSagaVerticle.Booked;
import io.vertebra.test.OrderSagaVerticle.Desk;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@NullUnmarked
class OrderSagaVerticleTest {
  private static final CallOptions PATIENT =
      CallOptions.defaults().withTimeout(Duration.ofSeconds(30));

  private final Desk orders = new Desk();
  private final Promise<Void> invoiced = Promise.promise();
  private volatile boolean isCarrierThere = true;
  private Vertx vertx;
  private Node node;

  @BeforeEach
  void start() throws Exception {
    vertx = Vertx.vertx();
    node = Node.create(vertx, NodeOptions.defaults().withLocalCheck(true));
    await(node.deploy(() -> new Participants()));
    await(node.deploy(() -> orders));
  }

  @AfterEach
  void stop() throws Exception {
    await(node.close());
    await(vertx.close());
  }

  private static <T> T await(Future<T> future) throws Exception {
    return future.await(30, TimeUnit.SECONDS);
  }

  private Future<Placed> place() {
    return node.bus().request(OrderSaga.PLACE, new PlaceOrder("o1", "S10", 4_200), PATIENT);
  }

  private Booked transfer(String id) throws Exception {
    return await(
        node.bus().request(OrderSagaVerticle.TRANSFER, new BankTransfer(id, "o1", 4_200), PATIENT));
  }

  @Test
  void dispatches_an_order_once_it_is_paid() throws Exception {
    Future<Placed> placed = place();
    await(invoiced.future());
    assertThat(transfer("t1")).isEqualTo(new Booked("ACCEPTED"));
    assertThat(await(placed)).isEqualTo(new Placed("o1", "P7"));
    assertThat(transfer("t1")).isEqualTo(new Booked("DUPLICATE"));
    assertThat(transfer("t2")).isEqualTo(new Booked("UNKNOWN_INSTANCE"));
  }

  @Test
  void is_helped_by_an_operator() throws Exception {
    isCarrierThere = false;
    Promise<String> called = Promise.promise();
    orders.callSomebody(called::tryComplete);
    place();
    await(invoiced.future());
    transfer("t1");
    assertThat(await(called.future())).isEqualTo("order-fulfilment o1 is stuck at dispatch");
    isCarrierThere = true;
    assertThat(await(orders.dispatchAgain("o1"))).isEqualTo(SignalResult.ACCEPTED);
    assertThat(await(place())).isEqualTo(new Placed("o1", "P7"));
    assertThat(await(orders.look("o1")))
        .extracting(SagaEvent::kind)
        .contains(SagaEvent.Kind.NEEDS_OPERATOR, SagaEvent.Kind.OPERATOR_RETRIED);
  }

  private final class Participants extends ServiceVerticle {
    @Override
    protected void services(Services on) {
      on.request(OrderSaga.RESERVE, message -> Future.succeededFuture(new Done()));
      on.request(OrderSaga.RELEASE, message -> Future.succeededFuture(new Done()));
      on.request(OrderSaga.REFUND, message -> Future.succeededFuture(new Done()));
      on.request(OrderSaga.MAIL, message -> Future.succeededFuture(new Done()));
      on.request(OrderSaga.INVOICE, message -> {
        invoiced.tryComplete();
        return Future.succeededFuture(new Done());
      });
      on.request(
          OrderSaga.DISPATCH,
          message -> isCarrierThere
              ? Future.succeededFuture(new Dispatched("P7"))
              : Future.failedFuture("no carrier answers"));
    }
  }
}
