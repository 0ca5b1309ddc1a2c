package io.vertebra.cluster.postgres;

import static io.vertebra.cluster.postgres.TestDatabase.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.cluster.postgres.OrderSaga.Placed;
import io.vertebra.error.ErrorCode;
import io.vertebra.error.IdempotencyException;
import io.vertebra.error.SagaException;
import io.vertebra.test.EmbeddedPostgres;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import io.vertx.pgclient.PgException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A database whose disk is full, and has space again later. */
@Tag("crash")
class DiskFullIT {
  private static final String DISK_FULL = "53100";
  private static final Duration LEASE = Duration.ofSeconds(10);

  /** More rows than the pages have room for that the tables have already. */
  private static final int MOST = 5_000;

  private final EmbeddedPostgres server = EmbeddedPostgres.startTemporaryWithDisk(16);
  private final Vertx vertx = Vertx.vertx();
  private final PostgresOptions options = PostgresOptions.at(server.uri());
  private PgConnection admin;

  @BeforeEach
  void putEverythingOnTheSmallDisk() {
    admin = await(PgConnection.connect(vertx, PgConnectOptions.fromUri(server.uri())));
    sql("CREATE TABLESPACE small LOCATION '" + server.disk() + "'");
    sql("ALTER ROLE postgres SET default_tablespace = 'small'");
    sql("CREATE TABLE filler (text text) TABLESPACE small");
  }

  @AfterEach
  void stop() {
    await(vertx.close());
    server.close();
  }

  private void sql(String statement) {
    await(admin.query(statement).execute());
  }

  /** Fills the disk to the last page. */
  private void fill() {
    int rows = 10_000;
    while (rows > 0) {
      String some =
          "INSERT INTO filler SELECT repeat('x', 1000) FROM generate_series(1, " + rows + ")";
      Throwable failure = TestDatabase.failure(admin.query(some).execute());
      if (failure != null) {
        assertThat(failure)
            .isInstanceOfSatisfying(
                PgException.class, full -> assertThat(full.getSqlState()).isEqualTo(DISK_FULL));
        rows /= 2;
      }
    }
  }

  @Test
  void handles_nothing_while_the_disk_is_full_and_goes_on_when_there_is_space() {
    List<String> handled = new CopyOnWriteArrayList<>();
    try (ServiceNode service = new ServiceNode(options)) {
      service.serve((on, postgres) -> on.request(Shop.RESERVE, reserve -> {
            handled.add(reserve.orderId());
            return Future.succeededFuture(new Shop.Reserved(reserve.orderId(), 1));
          })
          .deduplicatedBy(postgres.dedupStore()));
      service.ask(Shop.RESERVE, Shop.reserve("first"), "first");
      fill();
      String refused = firstRefused(service);
      assertThat(handled).doesNotContain(refused).doesNotHaveDuplicates();
      sql("DROP TABLE filler");
      for (int copy = 0; copy < 2; copy++) {
        service.ask(Shop.RESERVE, Shop.reserve(refused), refused);
      }
      assertThat(handled).contains(refused).doesNotHaveDuplicates();
    }
  }

  /** Until the pages are full that were there before the disk was. */
  private static String firstRefused(ServiceNode service) {
    for (int i = 0; i < MOST; i++) {
      String id = "o" + i;
      Throwable refusal = service.refusal(Shop.RESERVE, Shop.reserve(id), id);
      if (refusal instanceof IdempotencyException full) {
        assertThat(full.code()).isEqualTo(ErrorCode.STORE_UNAVAILABLE);
        return id;
      }
    }
    throw new AssertionError("the disk does not get full");
  }

  @Test
  void begins_no_saga_while_the_disk_is_full_and_ends_all_when_there_is_space() {
    OrderSaga orders = new OrderSaga();
    try (SagaNode node = new SagaNode("a", options, orders, LEASE)) {
      await(node.run("first"));
      fill();
      List<String> keys = new ArrayList<>();
      Throwable refusal = null;
      while (refusal == null && keys.size() < MOST) {
        String key = "o" + keys.size();
        keys.add(key);
        refusal = TestDatabase.failure(node.begin(key));
      }
      assertThat(refusal)
          .isInstanceOfSatisfying(
              SagaException.class,
              full -> assertThat(full.code()).isEqualTo(ErrorCode.SAGA_LOG_UNAVAILABLE));
      assertThat(orders.calls).noneMatch(call -> call.endsWith(" " + keys.get(keys.size() - 1)));
      sql("DROP TABLE filler");
      for (String key : keys) {
        assertThat(await(untilEnded(node, key)).order()).isEqualTo(key);
      }
      assertThat(orders.effects).doesNotHaveDuplicates().hasSize(3 * (keys.size() + 1));
    }
  }

  /** A start that failed is repeated with the same key, as its failure says. */
  private static Future<Placed> untilEnded(SagaNode node, String key) {
    return node.run(key).recover(failure -> untilEnded(node, key));
  }
}
