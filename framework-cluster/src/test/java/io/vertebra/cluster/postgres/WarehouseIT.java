package io.vertebra.cluster.postgres;

import static io.vertebra.cluster.postgres.TestDatabase.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.Node;
import io.vertebra.ServiceVerticle;
import io.vertebra.Services;
import io.vertebra.cluster.postgres.Shop.OutOfStock;
import io.vertebra.cluster.postgres.Shop.Pick;
import io.vertebra.cluster.postgres.Shop.Picked;
import io.vertebra.cluster.postgres.Shop.Release;
import io.vertebra.cluster.postgres.Shop.Released;
import io.vertebra.cluster.postgres.Shop.Reserve;
import io.vertebra.cluster.postgres.Shop.Reserved;
import io.vertebra.cluster.postgres.Shop.StockChanged;
import io.vertebra.messaging.CallOptions;
import io.vertebra.outbox.Outbox;
import io.vertebra.outbox.OutboxTarget;
import io.vertebra.outbox.RelayOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the pages on idempotent consumers and on the outbox show. */
class WarehouseIT {
  private final Vertx vertx = Vertx.vertx();
  private final Node node = Node.create(vertx);
  private Postgres postgres;

  // #region consumer
  static class Stock extends ServiceVerticle {
    private final Postgres postgres;

    Stock(Postgres postgres) {
      this.postgres = postgres;
    }

    @Override
    protected void services(Services on) {
      on.request(Shop.RESERVE, postgres.inTransaction(this::reserve));
      on.request(Shop.RELEASE, postgres.compensating(this::release, r -> new Released(false)));
    }

    private Future<Reserved> reserve(Reserve reserve, UnitOfWork unit) {
      return unit.sql()
          .preparedQuery("UPDATE warehouse.stock SET left_over = left_over - $2"
              + " WHERE sku = $1 AND left_over >= $2 RETURNING left_over")
          .execute(Tuple.of(reserve.sku(), reserve.quantity()))
          .compose(rows -> {
            if (rows.rowCount() == 0) {
              return unit.fail(new OutOfStock(reserve.sku()));
            }
            int left = rows.iterator().next().getInteger(0);
            unit.send(Shop.PICK, new Pick(reserve.orderId(), reserve.quantity()));
            unit.publish(Shop.CHANGED, new StockChanged(reserve.sku(), left));
            return Future.succeededFuture(new Reserved(reserve.orderId(), left));
          });
    }

    private Future<Released> release(Release release, UnitOfWork unit) {
      return unit.sql()
          .query("UPDATE warehouse.stock SET left_over = left_over + 1")
          .execute()
          .map(rows -> new Released(true));
    }
  }
  // #endregion consumer

  static class Others extends ServiceVerticle {
    private final Postgres postgres;

    Others(Postgres postgres) {
      this.postgres = postgres;
    }

    @Override
    protected void services(Services on) {
      // #region batched
      on.request(Shop.RESERVE_ONCE, postgres.inTransactionBatched(256, this::reserve));
      // #endregion batched
      // #region recorded
      on.request(Shop.PICK, postgres.recordedBatched(256, (pick, outgoing) -> {
        outgoing.publish(Shop.CHANGED, new StockChanged(pick.orderId(), pick.n()));
        return Future.succeededFuture(new Picked());
      }));
      // #endregion recorded
    }

    private Future<Reserved> reserve(Reserve reserve, UnitOfWork unit) {
      return Future.succeededFuture(new Reserved(reserve.orderId(), 0));
    }
  }

  @BeforeEach
  void connect() {
    postgres = TestDatabase.connect(vertx, TestDatabase.freshSchema());
    await(postgres
        .pool()
        .query("CREATE SCHEMA IF NOT EXISTS warehouse; DROP TABLE IF EXISTS warehouse.stock;"
            + " CREATE TABLE warehouse.stock (sku text PRIMARY KEY, left_over int);"
            + " INSERT INTO warehouse.stock VALUES ('S10', 3)")
        .execute());
    await(node.deploy(() -> new Stock(postgres)));
    await(node.deploy(() -> new Others(postgres)));
  }

  @AfterEach
  void close() {
    await(node.close());
    await(postgres.close());
    await(vertx.close());
  }

  private Future<String> relay() {
    // #region relay
    OutboxTarget target = OutboxTarget.bus(node.bus(), Shop.PICK, Shop.CHANGED);
    return node.deploy(() -> postgres.relay(target, RelayOptions.defaults()));
    // #endregion relay
  }

  private Future<Void> redrive() {
    // #region redrive
    Outbox outbox = postgres.outbox();
    return outbox
        .deadLetters(100)
        .compose(letters ->
            outbox.redrive(letters.stream().map(Outbox.DeadLetter::id).toList()));
    // #endregion redrive
  }

  private Future<Reserved> reserve(String messageId, int quantity) {
    return node.bus()
        .request(
            Shop.RESERVE,
            new Reserve("o1", "S10", quantity),
            CallOptions.defaults().withMessageId(messageId));
  }

  @Test
  void a_duplicate_reserves_nothing_and_picks_nothing() {
    await(relay());
    Reserved first = await(reserve("m1", 2));
    assertThat(first).isEqualTo(new Reserved("o1", 1));
    assertThat(await(reserve("m1", 2))).isEqualTo(first);
    assertThat(await(reserve("m2", 2).<Object>map("reserved").otherwise(e -> "refused")))
        .isEqualTo("refused");
    assertThat(await(node.bus().request(Shop.RESERVE_ONCE, new Reserve("o7", "S10", 1))))
        .isEqualTo(new Reserved("o7", 0));
    await(redrive());
    assertThat(await(postgres.outbox().deadLetters(1))).isEqualTo(List.of());
  }
}
