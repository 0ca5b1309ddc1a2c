package io.vertebra.cluster.postgres;

import static io.vertebra.cluster.postgres.TestDatabase.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import org.junit.jupiter.api.Test;

/** The kits run on several versions of PostgreSQL; each of them really has to be the one that is meant. */
class PostgresVersionIT {
  @Test
  void the_server_is_of_the_version_that_the_build_says() {
    String meant = System.getProperty("vertebra.postgres", "18");
    Vertx vertx = Vertx.vertx();
    Postgres postgres = TestDatabase.connect(vertx, TestDatabase.freshSchema());
    String version = (String) TestDatabase.ask(postgres, "SHOW server_version");
    await(postgres.close());
    await(vertx.close());
    assertThat(version).startsWith(meant.substring(0, 2));
  }
}
