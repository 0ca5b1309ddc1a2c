package io.vertebra.benchmarks.outbox;

import io.vertebra.benchmarks.process.Patience;
import io.vertebra.cluster.postgres.Postgres;
import io.vertebra.cluster.postgres.PostgresOptions;
import io.vertebra.outbox.Outbox;
import io.vertebra.outbox.OutboxMessage;
import io.vertebra.outbox.OutboxTarget;
import io.vertebra.outbox.RelayOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** The outbox and the relay of the framework. */
final class OurRelaying implements Relaying {
  private final Vertx vertx;
  private final Parcels parcels;
  private final Postgres postgres;
  private final Pool pool;
  private final AtomicLong ids = new AtomicLong();
  private String deployment = "";

  OurRelaying(Vertx vertx, Parcels parcels, String uri) {
    this.vertx = vertx;
    this.parcels = parcels;
    this.postgres = Patience.await(Postgres.connect(vertx, PostgresOptions.at(uri)));
    this.pool = PgBuilder.pool()
        .connectingTo(PgConnectOptions.fromUri(uri))
        .using(vertx)
        .build();
  }

  @Override
  public String name() {
    return "ours";
  }

  @Override
  public Future<Void> commit(List<Parcels.Parcel> some) {
    List<OutboxMessage> messages = new ArrayList<>(some.size());
    for (Parcels.Parcel parcel : some) {
      String id = "p" + ids.incrementAndGet();
      messages.add(OutboxMessage.of(Parcels.TAKE, parcel, id, Map.of()));
    }
    return postgres.outbox().append(messages);
  }

  @Override
  public Future<Void> fill(int count) {
    Future<Void> filled = insert("'a' || n", count);
    return filled
        .compose(done -> insert("'" + Parcels.NOWHERE + "'", count / 100))
        .compose(done -> pool.query("ANALYZE vertebra.outbox").execute())
        .mapEmpty();
  }

  /** Rows for addresses spread over the partitions; which one does not matter, as long as a key has one. */
  private Future<Void> insert(String address, int count) {
    String sql = "INSERT INTO vertebra.outbox (partition, contract, key, message_id, body, headers)"
        + " SELECT abs(hashtext(address)) % 64, 'parcels.take', address, 'f' || n || address,"
        + " convert_to(format('{\"address\":\"%s\",\"number\":%s}', address, n), 'UTF8'), '{}'"
        + " FROM (SELECT n, " + address + " AS address FROM generate_series(1, " + count
        + ") n) a";
    return pool.query(sql).execute().mapEmpty();
  }

  @Override
  public Future<Void> start() {
    OutboxTarget target = OutboxTarget.bus(parcels.node().bus(), Parcels.TAKE);
    RelayOptions options = RelayOptions.defaults()
        .withMaxAttempts(1_000_000)
        .withBackoff(Duration.ofMillis(100), Duration.ofSeconds(1));
    return vertx
        .deployVerticle(postgres.relay(target, options))
        .onSuccess(id -> deployment = id)
        .mapEmpty();
  }

  @Override
  public Future<Integer> look() {
    List<Outbox.Lane> lanes = new ArrayList<>();
    List<Integer> most = new ArrayList<>();
    for (int partition = 0; partition < OutboxMessage.PARTITIONS; partition++) {
      lanes.add(new Outbox.Lane(Parcels.TAKE.id(), partition));
      most.add(8);
    }
    return postgres.outbox().ready(lanes, most).map(List::size);
  }

  @Override
  public Future<Void> stop() {
    return vertx
        .undeploy(deployment)
        .compose(done ->
            pool.query("TRUNCATE vertebra.outbox, vertebra.outbox_stopped").execute())
        .mapEmpty();
  }

  @Override
  public Future<Void> close() {
    return Future.join(postgres.close(), pool.close()).mapEmpty();
  }
}
