package io.vertebra.cluster.postgres;

import static io.vertebra.cluster.postgres.TestDatabase.await;
import static io.vertebra.cluster.postgres.TestDatabase.failure;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.cluster.postgres.OrderSaga.Placed;
import io.vertebra.error.ErrorCode;
import io.vertebra.error.IdempotencyException;
import io.vertebra.error.NodeException;
import io.vertebra.idempotency.Idempotency;
import io.vertebra.test.EmbeddedPostgres;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A server that is stopped, killed and started. */
class DatabaseOutageIT {
  private static final Duration LEASE = Duration.ofSeconds(10);

  private final EmbeddedPostgres server = EmbeddedPostgres.startTemporary();
  private final Vertx vertx = Vertx.vertx();
  private final PostgresOptions options = PostgresOptions.at(server.uri());

  @AfterEach
  void stop() {
    await(vertx.close());
    server.close();
  }

  @Test
  void k10_what_was_acknowledged_before_the_database_was_killed_goes_on_when_it_is_back() {
    OrderSaga orders = new OrderSaga();
    try (SagaNode node = new SagaNode("a", options, orders, LEASE)) {
      List<String> keys = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        String key = "o" + i;
        keys.add(key);
        node.begin(key);
        if (i == 20) {
          await(node.run("before"));
          server.kill();
        }
      }
      server.restart();
      for (String key : keys) {
        assertThat(await(untilBegun(node, key)).order()).isEqualTo(key);
      }
      assertThat(orders.effects).doesNotHaveDuplicates().hasSize(3 * (keys.size() + 1));
    }
  }

  /** A start whose outcome nobody knows is repeated with the same key, as its failure says. */
  private static Future<Placed> untilBegun(SagaNode node, String key) {
    return node.run(key).recover(failure -> untilBegun(node, key));
  }

  @Test
  void d10_while_the_database_is_down_nothing_is_handled() {
    Postgres postgres = await(Postgres.connect(vertx, options));
    AtomicInteger handled = new AtomicInteger();
    try (ServiceNode service = new ServiceNode(options)) {
      Idempotency once = Idempotency.create(service.vertx, postgres.dedupStore());
      service.serve((on, pg) ->
          on.request(Shop.RESERVE, once.wrap(Shop.RESERVE, (reserve, call) -> {
            handled.incrementAndGet();
            return Future.succeededFuture(new Shop.Reserved(reserve.orderId(), 1));
          })));
      server.stop();
      assertThat(service.refusal(Shop.RESERVE, Shop.reserve("o1"), "m1"))
          .isInstanceOfSatisfying(
              IdempotencyException.class,
              down -> assertThat(down.code()).isEqualTo(ErrorCode.STORE_UNAVAILABLE));
      assertThat(handled).hasValue(0);
      server.restart();
      for (int copy = 0; copy < 2; copy++) {
        assertThat(service.ask(Shop.RESERVE, Shop.reserve("o1"), "m1").orderId())
            .isEqualTo("o1");
      }
      assertThat(handled).hasValue(1);
    }
    await(postgres.close());
  }

  @Test
  void connecting_waits_for_a_database_that_is_not_there_yet() {
    server.stop();
    Future<Postgres> connecting = Postgres.connect(vertx, options);
    assertThat(failure(Postgres.connect(vertx, options.withConnectTimeout(Duration.ofMillis(300)))))
        .isInstanceOf(NodeException.class)
        .hasMessageContaining("could not be reached");
    assertThat(connecting.isComplete()).isFalse();
    server.restart();
    await(await(connecting).close());
  }

  @Test
  void connecting_fails_at_once_where_waiting_does_not_help() {
    PostgresOptions wrong =
        PostgresOptions.at(server.uri().replace("/postgres", "/nowhere")).withPassword("secret");
    assertThat(failure(Postgres.connect(vertx, wrong)))
        .isInstanceOf(NodeException.class)
        .hasMessageContaining("nowhere")
        .hasMessageNotContaining("secret");
  }
}
