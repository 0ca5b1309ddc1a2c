package io.vertebra.cluster.postgres;

import static io.vertebra.cluster.postgres.TestDatabase.await;
import static io.vertebra.cluster.postgres.TestDatabase.freshSchema;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertebra.error.NodeException;
import io.vertebra.idempotency.DedupStore;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class MigrationsIT {
  private static Vertx vertx;

  @BeforeAll
  static void start() {
    vertx = Vertx.vertx();
  }

  @AfterAll
  static void stop() {
    await(vertx.close());
  }

  private static Future<Postgres> connect(PostgresOptions options, List<Migration> migrations) {
    return Postgres.connect(vertx, options, "(SELECT clock_timestamp())", migrations);
  }

  private static List<Migration> andOneMore(int oldestCode) {
    List<Migration> all = new ArrayList<>(Migrations.ofThisCode());
    all.add(new Migration(all.size() + 1, "next", oldestCode, "ALTER TABLE saga ADD tenant text"));
    return all;
  }

  private static long applied(Postgres postgres) {
    return await(postgres.pool().query("SELECT count(*) FROM schema_version").execute())
        .iterator()
        .next()
        .getLong(0);
  }

  @Test
  void applies_each_migration_once_however_many_nodes_start_at_the_same_time() {
    PostgresOptions options = freshSchema();
    List<Future<Postgres>> nodes = new ArrayList<>();
    for (int node = 0; node < 6; node++) {
      nodes.add(Postgres.connect(vertx, options));
    }
    await(Future.all(nodes));
    assertThat(applied(nodes.get(0).result())).isEqualTo(Migrations.ofThisCode().size());
    for (Future<Postgres> node : nodes) {
      await(node.result().close());
    }
  }

  @Test
  void schema_newer_than_the_code_refuses_to_start() {
    PostgresOptions options = freshSchema();
    int next = Migrations.ofThisCode().size() + 1;
    await(connect(options, andOneMore(next)).compose(Postgres::close));
    assertThatThrownBy(() -> await(Postgres.connect(vertx, options)))
        .isInstanceOf(NodeException.class)
        .hasMessageContaining("version " + next + " or newer")
        .hasMessageContaining("this code knows version " + (next - 1));
  }

  @Test
  void runs_beside_the_next_version_if_that_says_so() {
    PostgresOptions options = freshSchema();
    int thisVersion = Migrations.ofThisCode().size();
    Postgres old = await(Postgres.connect(vertx, options));
    Postgres young = await(connect(options, andOneMore(thisVersion)));
    Postgres oldAgain = await(Postgres.connect(vertx, options));
    assertThat(applied(oldAgain)).isEqualTo(thisVersion + 1);
    for (Postgres node : List.of(old, young, oldAgain)) {
      await(node.close());
    }
  }

  @Test
  void refuses_a_schema_that_was_made_with_a_changed_migration() {
    PostgresOptions options = freshSchema();
    List<Migration> changed = new ArrayList<>(Migrations.ofThisCode());
    Migration first = changed.get(0);
    changed.set(0, new Migration(1, first.name(), 1, first.sql() + "; SELECT 1"));
    await(connect(options, changed).compose(Postgres::close));
    assertThatThrownBy(() -> await(Postgres.connect(vertx, options)))
        .isInstanceOf(NodeException.class)
        .hasMessageContaining("another V001__sagas.sql");
  }

  @Test
  void a_user_that_may_create_nothing_can_use_a_schema_that_is_there() {
    PostgresOptions options = freshSchema();
    Postgres admin = await(Postgres.connect(vertx, options));
    String schema = options.schema();
    TestDatabase.ask(
        admin,
        "DROP ROLE IF EXISTS app; CREATE ROLE app LOGIN; GRANT USAGE ON SCHEMA " + schema
            + " TO app;"
            + " GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA " + schema + " TO app;"
            + " GRANT USAGE ON ALL SEQUENCES IN SCHEMA " + schema + " TO app");
    PostgresOptions user = PostgresOptions.fromJson(options
        .toJson()
        .put("uri", options.toJson().getString("uri").replace("postgres@", "app@")));
    Postgres app = await(Postgres.connect(vertx, user));
    assertThat(await(app.sagaLog().acquire("a", 256, Duration.ofSeconds(10))).leases())
        .hasSize(256);
    assertThat(await(app.dedupStore().begin("c", "k", "p", Duration.ofSeconds(10))))
        .isInstanceOf(DedupStore.First.class);
    await(app.close());
    TestDatabase.ask(admin, "DROP OWNED BY app; DROP ROLE app");
    await(admin.close());
  }
}
