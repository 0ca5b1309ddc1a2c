package io.vertebra.test;

import io.vertebra.saga.SagaLog;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class PostgresSagaLogIT extends SagaLogContract {
  private static EmbeddedPostgres postgres;
  private static Vertx vertx;
  private static Pool pool;

  @BeforeAll
  static void start() {
    postgres = EmbeddedPostgres.startTemporary();
    vertx = Vertx.vertx();
    PgConnectOptions options = new PgConnectOptions()
        .setHost("localhost")
        .setPort(postgres.port())
        .setDatabase("postgres")
        .setUser("postgres")
        .setCachePreparedStatements(true);
    pool = PgBuilder.pool()
        .with(new PoolOptions().setMaxSize(4))
        .connectingTo(options)
        .using(vertx)
        .build();
  }

  @AfterAll
  static void stop() throws Exception {
    await(vertx.close());
    postgres.close();
  }

  @Override
  protected SagaLog create() {
    try {
      await(pool.query(
              "DROP SCHEMA public CASCADE; CREATE SCHEMA public; " + PostgresSagaLog.sql("schema"))
          .execute());
    } catch (TimeoutException e) {
      throw new IllegalStateException(e);
    }
    return new PostgresSagaLog(pool);
  }

  @Override
  protected void advance(Duration time) {
    try {
      await(pool.preparedQuery("UPDATE saga_clock SET shift = shift + $1 * interval '1 ms'")
          .execute(Tuple.of(time.toMillis())));
    } catch (TimeoutException e) {
      throw new IllegalStateException(e);
    }
  }
}
