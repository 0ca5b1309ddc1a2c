package io.vertebra.benchmarks.saga;

import io.vertebra.benchmarks.process.Patience;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.Arrays;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The same rows without the framework: for each saga an instance is inserted, then three times
 * changed with a line of history, and three answers are kept; many sagas a statement, each statement
 * flushed to disk, two connections that do not wait for each other.
 */
final class BareSql {
  private static final int CONNECTIONS = 2;
  private static final Buffer STATE =
      Buffer.buffer("{\"id\":\"0123456789\",\"account\":4711,\"cents\":100}");
  private static final Buffer REPLY = Buffer.buffer("{\"done\":true}");
  private static final String TABLES = """
      CREATE TABLE bare_saga (id text PRIMARY KEY, version int, state bytea, command bytea);
      CREATE TABLE bare_history (id text, version int, events text, PRIMARY KEY (id, version));
      CREATE TABLE bare_inbox (consumer text, key text, reply bytea, PRIMARY KEY (consumer, key))""";
  private static final String START =
      "INSERT INTO bare_saga SELECT id, 1, $2, $2 FROM unnest($1::text[]) AS id";
  private static final String CHANGE = """
      WITH changed AS (
        UPDATE bare_saga s SET version = s.version + 1, state = $2, command = $2
        FROM unnest($1::text[]) AS t(id) WHERE s.id = t.id AND s.version = $3 RETURNING s.id
      )
      INSERT INTO bare_history SELECT id, $3, '[{"kind":"STEP_DONE","step":"debit"}]' FROM changed""";
  private static final String ANSWER =
      "INSERT INTO bare_inbox SELECT $2, id, $3 FROM unnest($1::text[]) AS id ON CONFLICT DO NOTHING";

  private final PgConnection connection;
  private final int sagas;
  private final long endAt;
  private final AtomicLong done;
  private final Promise<Void> over = Promise.promise();

  private BareSql(PgConnection connection, int sagas, long endAt, AtomicLong done) {
    this.connection = connection;
    this.sagas = sagas;
    this.endAt = endAt;
    this.done = done;
  }

  static void create(Vertx vertx, String uri) {
    Patience.await(connect(vertx, uri)
        .compose(connection -> connection.query(TABLES).execute().eventually(connection::close)));
  }

  /** Sagas a second with so many in flight. */
  static double run(Vertx vertx, String uri, int inFlight, Duration time) {
    AtomicLong done = new AtomicLong();
    long begin = System.nanoTime();
    Future<?>[] all = new Future<?>[CONNECTIONS];
    for (int i = 0; i < CONNECTIONS; i++) {
      all[i] = connect(vertx, uri).compose(connection -> {
        BareSql one = new BareSql(
            connection, Math.max(1, inFlight / CONNECTIONS), begin + time.toNanos(), done);
        one.next();
        return one.over.future().eventually(connection::close);
      });
    }
    Patience.await(Future.all(Arrays.asList(all)));
    return done.get() * 1e9 / (System.nanoTime() - begin);
  }

  private static Future<PgConnection> connect(Vertx vertx, String uri) {
    return PgConnection.connect(
        vertx, PgConnectOptions.fromUri(uri).setCachePreparedStatements(true));
  }

  private void next() {
    if (System.nanoTime() >= endAt) {
      over.complete();
      return;
    }
    String prefix = UUID.randomUUID() + "-";
    String[] ids = new String[sagas];
    for (int i = 0; i < sagas; i++) {
      ids[i] = prefix + i;
    }
    Future<?> chain = execute(START, Tuple.of(ids, STATE));
    for (int step = 1; step <= 3; step++) {
      int version = step;
      chain = chain
          .compose(answered -> execute(ANSWER, Tuple.of(ids, "consumer-" + version, REPLY)))
          .compose(changed -> execute(CHANGE, Tuple.of(ids, STATE, version)));
    }
    chain.onComplete(
        written -> {
          done.addAndGet(sagas);
          next();
        },
        over::fail);
  }

  private Future<?> execute(String sql, Tuple values) {
    return connection.preparedQuery(sql).execute(values);
  }
}
