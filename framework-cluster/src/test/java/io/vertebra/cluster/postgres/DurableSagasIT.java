package io.vertebra.cluster.postgres;

import static io.vertebra.cluster.postgres.TestDatabase.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.Node;
import io.vertebra.SagaVerticle;
import io.vertebra.ServiceVerticle;
import io.vertebra.Services;
import io.vertebra.cluster.postgres.OrderSaga.Do;
import io.vertebra.cluster.postgres.OrderSaga.Done;
import io.vertebra.cluster.postgres.OrderSaga.Place;
import io.vertebra.cluster.postgres.OrderSaga.Placed;
import io.vertebra.contract.Request;
import io.vertebra.idempotency.Idempotency;
import io.vertebra.saga.Saga;
import io.vertebra.saga.SagaLog;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the page on sagas in PostgreSQL shows. */
class DurableSagasIT {
  private final Vertx vertx = Vertx.vertx();

  @AfterEach
  void close() {
    await(vertx.close());
  }

  // #region verticle
  static class Orders extends SagaVerticle {
    private final Postgres postgres;

    Orders(Postgres postgres) {
      this.postgres = postgres;
    }

    @Override
    protected List<Saga<?>> sagas() {
      return List.of(OrderSaga.SAGA);
    }

    @Override
    protected SagaLog log() {
      return postgres.sagaLog();
    }
  }
  // #endregion verticle

  static class Participants extends ServiceVerticle {
    private final Postgres postgres;

    Participants(Postgres postgres) {
      this.postgres = postgres;
    }

    @Override
    protected void services(Services on) {
      // #region dedup
      Idempotency once = Idempotency.create(vertx, postgres.dedupStore());
      on.request(OrderSaga.RESERVE, once.wrap(OrderSaga.RESERVE, (message, call) -> reserve()));
      // #endregion dedup
      for (Request<Do, Done> step : List.of(OrderSaga.RELEASE, OrderSaga.CHARGE, OrderSaga.SHIP)) {
        on.request(step, message -> Future.succeededFuture(new Done(step.name())));
      }
    }

    private Future<Done> reserve() {
      return Future.succeededFuture(new Done("reserved"));
    }
  }

  private Future<String> start(Node node, String uri, String password, String schema) {
    // #region connect
    PostgresOptions options = PostgresOptions.at(uri)
        .withPassword(password)
        .withSchema(schema)
        .withLease(Duration.ofSeconds(10));
    return Postgres.connect(vertx, options)
        .compose(postgres -> node.deploy(() -> new Participants(postgres))
            .compose(deployed -> node.deploy(() -> new Orders(postgres))));
    // #endregion connect
  }

  @Test
  void runs_a_saga_and_keeps_it() {
    PostgresOptions fresh = TestDatabase.freshSchema();
    Node node = Node.create(vertx);
    await(start(node, fresh.toJson().getString("uri"), "unused", fresh.schema()));
    assertThat(await(node.bus().request(OrderSaga.PLACE, new Place("o1"))))
        .isEqualTo(new Placed("o1", "reserved payment.charge shipping.ship "));
    Postgres another = await(Postgres.connect(vertx, fresh));
    assertThat(await(another.sagaLog().history("order", "o1"))).isNotEmpty();
    await(another.close());
  }
}
