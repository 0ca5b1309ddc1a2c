package io.vertebra.cluster.postgres;

import io.vertebra.outbox.Outbox;
import io.vertebra.test.OutboxContract;
import io.vertx.core.Vertx;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

class PostgresOutboxIT extends OutboxContract {
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
  protected Outbox create() {
    postgres = TestDatabase.connect(vertx, TestDatabase.freshSchema());
    return postgres.outbox();
  }

  @Override
  protected void advance(Duration time) {
    TestDatabase.advance(postgres, time);
  }
}
