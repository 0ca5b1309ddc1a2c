package io.vertebra.cluster.postgres;

import io.vertebra.saga.SagaLog;
import io.vertebra.test.SagaLogContract;
import io.vertx.core.Vertx;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

class PostgresSagaLogIT extends SagaLogContract {
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
  protected SagaLog create() {
    postgres = TestDatabase.connect(vertx, TestDatabase.freshSchema());
    return postgres.sagaLog();
  }

  @Override
  protected void advance(Duration time) {
    TestDatabase.advance(postgres, time);
  }
}
