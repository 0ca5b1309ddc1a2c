package io.vertebra.cluster.postgres;

import static io.vertebra.cluster.postgres.TestDatabase.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.cluster.postgres.Shop.OutOfStock;
import io.vertebra.cluster.postgres.Shop.Pick;
import io.vertebra.cluster.postgres.Shop.Reserve;
import io.vertebra.cluster.postgres.Shop.Reserved;
import io.vertebra.error.DeclaredFailure;
import io.vertebra.error.ErrorCode;
import io.vertebra.error.VertebraException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.pgclient.PgConnection;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class UnitOfWorkIT {
  private final PostgresOptions options =
      TestDatabase.freshSchema().withLease(Duration.ofSeconds(20));
  private final List<ServiceNode> nodes = new ArrayList<>();
  private final AtomicInteger calls = new AtomicInteger();

  @AfterEach
  void close() {
    nodes.forEach(ServiceNode::close);
  }

  private ServiceNode start(PostgresOptions options) {
    ServiceNode node = new ServiceNode(options);
    nodes.add(node);
    return node;
  }

  private static VertebraException failure(Throwable thrown) {
    assertThat(thrown).isInstanceOf(VertebraException.class);
    return (VertebraException) thrown;
  }

  /** One effect, one message, and a reply that counts the calls. */
  private ServiceNode shop(PostgresOptions options) {
    ServiceNode shop = start(options);
    return shop.serve((on, pg) -> {
      on.request(Shop.RESERVE, pg.inTransaction((reserve, unit) -> handle(shop, reserve, unit)));
      on.request(
          Shop.RESERVE_ONCE, pg.inTransaction((reserve, unit) -> handle(shop, reserve, unit)));
    });
  }

  private Future<Reserved> handle(ServiceNode shop, Reserve reserve, UnitOfWork unit) {
    int call = calls.incrementAndGet();
    unit.send(Shop.PICK, new Pick(reserve.orderId(), call));
    return shop.effect(unit, reserve.orderId()).map(done -> new Reserved(reserve.orderId(), call));
  }

  @Test
  void d1_a_duplicate_after_success_gets_the_same_reply_without_the_handler() {
    ServiceNode shop = shop(options);
    Reserved first = shop.ask(Shop.RESERVE, Shop.reserve("o1"), "m1");
    assertThat(shop.ask(Shop.RESERVE, Shop.reserve("o1"), "m1")).isEqualTo(first);
    assertThat(calls).hasValue(1);
    assertThat(shop.effects()).containsExactly("o1");
    assertThat(shop.outbox()).hasSize(1);
  }

  @Test
  void d2_concurrent_duplicates_on_two_nodes_have_one_effect_and_all_get_its_reply() {
    ServiceNode one = shop(options);
    ServiceNode other = shop(options);
    List<Future<Reserved>> all = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      all.add((i % 2 == 0 ? one : other).send(Shop.RESERVE, Shop.reserve("o1"), "m1"));
    }
    await(Future.all(all));
    assertThat(all).allSatisfy(each -> assertThat(each.result()).isEqualTo(new Reserved("o1", 1)));
    assertThat(calls).hasValue(1);
    assertThat(one.effects()).containsExactly("o1");
  }

  @Test
  void d3_a_failed_handler_leaves_no_row_and_the_redelivery_runs() {
    ServiceNode shop = start(options);
    shop.serve((on, pg) -> on.request(
        Shop.RESERVE,
        pg.inTransaction((reserve, unit) -> handle(shop, reserve, unit)
            .compose(reserved -> calls.get() == 1
                ? Future.failedFuture(new IllegalStateException("the printer is on fire"))
                : Future.succeededFuture(reserved)))));
    assertThat(failure(shop.refusal(Shop.RESERVE, Shop.reserve("o1"), "m1")).code())
        .isEqualTo(ErrorCode.HANDLER_FAILED);
    assertThat(shop.sql("SELECT key FROM inbox")).isEmpty();
    assertThat(shop.effects()).isEmpty();
    assertThat(shop.outbox()).isEmpty();
    assertThat(shop.ask(Shop.RESERVE, Shop.reserve("o1"), "m1")).isEqualTo(new Reserved("o1", 2));
    assertThat(shop.effects()).containsExactly("o1");
    assertThat(shop.outbox()).hasSize(1);
  }

  @Test
  void d4_the_same_id_at_two_consumers_runs_at_both() {
    ServiceNode shop = shop(options);
    shop.ask(Shop.RESERVE, Shop.reserve("m1"), "m1");
    shop.ask(Shop.RESERVE_ONCE, Shop.reserve("m1"), "m1");
    shop.ask(Shop.RESERVE, Shop.reserve("dotted"), "saga-1.reserve");
    shop.ask(Shop.RESERVE_ONCE, Shop.reserve("dotted"), "saga-1.reserve");
    assertThat(calls).hasValue(4);
  }

  @Test
  void d5_the_same_payload_under_two_ids_runs_twice() {
    ServiceNode shop = shop(options);
    shop.ask(Shop.RESERVE, Shop.reserve("o1"), "m1");
    shop.ask(Shop.RESERVE, Shop.reserve("o1"), "m2");
    assertThat(calls).hasValue(2);
  }

  @Test
  void d6_the_same_id_with_another_payload_is_a_conflict() {
    ServiceNode shop = shop(options);
    shop.ask(Shop.RESERVE, Shop.reserve("o1"), "m1");
    VertebraException conflict = failure(shop.refusal(Shop.RESERVE, Shop.reserve("o2"), "m1"));
    assertThat(conflict.code()).isEqualTo(ErrorCode.CONFLICT);
    assertThat(conflict.mayHaveRun()).isFalse();
    shop.ask(Shop.RESERVE_ONCE, Shop.reserve("o3"), "m3");
    Throwable other = shop.refusal(Shop.RESERVE_ONCE, new Reserve("o3", "S10", 2), "m4");
    assertThat(failure(other).code()).isEqualTo(ErrorCode.CONFLICT);
    assertThat(calls).hasValue(2);
  }

  @Test
  void d8_a_key_that_exists_does_not_poison_the_transaction_of_others() {
    ServiceNode shop = start(options);
    shop.serve((on, pg) -> on.request(
        Shop.RESERVE,
        pg.inTransactionBatched(100, (reserve, unit) -> handle(shop, reserve, unit))));
    shop.ask(Shop.RESERVE, Shop.reserve("o0"), "m0");
    List<Future<Reserved>> all = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      all.add(shop.send(Shop.RESERVE, Shop.reserve("o" + i), "m" + i));
    }
    await(Future.all(all));
    assertThat(all.get(0).result()).isEqualTo(new Reserved("o0", 1));
    assertThat(calls).hasValue(200);
    assertThat(shop.effects()).hasSize(200).doesNotHaveDuplicates();
  }

  @Test
  void a_declared_failure_is_kept_for_duplicates_and_undoes_what_the_handler_did() {
    ServiceNode shop = start(options);
    shop.serve((on, pg) -> {
      BiFunction<Reserve, UnitOfWork, Future<Reserved>> refuse = (reserve, unit) ->
          handle(shop, reserve, unit).compose(done -> unit.fail(new OutOfStock(reserve.sku())));
      on.request(Shop.RESERVE, pg.inTransaction(refuse));
      on.request(Shop.RESERVE_ONCE, pg.inTransactionBatched(10, refuse));
    });
    for (int i = 0; i < 2; i++) {
      assertThat(shop.refusal(Shop.RESERVE, Shop.reserve("o1"), "m1"))
          .isInstanceOfSatisfying(
              DeclaredFailure.class,
              declared -> assertThat(declared.failure()).isEqualTo(new OutOfStock("S10")));
    }
    assertThat(calls).hasValue(1);
    assertThat(shop.refusal(Shop.RESERVE_ONCE, Shop.reserve("o2"), "m2"))
        .isInstanceOf(DeclaredFailure.class);
    assertThat(shop.effects()).isEmpty();
    assertThat(shop.outbox()).isEmpty();
  }

  @Test
  void a_failed_statement_is_not_committed_over_even_if_the_handler_ignores_it() {
    ServiceNode shop = start(options);
    shop.serve((on, pg) -> on.request(Shop.RESERVE, pg.inTransaction((reserve, unit) -> {
      unit.sql().query("SELECT 1 / 0").execute();
      return handle(shop, reserve, unit).otherwise(new Reserved("never", 0));
    })));
    assertThat(failure(shop.refusal(Shop.RESERVE, Shop.reserve("o1"), "m1")).code())
        .isEqualTo(ErrorCode.HANDLER_FAILED);
    assertThat(shop.sql("SELECT key FROM inbox")).isEmpty();
  }

  @Test
  void a_statement_after_the_answer_is_refused() {
    ServiceNode shop = start(options);
    Promise<UnitOfWork> kept = Promise.promise();
    shop.serve((on, pg) -> on.request(Shop.RESERVE, pg.inTransaction((reserve, unit) -> {
      kept.complete(unit);
      return Future.succeededFuture(new Reserved(reserve.orderId(), 0));
    })));
    shop.ask(Shop.RESERVE, Shop.reserve("o1"), "m1");
    UnitOfWork unit = kept.future().result();
    assertThat(await(shop.effect(unit, "late").<Object>map("done").otherwise(e -> e)))
        .isInstanceOf(IllegalStateException.class);
    assertThat(shop.effects()).isEmpty();
  }

  @Test
  void c5_a_session_that_dies_before_the_commit_leaves_nothing_and_the_redelivery_runs_once() {
    ServiceNode shop = start(options);
    shop.serve((on, pg) -> on.request(
        Shop.RESERVE,
        pg.inTransaction((reserve, unit) -> handle(shop, reserve, unit)
            .compose(done -> unit.sql().query("SELECT pg_backend_pid()").execute())
            .compose(rows -> calls.get() > 1
                ? Future.succeededFuture()
                : pg.pool()
                    .query(
                        "SELECT pg_terminate_backend(" + rows.iterator().next().getInteger(0) + ")")
                    .execute()
                    .mapEmpty())
            .map(killed -> new Reserved(reserve.orderId(), calls.get())))));
    VertebraException lost = failure(shop.refusal(Shop.RESERVE, Shop.reserve("o1"), "m1"));
    assertThat(lost.mayHaveRun()).isTrue();
    assertThat(shop.effects()).isEmpty();
    assertThat(shop.outbox()).isEmpty();
    assertThat(shop.ask(Shop.RESERVE, Shop.reserve("o1"), "m1")).isEqualTo(new Reserved("o1", 2));
    assertThat(shop.effects()).containsExactly("o1");
  }

  @Test
  void c6_a_redelivery_after_the_commit_gets_the_stored_reply_from_a_new_process() {
    ServiceNode before = shop(options);
    Reserved reply = before.ask(Shop.RESERVE, Shop.reserve("o1"), "m1");
    ServiceNode after = shop(options);
    assertThat(after.ask(Shop.RESERVE, Shop.reserve("o1"), "m1")).isEqualTo(reply);
    assertThat(calls).hasValue(1);
  }

  @Test
  void c7_a_reply_that_was_lost_is_found_by_the_command_that_is_sent_again() {
    cutCommit(true, "m1");
    assertThat(calls).hasValue(1);
  }

  @Test
  void c8_state_and_outgoing_message_both_exist_or_neither() {
    cutCommit(false, "m1");
    assertThat(calls).hasValue(2);
  }

  /** The commit's answer is lost, after or before the commit; the redelivery finds the row or not. */
  private void cutCommit(boolean committed, String messageId) {
    ServiceNode observer = start(options);
    CommitCutter cutter = new CommitCutter(observer.vertx, TestDatabase.port());
    ServiceNode shop = shop(PostgresOptions.at(TestDatabase.uri(cutter.port()))
        .withSchema(options.schema())
        .withLease(options.lease()));
    cutter.arm(committed);
    VertebraException unknown = failure(shop.refusal(Shop.RESERVE, Shop.reserve("o1"), messageId));
    assertThat(unknown.code()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
    assertThat(unknown.mayHaveRun()).isTrue();
    assertThat(unknown.isRetryable()).isTrue();
    Reserved reply = shop.ask(Shop.RESERVE, Shop.reserve("o1"), messageId);
    assertThat(reply.left()).isEqualTo(calls.get());
    assertThat(observer.effects()).containsExactly("o1");
    assertThat(observer.outbox()).hasSize(1);
  }

  @Test
  void c9_a_redelivered_message_sends_nothing_a_second_time() {
    ServiceNode shop = shop(options);
    for (int i = 0; i < 3; i++) {
      shop.ask(Shop.RESERVE_ONCE, Shop.reserve("o1"), "m" + i);
    }
    assertThat(shop.outbox()).hasSize(1);
  }

  @Test
  void c12_an_effect_elsewhere_gets_the_same_key_at_each_attempt() {
    ServiceNode shop = start(options);
    ConcurrentLinkedQueue<String> keys = new ConcurrentLinkedQueue<>();
    shop.serve((on, pg) -> on.request(Shop.RESERVE_ONCE, pg.inTransaction((reserve, unit) -> {
      keys.add(unit.idempotencyKey());
      return keys.size() == 1
          ? Future.failedFuture("crashed after the effect elsewhere")
          : Future.succeededFuture(new Reserved(reserve.orderId(), 0));
    })));
    shop.refusal(Shop.RESERVE_ONCE, Shop.reserve("o1"), "m1");
    shop.ask(Shop.RESERVE_ONCE, Shop.reserve("o1"), "m2");
    assertThat(keys).containsExactly("o1", "o1");
  }

  @Test
  void a_process_frozen_in_its_transaction_blocks_its_duplicate_only_until_its_session_times_out() {
    PostgresOptions quick = options.withLease(Duration.ofSeconds(1));
    ServiceNode shop = shop(quick);
    PgConnection frozen = await(PgConnection.connect(shop.vertx, quick.session()));
    await(frozen.query("BEGIN").execute());
    await(frozen
        .query("INSERT INTO inbox (consumer, key, fingerprint) VALUES ('stock.reserve', 'm1', 'x')")
        .execute());
    Reserved reply = await(untilAnswered(shop, Shop.reserve("o1"), "m1"));
    assertThat(reply).isEqualTo(new Reserved("o1", 1));
    assertThat(await(frozen.query("COMMIT").execute().<Object>map("done").otherwise(e -> e)))
        .isInstanceOf(Throwable.class);
    assertThat(shop.effects()).containsExactly("o1");
  }

  private static Future<Reserved> untilAnswered(ServiceNode shop, Reserve reserve, String id) {
    return shop.send(Shop.RESERVE, reserve, id).recover(failure -> {
      assertThat(failure(failure).code()).isEqualTo(ErrorCode.STILL_RUNNING);
      return untilAnswered(shop, reserve, id);
    });
  }

  @Test
  void a_duplicate_of_a_long_transaction_is_told_that_it_still_runs() {
    PostgresOptions quick = options.withLease(Duration.ofSeconds(1));
    ServiceNode shop = shop(quick);
    PgConnection running = await(
        PgConnection.connect(shop.vertx, quick.withLease(Duration.ofMinutes(5)).session()));
    await(running.query("BEGIN").execute());
    await(running
        .query("INSERT INTO inbox (consumer, key, fingerprint) VALUES ('stock.reserve', 'm1', 'x')")
        .execute());
    VertebraException busy = failure(shop.refusal(Shop.RESERVE, Shop.reserve("o1"), "m1"));
    assertThat(busy.code()).isEqualTo(ErrorCode.STILL_RUNNING);
    assertThat(busy.mayHaveRun()).isFalse();
    await(running.query("ROLLBACK").execute());
    shop.ask(Shop.RESERVE, Shop.reserve("o1"), "m1");
    await(running.close());
  }

  @Test
  void a_database_that_is_gone_means_that_nothing_was_run() {
    ServiceNode shop = shop(options);
    await(shop.postgres.close());
    VertebraException gone = failure(shop.refusal(Shop.RESERVE, Shop.reserve("o1"), "m1"));
    assertThat(gone.code()).isEqualTo(ErrorCode.STORE_UNAVAILABLE);
    assertThat(gone.mayHaveRun()).isFalse();
    assertThat(calls).hasValue(0);
  }

  @Test
  void answers_are_forgotten_after_the_window_and_not_before() {
    ServiceNode shop = shop(options.withDedupWindow(Duration.ofHours(1)));
    shop.ask(Shop.RESERVE, Shop.reserve("o1"), "saga-1.reserve");
    TestDatabase.advance(shop.postgres, Duration.ofMinutes(50));
    assertThat(await(shop.postgres.transactions().purge().run())).isZero();
    TestDatabase.advance(shop.postgres, Duration.ofMinutes(20));
    assertThat(await(shop.postgres.transactions().purge().run())).isEqualTo(2);
    assertThat(shop.ask(Shop.RESERVE, Shop.reserve("o1"), "saga-1.reserve").left())
        .isEqualTo(2);
  }

  @Test
  void o1_what_was_sent_in_a_transaction_that_rolled_back_is_not_in_the_outbox() {
    ServiceNode shop = start(options);
    shop.serve((on, pg) -> on.request(Shop.RESERVE, pg.inTransaction((reserve, unit) -> {
      unit.send(Shop.PICK, new Pick(reserve.orderId(), 1));
      unit.publish(Shop.CHANGED, new Shop.StockChanged(reserve.sku(), 1));
      return reserve.orderId().equals("bad")
          ? Future.failedFuture("no")
          : Future.succeededFuture(new Reserved(reserve.orderId(), 0));
    })));
    shop.refusal(Shop.RESERVE, Shop.reserve("bad"), "m1");
    shop.ask(Shop.RESERVE, Shop.reserve("good"), "m2");
    assertThat(shop.outbox())
        .containsExactly("{\"orderId\":\"good\",\"n\":1}", "{\"sku\":\"S10\",\"quantity\":1}");
  }

  /** Whoever sends in a transaction gets nothing to wait for: the type has no such method. */
  @Test
  void o9_waiting_for_the_reply_of_a_send_inside_the_transaction_cannot_be_written() {
    List<Method> methods = Arrays.stream(UnitOfWork.class.getMethods()).toList();
    assertThat(methods.stream().filter(m -> m.getReturnType() == Future.class))
        .extracting(Method::getName)
        .containsExactly("fail");
    assertThat(methods.stream().filter(m -> m.getName().matches("send|publish")))
        .hasSize(2)
        .allSatisfy(method -> assertThat(method.getReturnType()).isEqualTo(void.class));
    assertThat(io.vertebra.messaging.Bus.class.isAssignableFrom(UnitOfWork.class))
        .isFalse();
  }
}
