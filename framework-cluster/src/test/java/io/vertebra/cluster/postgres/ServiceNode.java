package io.vertebra.cluster.postgres;

import static io.vertebra.cluster.postgres.TestDatabase.await;

import io.vertebra.Node;
import io.vertebra.NodeOptions;
import io.vertebra.ServiceVerticle;
import io.vertebra.Services;
import io.vertebra.contract.Request;
import io.vertebra.messaging.CallOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Row;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/** One process of a service: a Vert.x instance, a node and its connections to the database. */
final class ServiceNode implements AutoCloseable {
  final Vertx vertx = Vertx.vertx();
  final Node node = Node.create(
      vertx, NodeOptions.defaults().withLocalCheck(true).withDrainTimeout(Duration.ofMillis(200)));
  final Postgres postgres;
  final String schema;

  ServiceNode(PostgresOptions options) {
    postgres = TestDatabase.connect(vertx, options);
    schema = options.schema();
    sql("CREATE TABLE IF NOT EXISTS effect (id text)");
  }

  ServiceNode serve(BiConsumer<Services, Postgres> services) {
    await(node.deploy(() -> new ServiceVerticle() {
      @Override
      protected void services(Services on) {
        services.accept(on, postgres);
      }
    }));
    return this;
  }

  /** Sends a request under a message id; with the patience of a slow machine. */
  <Q, R> Future<R> send(Request<Q, R> contract, Q message, String messageId) {
    CallOptions options =
        CallOptions.defaults().withTimeout(Duration.ofSeconds(60)).withMessageId(messageId);
    return node.bus().request(contract, message, options);
  }

  <Q, R> R ask(Request<Q, R> contract, Q message, String messageId) {
    return await(send(contract, message, messageId));
  }

  /** Why a request failed. */
  <Q, R> Throwable refusal(Request<Q, R> contract, Q message, String messageId) {
    return await(send(contract, message, messageId)
        .<Throwable>map(reply -> new AssertionError("answered " + reply))
        .recover(Future::succeededFuture));
  }

  /** The statement with which a handler has its effect. */
  Future<Void> effect(UnitOfWork unit, String id) {
    return unit.sql()
        .query("INSERT INTO " + schema + ".effect VALUES ('" + id + "')")
        .execute()
        .mapEmpty();
  }

  List<String> effects() {
    return sql("SELECT id FROM effect ORDER BY id");
  }

  List<String> outbox() {
    return sql("SELECT convert_from(body, 'UTF8') FROM outbox ORDER BY id");
  }

  /** The first column of what a statement answers. */
  List<String> sql(String statement) {
    List<String> all = new ArrayList<>();
    for (Row row : await(postgres.pool().query(statement).execute())) {
      all.add(String.valueOf(row.getValue(0)));
    }
    return all;
  }

  @Override
  public void close() {
    await(postgres.close());
    await(vertx.close());
  }
}
