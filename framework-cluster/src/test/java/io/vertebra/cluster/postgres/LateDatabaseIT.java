package io.vertebra.cluster.postgres;

import static io.vertebra.cluster.postgres.TestDatabase.await;
import static io.vertebra.cluster.postgres.TestDatabase.failure;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.Node;
import io.vertebra.ServiceVerticle;
import io.vertebra.Services;
import io.vertebra.error.ErrorCode;
import io.vertebra.error.VertebraException;
import io.vertebra.gateway.GatewayOptions;
import io.vertebra.gateway.GatewayVerticle;
import io.vertebra.gateway.HttpGateway;
import io.vertebra.messaging.CallOptions;
import io.vertebra.test.EmbeddedPostgres;
import io.vertebra.test.FreePorts;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import java.time.Duration;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A service that is started before its database. */
@Tag("crash")
class LateDatabaseIT {
  private static final CallOptions PATIENT =
      CallOptions.defaults().withTimeout(Duration.ofSeconds(60));

  private final EmbeddedPostgres server = EmbeddedPostgres.startTemporary();
  private final Vertx vertx = Vertx.vertx();
  private final Node node = Node.create(vertx);
  private final Promise<Postgres> connected = Promise.promise();
  private final int port = FreePorts.one();

  @AfterEach
  void stop() {
    await(node.close());
    await(vertx.close());
    server.close();
  }

  @Test
  void waits_with_a_line_in_the_log_takes_no_traffic_and_comes_up_with_its_database() {
    server.stop();
    Future<?> deployed;
    try (Warnings log = new Warnings()) {
      deployed = Future.all(node.deploy(Stock::new), node.deploy(Edge::new));
      assertThat(await(log.first.future()))
          .contains("Cannot reach PostgreSQL", ":" + server.port(), "trying again in 250 ms");
    }
    assertThat(isReady()).isFalse();
    assertThat(failure(reserve("o1")))
        .isInstanceOfSatisfying(
            VertebraException.class,
            refused -> assertThat(refused.code()).isEqualTo(ErrorCode.NOT_SERVED));
    assertThat(deployed.isComplete()).isFalse();

    server.restart();
    await(deployed);
    assertThat(isReady()).isTrue();
    assertThat(await(reserve("o1")).orderId()).isEqualTo("o1");
    await(connected.future().compose(Postgres::close));
  }

  private Future<Shop.Reserved> reserve(String order) {
    return node.bus().request(Shop.RESERVE, Shop.reserve(order), PATIENT);
  }

  /** What a load balancer sees; who does not listen is not ready. */
  private boolean isReady() {
    return await(vertx
        .createHttpClient()
        .request(HttpMethod.GET, port, "127.0.0.1", "/ready")
        .compose(request -> request.send().map(HttpClientResponse::statusCode))
        .map(status -> status == 200)
        .otherwise(false));
  }

  private final class Stock extends ServiceVerticle {
    @Override
    protected Future<?> prepare() {
      return Postgres.connect(vertx, PostgresOptions.at(server.uri()))
          .onSuccess(connected::complete);
    }

    @Override
    protected void services(Services on) {
      Postgres postgres = connected.future().result();
      on.request(
              Shop.RESERVE,
              reserve -> Future.succeededFuture(new Shop.Reserved(reserve.orderId(), 1)))
          .deduplicatedBy(postgres.dedupStore());
    }
  }

  /** Listens once the database is there. */
  private final class Edge extends GatewayVerticle {
    Edge() {
      super(GatewayOptions.defaults().withPort(port));
    }

    @Override
    protected Future<?> prepare() {
      return connected.future();
    }

    @Override
    protected void routes(HttpGateway on) {
      // what it has by itself is enough
    }
  }

  /** The first warning of whoever connects. */
  private static final class Warnings extends Handler implements AutoCloseable {
    final Promise<String> first = Promise.promise();
    private final Logger logger = Logger.getLogger(Connecting.class.getName());

    Warnings() {
      logger.addHandler(this);
    }

    @Override
    public void publish(LogRecord line) {
      if (line.getLevel().equals(Level.WARNING)) {
        first.tryComplete(line.getMessage());
      }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
      logger.removeHandler(this);
    }
  }
}
