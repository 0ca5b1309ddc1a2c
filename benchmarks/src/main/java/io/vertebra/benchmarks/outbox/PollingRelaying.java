package io.vertebra.benchmarks.outbox;

import io.vertebra.benchmarks.process.Patience;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;

/**
 * The relay that one writes first: in a transaction, takes the first rows that nobody else has locked,
 * sends them, deletes those that arrived, and commits. Looks again at once if there was anything, and
 * else every 10 ms.
 */
final class PollingRelaying implements Relaying {
  private static final int BATCH = 512;
  private static final long IDLE_MILLIS = 10;
  private static final String TAKE =
      "SELECT id, body FROM polled_outbox ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED";
  private static final String DELETE = "DELETE FROM polled_outbox WHERE id = ANY ($1)";
  private static final String INSERT = "INSERT INTO polled_outbox (key, message_id, body)"
      + " SELECT * FROM unnest($1::text[], $2::text[], $3::text[])";

  private final Vertx vertx;
  private final Parcels parcels;
  private final Pool pool;
  private volatile boolean stopped = true;
  private Future<Void> running = Future.succeededFuture();

  PollingRelaying(Vertx vertx, Parcels parcels, String uri) {
    this.vertx = vertx;
    this.parcels = parcels;
    this.pool = PgBuilder.pool()
        .with(new PoolOptions().setMaxSize(8))
        .connectingTo(PgConnectOptions.fromUri(uri).setCachePreparedStatements(true))
        .using(vertx)
        .build();
    Patience.await(pool.query("CREATE TABLE polled_outbox (id bigint GENERATED ALWAYS AS IDENTITY"
            + " PRIMARY KEY, key text, message_id text, body text)")
        .execute());
  }

  @Override
  public String name() {
    return "polling";
  }

  @Override
  public Future<Void> commit(List<Parcels.Parcel> some) {
    String[] keys = new String[some.size()];
    String[] ids = new String[some.size()];
    String[] bodies = new String[some.size()];
    for (int i = 0; i < keys.length; i++) {
      Parcels.Parcel parcel = some.get(i);
      keys[i] = parcel.address();
      ids[i] = "p" + parcel.number();
      bodies[i] = new JsonObject()
          .put("address", parcel.address())
          .put("number", parcel.number())
          .encode();
    }
    return pool.preparedQuery(INSERT).execute(Tuple.of(keys, ids, bodies)).mapEmpty();
  }

  @Override
  public Future<Void> fill(int count) {
    return insert("'a' || n", count)
        .compose(done -> insert("'" + Parcels.NOWHERE + "'", count / 100))
        .compose(done -> pool.query("ANALYZE polled_outbox").execute())
        .mapEmpty();
  }

  private Future<Void> insert(String address, int count) {
    String sql =
        "INSERT INTO polled_outbox (key, message_id, body) SELECT address, 'f' || n || address,"
            + " format('{\"address\":\"%s\",\"number\":%s}', address, n)"
            + " FROM (SELECT n, " + address + " AS address FROM generate_series(1, " + count
            + ") n) a";
    return pool.query(sql).execute().mapEmpty();
  }

  @Override
  public Future<Void> start() {
    stopped = false;
    running = poll();
    return Future.succeededFuture();
  }

  private Future<Void> poll() {
    if (stopped) {
      return Future.succeededFuture();
    }
    return pool.withTransaction(this::relay)
        .compose(sent -> sent == 0 ? vertx.timer(IDLE_MILLIS).mapEmpty() : Future.succeededFuture())
        .compose(done -> poll());
  }

  private Future<Integer> relay(SqlConnection connection) {
    return connection.preparedQuery(TAKE).execute(Tuple.of(BATCH)).compose(rows -> {
      if (rows.size() == 0) {
        return Future.succeededFuture(0);
      }
      List<Future<Long>> sent = send(rows);
      return Future.join(sent).transform(done -> {
        Long[] arrived =
            sent.stream().filter(Future::succeeded).map(Future::result).toArray(Long[]::new);
        return connection
            .preparedQuery(DELETE)
            .execute(Tuple.tuple().addValue(arrived))
            .map(arrived.length);
      });
    });
  }

  private List<Future<Long>> send(RowSet<Row> rows) {
    List<Future<Long>> sent = new ArrayList<>(rows.size());
    for (Row row : rows) {
      JsonObject body = new JsonObject(row.getString("body"));
      Parcels.Parcel parcel = new Parcels.Parcel(body.getString("address"), body.getLong("number"));
      sent.add(parcels.node().bus().request(Parcels.TAKE, parcel).map(row.getLong("id")));
    }
    return sent;
  }

  @Override
  public Future<Integer> look() {
    return pool.withTransaction(
        connection -> connection.preparedQuery(TAKE).execute(Tuple.of(BATCH)).map(RowSet::size));
  }

  @Override
  public Future<Void> stop() {
    stopped = true;
    return running
        .compose(done -> pool.query("TRUNCATE polled_outbox").execute())
        .mapEmpty();
  }

  @Override
  public Future<Void> close() {
    return pool.close();
  }
}
