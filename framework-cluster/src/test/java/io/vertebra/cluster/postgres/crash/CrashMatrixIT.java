package io.vertebra.cluster.postgres.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.cluster.JavaProcess;
import io.vertebra.test.EmbeddedPostgres;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Tuple;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Two processes run sagas on one database; one of them, or both, are killed at a named write point.
 * Afterwards every order that was accepted has ended, and each step and compensation has had its
 * effect once. The points of steps that call a contract: W1 start, W4 the participant's transaction,
 * W7 a reply and the next command, W9 the end, W10 the clean-up.
 *
 * <p>A run prints its seed; {@code -Dcrash.seed=N} repeats it.
 */
@Tag("crash")
class CrashMatrixIT {
  private static final long SEED = Long.getLong("crash.seed", 42);
  private static final int ORDERS = 40;
  private static final Duration KEPT = Duration.ofMinutes(10);

  /** Of those that are killed: as short as they can bear on a busy machine. */
  private static final Duration LEASE = Duration.ofSeconds(3);

  /** Of those that are frozen: two of them are time enough to notice, and to finish all orders. */
  private static final Duration LONG_LEASE = Duration.ofSeconds(10);

  private static EmbeddedPostgres postgres;
  private static Vertx vertx;
  private static Pool pool;
  private static int runs;

  private final List<JavaProcess> processes = new ArrayList<>();
  private final List<String> accepted = new ArrayList<>();

  @BeforeAll
  static void start() throws Exception {
    postgres = EmbeddedPostgres.startTemporary();
    vertx = Vertx.vertx();
    pool = PgBuilder.pool()
        .connectingTo(PgConnectOptions.fromUri(postgres.uri()))
        .using(vertx)
        .build();
    // No unique constraints: what happens twice is seen twice.
    await(pool.query("""
        CREATE TABLE accepted (order_id text);
        CREATE TABLE effect_log (n bigint GENERATED ALWAYS AS IDENTITY, order_id text, step text, kind text, node text);
        CREATE INDEX ON effect_log (order_id)""").execute());
  }

  @AfterAll
  static void stop() throws Exception {
    await(vertx.close());
    postgres.close();
  }

  @AfterEach
  void end() {
    processes.forEach(JavaProcess::close);
  }

  private static <T> T await(Future<T> future) throws Exception {
    return future.await(60, TimeUnit.SECONDS);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "W1.before",
        "W1.after",
        "W4.before",
        "W4.after",
        "W7.before",
        "W7.after",
        "W9.before",
        "W9.after",
        "W10.before",
        "W10.after"
      })
  void one_node_is_killed_at(String point) throws Exception {
    crash(point, false);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "W1.before",
        "W1.after",
        "W4.before",
        "W4.after",
        "W7.before",
        "W7.after",
        "W9.before",
        "W9.after",
        "W10.before",
        "W10.after"
      })
  void c13_all_nodes_are_killed_at(String point) throws Exception {
    crash(point, true);
  }

  private void crash(String point, boolean all) throws Exception {
    int run = runs++;
    int occurrence = 1 + new SplittableRandom(SEED + run).nextInt(10);
    boolean isCleanUp = point.startsWith("W10");
    Duration kept = isCleanUp ? Duration.ofSeconds(1) : KEPT;
    JavaProcess armed = node("armed", point, isCleanUp ? 1 : occurrence, kept);
    // Only the first cleans up, else the other might be the one that finds what there is.
    JavaProcess other = node("other", "none", 1, KEPT);
    if (isCleanUp) {
      place(run, armed, other);
      awaitEnd();
      armed.tell("arm");
      armed.tell("place for-the-clean-up-" + run);
    } else {
      armed.tell("arm");
      place(run, armed, other);
    }
    armed.await(CrashPoint.REACHED + point);
    armed.signal("KILL");
    if (all) {
      other.signal("KILL");
    }
    JavaProcess again = node("again", "none", 1, kept);
    if (!isCleanUp) {
      // Whoever placed an order and heard nothing places it again.
      for (String order : accepted) {
        again.tell("place " + order);
      }
    }
    awaitEnd();
    check();
    System.out.printf(
        "CRASH seed=%d run=%d point=%s occurrence=%d killed=%s reached=true broken=0%n",
        SEED, run, point, occurrence, all ? "all" : "one");
  }

  @Test
  void k1_frozen_between_the_statements_of_a_transaction() throws Exception {
    freeze("W4.before");
  }

  @Test
  void k1_frozen_after_a_batch_was_written() throws Exception {
    freeze("W7.after");
  }

  @Test
  void k1_frozen_while_idle() throws Exception {
    freeze("none");
  }

  /**
   * Longer than its lease; then it goes on with what it was about to do. Meanwhile another node has
   * finished all orders, within two leases.
   */
  private void freeze(String point) throws Exception {
    int run = runs++;
    JavaProcess frozen = node("frozen", point, 3, KEPT, LONG_LEASE);
    frozen.tell("arm");
    JavaProcess other = node("other", "none", 1, KEPT, LONG_LEASE);
    if (point.equals("none")) {
      frozen.signal("STOP");
      place(run, other, other);
    } else {
      place(run, frozen, other);
      frozen.await(CrashPoint.REACHED + point);
      frozen.signal("STOP");
    }
    long begin = System.nanoTime();
    // Whoever placed an order and heard nothing places it again, elsewhere.
    for (String order : accepted) {
      other.tell("place " + order);
    }
    awaitEnd();
    Duration took = Duration.ofNanos(System.nanoTime() - begin);
    assertThat(took).as("until all ended elsewhere").isLessThan(LONG_LEASE.multipliedBy(2));
    frozen.tell("go");
    frozen.signal("CONT");
    for (String order : accepted) {
      frozen.tell("place " + order);
    }
    for (String ignored : accepted) {
      frozen.await(CrashNode.FINAL);
    }
    check();
    System.out.printf(
        "FREEZE point=%s lease_ms=%d ended_elsewhere_after_ms=%d broken=0%n",
        point, LONG_LEASE.toMillis(), took.toMillis());
  }

  @Test
  void the_database_is_killed_and_started_again() throws Exception {
    int run = runs++;
    JavaProcess one = node("one", "none", 1, KEPT);
    JavaProcess other = node("other", "none", 1, KEPT);
    place(run, one, other);
    one.await(CrashNode.FINAL);
    postgres.kill();
    postgres.restart();
    JavaProcess again = node("again", "none", 1, KEPT);
    for (String order : accepted) {
      again.tell("place " + order);
    }
    awaitEnd();
    check();
  }

  private JavaProcess node(String name, String point, int occurrence, Duration kept)
      throws IOException, InterruptedException {
    return node(name, point, occurrence, kept, LEASE);
  }

  private JavaProcess node(String name, String point, int occurrence, Duration kept, Duration lease)
      throws IOException, InterruptedException {
    JavaProcess process = JavaProcess.start(
        CrashNode.class,
        postgres.uri(),
        name,
        point,
        String.valueOf(occurrence),
        String.valueOf(kept.toMillis()),
        String.valueOf(lease.toMillis()));
    processes.add(process);
    process.await(CrashNode.READY);
    return process;
  }

  private void place(int run, JavaProcess one, JavaProcess other) throws Exception {
    for (int i = 0; i < ORDERS; i++) {
      String order = run + "-" + i;
      accepted.add(order);
      await(pool.preparedQuery("INSERT INTO accepted VALUES ($1)").execute(Tuple.of(order)));
      (i % 2 == 0 ? one : other).tell("place " + order);
    }
  }

  private void awaitEnd() throws Exception {
    long giveUp = System.nanoTime() + TimeUnit.SECONDS.toNanos(Long.getLong("crash.patience", 120));
    String open = open();
    while (!open.isEmpty()) {
      if (System.nanoTime() > giveUp) {
        throw new AssertionError("still open: " + open + "\n" + describe(open));
      }
      await(vertx.timer(50));
      open = open();
    }
  }

  /** What the log says of these orders. */
  private String describe(String orders) throws Exception {
    StringBuilder text = new StringBuilder();
    for (String query : List.of(
        "SELECT s.key, s.id, s.partition, s.version, s.status, s.steps, s.due, p.owner, p.epoch, p.until, now()"
            + " FROM vertebra.saga s JOIN vertebra.saga_partition p USING (partition) WHERE s.key = ANY($1)",
        "SELECT s.key, h.version, h.events FROM vertebra.saga_history h JOIN vertebra.saga s USING (id)"
            + " WHERE s.key = ANY($1) ORDER BY 1, 2",
        "SELECT order_id, step, kind, node FROM effect_log WHERE order_id = ANY($1) ORDER BY n")) {
      await(pool.preparedQuery(query).execute(Tuple.of(orders.split(" ", -1))))
          .forEach(row -> text.append(row.deepToString()).append('\n'));
    }
    return text.toString();
  }

  /** Orders that are neither shipped nor undone. */
  private String open() throws Exception {
    return await(pool.preparedQuery("""
        SELECT coalesce(string_agg(id, ' '), '') FROM unnest($1::text[]) AS id
        WHERE NOT EXISTS (SELECT 1 FROM effect_log WHERE order_id = id AND step = 'crash.ship')
          AND NOT EXISTS (SELECT 1 FROM effect_log WHERE order_id = id AND kind = 'undo')""").execute(Tuple.of(accepted.toArray(String[]::new))))
        .iterator()
        .next()
        .getString(0);
  }

  private void check() throws Exception {
    JavaProcess check = JavaProcess.start(CrashCheck.class, postgres.uri());
    processes.add(check);
    assertThat(check.await(CrashCheck.BROKEN)).isEqualTo("0");
  }
}
