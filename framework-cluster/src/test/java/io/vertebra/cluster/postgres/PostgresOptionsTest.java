package io.vertebra.cluster.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.json.JsonObject;
import io.vertx.pgclient.PgConnectOptions;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class PostgresOptionsTest {
  private static final String URI = "postgresql://shop:secret@db:5433/orders?sslmode=require";

  @Test
  void json_holds_everything_but_the_password() {
    PostgresOptions options = PostgresOptions.at(URI)
        .withSchema("sagas")
        .withPoolSize(5)
        .withLease(Duration.ofSeconds(4))
        .withDedupWindow(Duration.ofHours(2))
        .withConnectTimeout(Duration.ofSeconds(30));
    JsonObject json = options.toJson();
    assertThat(json.encode()).doesNotContain("secret").contains("shop@db:5433");
    assertThat(PostgresOptions.fromJson(json).toJson()).isEqualTo(json);
    assertThat(options.toString()).doesNotContain("secret");
    assertThat(PostgresOptions.fromJson(json.copy().put("password", "s2"))
            .session()
            .getPassword())
        .isEqualTo("s2");
  }

  @Test
  void absent_fields_have_their_default() {
    JsonObject defaults = PostgresOptions.at("postgresql://db/x").toJson();
    assertThat(PostgresOptions.fromJson(new JsonObject().put("uri", "postgresql://db/x"))
            .toJson())
        .isEqualTo(defaults);
  }

  @Test
  void sessions_end_what_outlasts_a_lease() {
    PgConnectOptions session =
        PostgresOptions.at(URI).withLease(Duration.ofSeconds(4)).session();
    assertThat(session.getHost()).isEqualTo("db");
    assertThat(session.getPort()).isEqualTo(5433);
    assertThat(session.getProperties())
        .containsEntry("idle_in_transaction_session_timeout", "2000")
        .containsEntry("lock_timeout", "2000")
        .containsEntry("statement_timeout", "4000")
        .containsEntry("synchronous_commit", "on")
        .containsEntry("search_path", "vertebra");
  }

  @Test
  void refuses_what_cannot_work_and_never_shows_the_password() {
    PostgresOptions options = PostgresOptions.at(URI);
    assertThatThrownBy(() -> PostgresOptions.at("jdbc:postgresql://u:secret@db/x"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("secret");
    assertThatThrownBy(() -> options.withSchema("Robert'; DROP TABLE saga"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> options.withPoolSize(1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> options.withLease(Duration.ofMillis(10)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> options.withDedupWindow(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> options.withConnectTimeout(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
