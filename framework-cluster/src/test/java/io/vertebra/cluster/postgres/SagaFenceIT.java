package io.vertebra.cluster.postgres;

import static io.vertebra.cluster.postgres.TestDatabase.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.cluster.postgres.Shop.OutOfStock;
import io.vertebra.cluster.postgres.Shop.Release;
import io.vertebra.cluster.postgres.Shop.Released;
import io.vertebra.cluster.postgres.Shop.Reserved;
import io.vertebra.error.ErrorCode;
import io.vertebra.error.IdempotencyException;
import io.vertebra.saga.CommandId;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SagaFenceIT {
  private static final String ACTION = CommandId.ofAction("saga-1", "reserve");
  private static final String COMPENSATION = CommandId.ofCompensation("saga-1", "reserve");

  private final AtomicInteger actions = new AtomicInteger();
  private final AtomicInteger compensations = new AtomicInteger();
  private final Promise<Void> begun = Promise.promise();
  private final Promise<Void> goOn = Promise.promise();
  private ServiceNode shop;

  @BeforeEach
  void start() {
    shop = new ServiceNode(TestDatabase.freshSchema().withLease(Duration.ofSeconds(60)));
    shop.serve((on, pg) -> {
      on.request(Shop.RESERVE, pg.inTransaction((reserve, unit) -> {
        actions.incrementAndGet();
        if (reserve.quantity() > 10) {
          return shop.effect(unit, reserve.orderId())
              .compose(done -> unit.fail(new OutOfStock(reserve.sku())));
        }
        begun.tryComplete();
        return shop.effect(unit, reserve.orderId())
            .compose(
                done -> reserve.orderId().equals("slow") ? goOn.future() : Future.succeededFuture())
            .map(done -> new Reserved(reserve.orderId(), 1));
      }));
      on.request(
          Shop.RELEASE,
          pg.compensating(
              (release, unit) -> {
                compensations.incrementAndGet();
                return unit.sql()
                    .query("DELETE FROM " + shop.schema + ".effect")
                    .execute()
                    .map(rows -> new Released(rows.rowCount() == 1));
              },
              release -> new Released(false)));
    });
  }

  @AfterEach
  void close() {
    goOn.tryComplete();
    shop.close();
  }

  private Released release() {
    return shop.ask(Shop.RELEASE, new Release("o1"), COMPENSATION);
  }

  @Test
  void a_compensation_undoes_its_action_once() {
    shop.ask(Shop.RESERVE, Shop.reserve("o1"), ACTION);
    assertThat(release()).isEqualTo(new Released(true));
    assertThat(release()).isEqualTo(new Released(true));
    assertThat(compensations).hasValue(1);
    assertThat(shop.effects()).isEmpty();
  }

  @Test
  void s9_a_compensation_before_its_action_is_recorded_and_acknowledged() {
    assertThat(release()).isEqualTo(new Released(false));
    assertThat(release()).isEqualTo(new Released(false));
    assertThat(compensations).hasValue(0);
    assertThat(shop.sql("SELECT message_id FROM step_fence WHERE compensated AND NOT ran"))
        .containsExactly(ACTION);
  }

  @Test
  void s10_an_action_after_its_compensation_is_refused_by_the_fence() {
    release();
    for (int i = 0; i < 2; i++) {
      assertThat(shop.refusal(Shop.RESERVE, Shop.reserve("o1"), ACTION))
          .isInstanceOfSatisfying(IdempotencyException.class, refused -> {
            assertThat(refused.code()).isEqualTo(ErrorCode.STEP_COMPENSATED);
            assertThat(refused.isRetryable()).isFalse();
            assertThat(refused.mayHaveRun()).isFalse();
          });
    }
    assertThat(actions).hasValue(0);
    assertThat(shop.effects()).isEmpty();
  }

  @Test
  void s11_a_compensation_during_its_action_waits_for_it() {
    Future<Reserved> action = shop.send(Shop.RESERVE, Shop.reserve("slow"), ACTION);
    await(begun.future());
    Future<Released> compensation = shop.send(Shop.RELEASE, new Release("slow"), COMPENSATION);
    await(shop.postgres.pool().query("SELECT 1").execute());
    assertThat(compensation.isComplete()).isFalse();
    goOn.complete();
    assertThat(await(action)).isEqualTo(new Reserved("slow", 1));
    assertThat(await(compensation)).isEqualTo(new Released(true));
    assertThat(shop.effects()).isEmpty();
  }

  @Test
  void an_action_that_was_refused_by_its_handler_leaves_nothing_to_undo() {
    shop.refusal(Shop.RESERVE, new Shop.Reserve("o1", "S10", 11), ACTION);
    assertThat(release()).isEqualTo(new Released(false));
    assertThat(compensations).hasValue(0);
  }

  @Test
  void a_duplicate_of_an_action_that_was_compensated_gets_its_first_reply() {
    Reserved reply = shop.ask(Shop.RESERVE, Shop.reserve("o1"), ACTION);
    release();
    assertThat(shop.ask(Shop.RESERVE, Shop.reserve("o1"), ACTION)).isEqualTo(reply);
    assertThat(actions).hasValue(1);
    assertThat(shop.effects()).isEmpty();
  }

  @Test
  void a_message_that_is_no_compensation_goes_to_the_handler() {
    assertThat(shop.ask(Shop.RELEASE, new Release("o1"), "by-hand")).isEqualTo(new Released(false));
    assertThat(compensations).hasValue(1);
  }
}
