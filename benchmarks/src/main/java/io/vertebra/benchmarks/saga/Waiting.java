package io.vertebra.benchmarks.saga;

import io.vertebra.Node;
import io.vertebra.NodeOptions;
import io.vertebra.ServiceVerticle;
import io.vertebra.Services;
import io.vertebra.benchmarks.process.Patience;
import io.vertebra.cluster.postgres.Postgres;
import io.vertebra.cluster.postgres.PostgresOptions;
import io.vertebra.contract.Request;
import io.vertebra.limit.Limit;
import io.vertebra.saga.Saga;
import io.vertebra.saga.SagaEngine;
import io.vertebra.saga.SagaOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** A node with a saga of one step, whose participant answers at once or never. */
final class Waiting implements AutoCloseable {
  static final Request<Order, Done> START =
      Request.of("waiting.start", Order.class, Done.class).keyedBy(Order::id);
  static final Request<Order, Done> HOLD = Request.of("waiting.hold", Order.class, Done.class);
  static final Saga<Order> SAGA = Saga.named("waiting", Order.class)
      .startedBy(START, order -> order)
      .key(Order::id)
      .deadline(Duration.ofDays(1))
      .pivot("hold", s -> s.request(HOLD, order -> order).timeout(Duration.ofHours(1)))
      .outcome(order -> new Done(true))
      .build();

  private static final int MOST = 1_000_000;

  final Vertx vertx = Vertx.vertx();
  final Postgres postgres;
  final Node node = Node.create(vertx, NodeOptions.defaults());
  final SagaEngine engine;

  /** Commands that came. */
  final AtomicLong commands = new AtomicLong();

  Waiting(String uri, boolean answers) {
    postgres = Patience.await(Postgres.connect(vertx, PostgresOptions.at(uri)));
    engine = SagaEngine.create(
        vertx, node.bus(), postgres.sagaLog(), SagaOptions.defaults(), List.of(SAGA));
    Patience.await(node.deploy(() -> new ServiceVerticle() {
      @Override
      protected void services(Services on) {
        on.request(HOLD, (order, call) -> {
              commands.incrementAndGet();
              return answers
                  ? Future.succeededFuture(new Done(true))
                  : Promise.<Done>promise().future();
            })
            .limitedTo(Limit.fixed(MOST));
      }
    }));
  }

  record Order(String id, int account, long cents) {}

  record Done(boolean done) {}

  @Override
  public void close() {
    Patience.await(engine.close());
    Patience.await(postgres.close());
    Patience.await(vertx.close());
  }
}
