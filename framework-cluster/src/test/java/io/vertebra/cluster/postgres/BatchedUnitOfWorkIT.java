package io.vertebra.cluster.postgres;

import static io.vertebra.cluster.postgres.TestDatabase.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertebra.cluster.postgres.Shop.OutOfStock;
import io.vertebra.cluster.postgres.Shop.Pick;
import io.vertebra.cluster.postgres.Shop.Reserve;
import io.vertebra.cluster.postgres.Shop.Reserved;
import io.vertebra.error.DeclaredFailure;
import io.vertebra.error.ErrorCode;
import io.vertebra.error.VertebraException;
import io.vertebra.saga.CommandId;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BatchedUnitOfWorkIT {
  private static final int MESSAGES = 300;

  private final PostgresOptions options =
      TestDatabase.freshSchema().withLease(Duration.ofSeconds(20));
  private final List<ServiceNode> nodes = new ArrayList<>();
  private final AtomicInteger calls = new AtomicInteger();
  private ServiceNode shop;

  @BeforeEach
  void start() {
    shop = start(options);
    shop.sql("ALTER TABLE effect ADD COLUMN IF NOT EXISTS tx xid8 DEFAULT pg_current_xact_id()");
  }

  private ServiceNode start(PostgresOptions options) {
    ServiceNode node = new ServiceNode(options);
    nodes.add(node);
    return node;
  }

  @AfterEach
  void close() {
    nodes.forEach(ServiceNode::close);
  }

  private Future<Reserved> handle(Reserve reserve, UnitOfWork unit) {
    calls.incrementAndGet();
    unit.send(Shop.PICK, new Pick(reserve.orderId(), 1));
    return unit.sql()
        .query("INSERT INTO " + shop.schema + ".effect (id) VALUES ('" + reserve.orderId() + "')")
        .execute()
        .map(done -> new Reserved(reserve.orderId(), 1));
  }

  private List<Future<Reserved>> reserveMany() {
    List<Future<Reserved>> all = new ArrayList<>();
    for (int i = 0; i < MESSAGES; i++) {
      all.add(shop.send(Shop.RESERVE, Shop.reserve("o" + i), "m" + i));
    }
    return all;
  }

  @Test
  void messages_that_arrive_together_are_committed_together() {
    shop.serve((on, pg) -> on.request(Shop.RESERVE, pg.inTransactionBatched(100, this::handle)));
    await(Future.all(reserveMany()));
    assertThat(calls).hasValue(MESSAGES);
    assertThat(shop.effects()).hasSize(MESSAGES).doesNotHaveDuplicates();
    assertThat(shop.outbox()).hasSize(MESSAGES).doesNotHaveDuplicates();
    assertThat(shop.sql("SELECT DISTINCT tx FROM effect")).hasSizeLessThan(MESSAGES / 4);
    await(Future.all(reserveMany()));
    assertThat(calls).hasValue(MESSAGES);
  }

  @Test
  void one_that_fails_rolls_the_group_back_and_the_others_run_again_on_their_own() {
    shop.serve((on, pg) -> on.request(
        Shop.RESERVE,
        pg.inTransactionBatched(
            100,
            (reserve, unit) -> handle(reserve, unit).compose(done -> switch (reserve.orderId()) {
              case "o7" -> Future.failedFuture("no");
              case "o8" -> unit.sql().query("SELECT 1 / 0").execute().map(done);
              case "o9" -> unit.fail(new OutOfStock("S10"));
              default -> Future.succeededFuture(done);
            }))));
    List<Future<Reserved>> all = reserveMany();
    await(Future.join(all).otherwiseEmpty());
    for (int i = 0; i < MESSAGES; i++) {
      boolean fails = i >= 7 && i <= 9;
      assertThat(all.get(i).succeeded()).as("o%d", i).isEqualTo(!fails);
    }
    assertThat(all.get(9).cause()).isInstanceOf(DeclaredFailure.class);
    assertThat(shop.effects())
        .hasSize(MESSAGES - 3)
        .doesNotHaveDuplicates()
        .doesNotContain("o7", "o8", "o9");
    assertThat(shop.outbox()).hasSize(MESSAGES - 3).doesNotHaveDuplicates();
    assertThat(shop.refusal(Shop.RESERVE, Shop.reserve("o9"), "m9"))
        .isInstanceOf(DeclaredFailure.class);
  }

  @Test
  void a_declared_failure_without_a_statement_does_not_disturb_its_group() {
    shop.serve((on, pg) ->
        on.request(Shop.RESERVE, pg.inTransactionBatched(100, (reserve, unit) -> {
          if (!reserve.orderId().endsWith("5")) {
            return handle(reserve, unit);
          }
          calls.incrementAndGet();
          unit.send(Shop.PICK, new Pick(reserve.orderId(), 2));
          return unit.fail(new OutOfStock("S10"));
        })));
    await(Future.join(reserveMany()).otherwiseEmpty());
    assertThat(calls).hasValue(MESSAGES);
    assertThat(shop.effects()).hasSize(MESSAGES - MESSAGES / 10);
    assertThat(shop.outbox()).hasSize(MESSAGES - MESSAGES / 10);
    assertThat(shop.refusal(Shop.RESERVE, Shop.reserve("o5"), "m5"))
        .isInstanceOf(DeclaredFailure.class);
    assertThat(calls).hasValue(MESSAGES);
  }

  @Test
  void duplicates_within_and_beside_a_group_have_one_effect() {
    ServiceNode other = start(options);
    for (ServiceNode node : nodes) {
      node.serve((on, pg) -> on.request(Shop.RESERVE, pg.inTransactionBatched(100, this::handle)));
    }
    List<Future<Reserved>> all = new ArrayList<>();
    for (int i = 0; i < MESSAGES; i++) {
      int order = i % 50;
      all.add(
          (i % 3 == 0 ? other : shop).send(Shop.RESERVE, Shop.reserve("o" + order), "m" + order));
    }
    await(Future.all(all));
    assertThat(shop.effects()).hasSize(50).doesNotHaveDuplicates();
    assertThat(shop.outbox()).hasSize(50);
  }

  @Test
  void a_late_saga_command_in_a_group_is_refused_and_the_others_go_on() {
    shop.serve((on, pg) -> {
      on.request(Shop.RESERVE, pg.inTransactionBatched(100, this::handle));
      on.request(
          Shop.RELEASE,
          pg.compensating(
              (release, unit) -> Future.failedFuture("there is nothing to undo"),
              release -> new Shop.Released(false)));
    });
    shop.ask(Shop.RELEASE, new Shop.Release("o"), CommandId.ofCompensation("s7", "reserve"));
    List<Future<Reserved>> all = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      String command = CommandId.ofAction("s" + i, "reserve");
      all.add(shop.send(Shop.RESERVE, Shop.reserve("o" + i), command));
    }
    await(Future.join(all).otherwiseEmpty());
    assertThat(all.get(7).cause())
        .isInstanceOfSatisfying(
            VertebraException.class,
            refused -> assertThat(refused.code()).isEqualTo(ErrorCode.STEP_COMPENSATED));
    assertThat(shop.effects()).hasSize(19).doesNotContain("o7");
  }

  @Test
  void handlers_without_statements_have_their_answers_and_messages_kept_once() {
    shop.serve((on, pg) -> on.request(Shop.RESERVE, pg.recordedBatched(100, (reserve, outgoing) -> {
      calls.incrementAndGet();
      outgoing.send(Shop.PICK, new Pick(reserve.orderId(), 1));
      return switch (reserve.orderId()) {
        case "o7" -> Future.failedFuture("no");
        case "o9" -> outgoing.fail(new OutOfStock("S10"));
        default -> Future.succeededFuture(new Reserved(reserve.orderId(), calls.get()));
      };
    })));
    List<Future<Reserved>> first = reserveMany();
    await(Future.join(first).otherwiseEmpty());
    assertThat(calls).hasValue(MESSAGES);
    assertThat(shop.outbox()).hasSize(MESSAGES - 2).doesNotHaveDuplicates();
    List<Future<Reserved>> second = reserveMany();
    await(Future.join(second).otherwiseEmpty());
    assertThat(calls).as("only the one that failed runs again").hasValue(MESSAGES + 1);
    assertThat(second.get(42).result()).isEqualTo(first.get(42).result());
    assertThat(second.get(9).cause()).isInstanceOf(DeclaredFailure.class);
    Throwable conflict = shop.refusal(Shop.RESERVE, Shop.reserve("other"), "m1");
    assertThat(((VertebraException) conflict).code()).isEqualTo(ErrorCode.CONFLICT);
    assertThat(shop.outbox()).hasSize(MESSAGES - 2);
  }

  @Test
  void two_deliveries_at_once_to_handlers_without_statements_get_the_same_answer() {
    ServiceNode other = start(options);
    for (ServiceNode node : nodes) {
      node.serve((on, pg) ->
          on.request(Shop.RESERVE, pg.recordedBatched(10, (reserve, outgoing) -> {
            outgoing.send(Shop.PICK, new Pick(reserve.orderId(), 1));
            return Future.succeededFuture(new Reserved(reserve.orderId(), calls.incrementAndGet()));
          })));
    }
    for (int i = 0; i < 50; i++) {
      Future<Reserved> one = shop.send(Shop.RESERVE, Shop.reserve("o" + i), "m" + i);
      Future<Reserved> two = other.send(Shop.RESERVE, Shop.reserve("o" + i), "m" + i);
      assertThat(await(one)).isEqualTo(await(two));
    }
    assertThat(shop.outbox()).hasSize(50);
  }

  @Test
  void a_group_has_a_sensible_size() {
    assertThatThrownBy(() -> shop.postgres.inTransactionBatched(0, this::handle))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> shop.postgres.recordedBatched(
            10_001, (Reserve reserve, Outgoing outgoing) -> Future.succeededFuture(reserve)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
