package io.vertebra.cluster.postgres;

import static io.vertebra.cluster.postgres.TestDatabase.await;

import io.vertebra.Node;
import io.vertebra.ServiceVerticle;
import io.vertebra.Services;
import io.vertebra.cluster.postgres.OrderSaga.Do;
import io.vertebra.cluster.postgres.OrderSaga.Done;
import io.vertebra.cluster.postgres.OrderSaga.Place;
import io.vertebra.cluster.postgres.OrderSaga.Placed;
import io.vertebra.contract.Request;
import io.vertebra.saga.SagaEngine;
import io.vertebra.saga.SagaInstance;
import io.vertebra.saga.SagaOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** One process that runs sagas: a Vert.x instance, a node, its connections, an engine and participants. */
final class SagaNode implements AutoCloseable {
  final String name;
  final Postgres postgres;
  final SagaEngine engine;
  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));

  SagaNode(String name, PostgresOptions options, OrderSaga orders, Duration lease) {
    this.name = name;
    Node node = Node.create(vertx);
    postgres = TestDatabase.connect(vertx, options);
    engine = SagaEngine.create(
        vertx,
        node.bus(),
        postgres.sagaLog(),
        SagaOptions.defaults()
            .withNode(name)
            .withLease(lease)
            .withPollInterval(Duration.ofMillis(100)),
        List.of(OrderSaga.SAGA));
    await(node.deploy(() -> new ServiceVerticle() {
      @Override
      protected void services(Services on) {
        for (Request<Do, Done> contract : OrderSaga.STEPS) {
          on.request(
              contract, (message, call) -> orders.handle(SagaNode.this, contract, message, call));
        }
      }
    }));
    await(engine.start());
  }

  Future<Placed> run(String order) {
    return engine.run(OrderSaga.PLACE, new Place(order));
  }

  Future<SagaInstance> begin(String order) {
    return engine.begin(OrderSaga.PLACE, new Place(order));
  }

  /** Stops everything in this process until the latch is open. */
  void freeze(CountDownLatch thaw) {
    CountDownLatch frozen = new CountDownLatch(1);
    vertx.runOnContext(ignored -> {
      frozen.countDown();
      awaitOpen(thaw);
    });
    awaitOpen(frozen);
  }

  private static void awaitOpen(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    await(engine.close().recover(failure -> Future.succeededFuture()));
    await(postgres.close());
    await(vertx.close());
  }
}
