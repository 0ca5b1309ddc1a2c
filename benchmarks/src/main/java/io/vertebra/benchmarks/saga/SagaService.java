package io.vertebra.benchmarks.saga;

import io.vertebra.Node;
import io.vertebra.NodeOptions;
import io.vertebra.SagaVerticle;
import io.vertebra.benchmarks.process.Patience;
import io.vertebra.cluster.postgres.Postgres;
import io.vertebra.cluster.postgres.PostgresOptions;
import io.vertebra.saga.Saga;
import io.vertebra.saga.SagaLog;
import io.vertebra.test.EmbeddedPostgres;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Locale;

/**
 * A node that hosts the saga and its participants on a database.
 *
 * @param node the node
 */
record SagaService(Node node) implements AutoCloseable {

  static SagaService start(EmbeddedPostgres server, Participants.Kind kind) {
    Vertx vertx = Vertx.vertx();
    String schema = kind.name().toLowerCase(Locale.ROOT);
    Postgres postgres = Patience.await(
        Postgres.connect(vertx, PostgresOptions.at(server.uri()).withSchema(schema)));
    Accounts.create(vertx, server.uri());
    Node node = Node.create(vertx, NodeOptions.defaults());
    Patience.await(node.deploy(() -> new Participants(postgres, kind)));
    Patience.await(node.deploy(() -> new Host(postgres.sagaLog())));
    return new SagaService(node);
  }

  @Override
  public void close() {
    Patience.await(node.close());
    Patience.await(node.vertx().close());
  }

  private static final class Host extends SagaVerticle {
    private final SagaLog log;

    Host(SagaLog log) {
      this.log = log;
    }

    @Override
    protected List<Saga<?>> sagas() {
      return List.of(Transfers.SAGA);
    }

    @Override
    protected SagaLog log() {
      return log;
    }
  }
}
