package io.vertebra.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Row;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedPostgresIT {
  private final Vertx vertx = Vertx.vertx();

  @TempDir
  Path folder;

  @AfterEach
  void close() throws Exception {
    vertx.close().await(30, TimeUnit.SECONDS);
  }

  private Row ask(EmbeddedPostgres server, String sql) throws Exception {
    return PgConnection.connect(vertx, PgConnectOptions.fromUri(server.uri()))
        .compose(connection -> connection.query(sql).execute().eventually(connection::close))
        .map(rows -> rows.iterator().hasNext() ? rows.iterator().next() : null)
        .await(30, TimeUnit.SECONDS);
  }

  @Test
  void keeps_what_was_committed_when_it_is_killed_and_started_again() throws Exception {
    try (EmbeddedPostgres server = EmbeddedPostgres.startTemporary()) {
      int port = server.port();
      ask(server, "CREATE TABLE kept AS SELECT 42 AS answer");
      server.kill();
      assertThat(server.isRunning()).isFalse();
      server.restart();
      assertThat(server.port()).isEqualTo(port);
      assertThat(ask(server, "SELECT answer FROM kept").getInteger(0)).isEqualTo(42);
    }
  }

  @Test
  void says_that_a_small_disk_is_full_and_goes_on_when_there_is_space_again() throws Exception {
    try (EmbeddedPostgres server = EmbeddedPostgres.startTemporaryWithDisk(8)) {
      ask(server, "CREATE TABLESPACE small LOCATION '" + server.disk() + "'");
      ask(server, "CREATE TABLE filler (text text) TABLESPACE small");
      String fill = "INSERT INTO filler SELECT repeat('x', 1000) FROM generate_series(1, 20000)";
      assertThatThrownBy(() -> ask(server, fill))
          .isInstanceOfSatisfying(
              PgException.class, full -> assertThat(full.getSqlState()).isEqualTo("53100"));
      ask(server, "DROP TABLE filler");
      ask(server, "CREATE TABLE fits TABLESPACE small AS SELECT 'fits' AS text");
      assertThat(ask(server, "SELECT text FROM fits").getString(0)).isEqualTo("fits");
    }
  }

  @Test
  void attaches_to_the_running_server_of_a_folder() throws Exception {
    EmbeddedPostgres first = EmbeddedPostgres.start(folder);
    try {
      ask(first, "CREATE TABLE kept AS SELECT 42 AS answer");
      first.close();
      EmbeddedPostgres second = EmbeddedPostgres.start(folder);
      assertThat(second.pid()).isEqualTo(first.pid());
      assertThat(second.uri()).isEqualTo(first.uri());
      assertThat(ask(second, "SELECT answer FROM kept").getInteger(0)).isEqualTo(42);
    } finally {
      first.stop();
    }
    assertThat(first.isRunning()).isFalse();
  }

  @Test
  void starts_on_a_folder_whose_server_was_killed() throws Exception {
    EmbeddedPostgres first = EmbeddedPostgres.start(folder, "shared_buffers=64MB");
    ask(first, "CREATE TABLE kept AS SELECT 42 AS answer");
    first.kill();
    EmbeddedPostgres second = EmbeddedPostgres.start(folder, "shared_buffers=32MB");
    try {
      assertThat(ask(second, "SELECT answer FROM kept").getInteger(0)).isEqualTo(42);
      assertThat(ask(second, "SHOW shared_buffers").getString(0)).isEqualTo("32MB");
    } finally {
      second.stop();
    }
  }

  @Test
  void starts_on_a_folder_whose_first_set_up_was_interrupted() throws Exception {
    Path unfinished = Files.createDirectories(folder.resolve("data-1"));
    Files.writeString(unfinished.resolve("PG_VERSION"), "18\n");
    EmbeddedPostgres server = EmbeddedPostgres.start(folder);
    try {
      assertThat(ask(server, "SELECT 42").getInteger(0)).isEqualTo(42);
    } finally {
      server.stop();
    }
  }

  @Test
  void deletes_a_temporary_folder() {
    EmbeddedPostgres server = EmbeddedPostgres.startTemporary();
    Path data = server.folder();
    assertThat(data).exists();
    server.close();
    assertThat(Files.exists(data)).isFalse();
    assertThat(server.isRunning()).isFalse();
  }

  @Test
  void says_what_the_server_said_when_it_cannot_start() {
    assertThatThrownBy(() -> EmbeddedPostgres.start(folder, "shared_buffers=nonsense"))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("cannot start the server")
        .hasMessageContaining("shared_buffers");
  }
}
