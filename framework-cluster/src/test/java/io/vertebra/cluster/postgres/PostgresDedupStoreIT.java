package io.vertebra.cluster.postgres;

import io.vertebra.idempotency.DedupStore;
import io.vertebra.test.DedupStoreContract;
import io.vertx.core.Vertx;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

class PostgresDedupStoreIT extends DedupStoreContract {
  private static final Duration WINDOW = Duration.ofHours(1);
  private static Vertx vertx;

  private Postgres postgres;

  @BeforeAll
  static void start() {
    vertx = Vertx.vertx();
  }

  @AfterAll
  static void stop() {
    TestDatabase.await(vertx.close());
  }

  @AfterEach
  void disconnect() {
    TestDatabase.await(postgres.close());
  }

  @Override
  protected DedupStore create() {
    postgres = TestDatabase.connect(vertx, TestDatabase.freshSchema().withDedupWindow(WINDOW));
    return postgres.dedupStore();
  }

  @Override
  protected Duration window() {
    return WINDOW;
  }

  @Override
  protected void advance(Duration time) {
    TestDatabase.advance(postgres, time);
  }
}
