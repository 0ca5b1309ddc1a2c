package io.vertebra.messaging;

import static io.vertebra.OneNode.failureOf;
import static io.vertebra.OneNode.resultOf;
import static io.vertebra.Shop.CHARGE;
import static io.vertebra.Shop.RESERVE;
import static io.vertebra.Shop.charge;
import static io.vertebra.Shop.reserve;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.vertebra.OneNode;
import io.vertebra.Shop.Charge;
import io.vertebra.Shop.Charged;
import io.vertebra.Shop.OutOfStock;
import io.vertebra.Shop.Reserve;
import io.vertebra.Shop.Reserved;
import io.vertebra.contract.Request;
import io.vertebra.dispatch.Engine;
import io.vertebra.error.CallException;
import io.vertebra.error.ErrorCode;
import io.vertebra.limit.Limit;
import io.vertx.core.Context;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.ThreadingModel;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class CallRetryTest {
  private static final CallRetry SOON =
      CallRetry.defaults().withBackoff(Duration.ofNanos(1000), Duration.ofMillis(1));
  private static final CallOptions RETRY =
      CallOptions.defaults().withTimeout(Duration.ofMinutes(5)).withRetry(SOON);
  private static final Request<Reserve, Reserved> IDEMPOTENT = RESERVE.idempotentBy(Reserve::order);

  private static final Request<Charge, Charged> NOBODY =
      Request.of("shop.nobody", Charge.class, Charged.class);

  @RegisterExtension
  final OneNode one = new OneNode();

  private final Queue<CallMetadata> seen = new ConcurrentLinkedQueue<>();
  private final Promise<Reserved> held = Promise.promise();

  /** Serves with one permit, which is taken. */
  private Future<Reserved> serveFull() {
    one.serve(on -> on.request(RESERVE, (reserve, call) -> {
          seen.add(call.metadata());
          return reserve.quantity() == 0
              ? held.future()
              : Future.succeededFuture(new Reserved("", 0));
        })
        .limitedTo(Limit.fixed(1).withQueue(0, Duration.ZERO)));
    Future<Reserved> running = one.bus().request(RESERVE, reserve(0), RETRY.single());
    one.eventually("it is full", () -> seen.size() == 1);
    return running;
  }

  private long retried() {
    return one.node().view().guarded(GuardEvent.Kind.RETRIED, "stock.reserve", "overloaded");
  }

  @Test
  void what_was_refused_is_tried_again_and_finds_room() {
    Context[] verticle = new Context[1];
    one.serve(on -> {
      verticle[0] = Vertx.currentContext();
      on.request(RESERVE, (reserve, call) -> {
            seen.add(call.metadata());
            return reserve.quantity() == 0
                ? held.future()
                : Future.succeededFuture(new Reserved("", 0));
          })
          .limitedTo(Limit.fixed(1).withQueue(0, Duration.ZERO));
    });
    Future<Reserved> running = one.bus().request(RESERVE, reserve(0), RETRY.single());
    one.eventually("it is full", () -> seen.size() == 1);
    // Heard where the call is about to be made again, which is the loop that has to make room.
    Engine.of(one.bus()).guard().listen(event -> {
      if (event.kind() == GuardEvent.Kind.RETRIED) {
        held.complete(new Reserved("", 0));
      }
    });
    Promise<Reserved> patient = Promise.promise();
    verticle[0].runOnContext(
        none -> one.bus().request(RESERVE, reserve(1), RETRY).onComplete(patient));

    resultOf(running);
    resultOf(patient.future());
    assertThat(seen).hasSize(2);
    assertThat(retried()).isEqualTo(1);
  }

  private static final CallOptions PATIENT = CallOptions.defaults()
      .withTimeout(Duration.ofHours(20))
      .withRetry(CallRetry.defaults().withBackoff(Duration.ofHours(10), Duration.ofHours(10)));

  @Test
  void a_call_that_waits_for_its_next_attempt_is_cancelled_at_once() {
    Cancellation cancellation = Cancellation.create();
    Future<Charged> waiting =
        one.bus().request(NOBODY, charge(1), PATIENT.withCancellation(cancellation));
    one.eventually("its first attempt has failed", () -> rootCalls() >= 1 && !waiting.isComplete());
    cancellation.cancel();

    assertThat(failureOf(waiting).code()).isEqualTo(ErrorCode.CANCELLED);
    assertThat(failureOf(waiting).mayHaveRun()).isFalse();
    Future<Charged> late =
        one.bus().request(NOBODY, charge(1), PATIENT.withCancellation(cancellation));
    assertThat(failureOf(late).code()).isEqualTo(ErrorCode.CANCELLED);
  }

  private long rootCalls() {
    return one.node().view().rootCalls();
  }

  @Test
  void a_call_that_waits_for_its_next_attempt_ends_with_the_call_it_is_made_for() {
    Promise<Throwable> ended = Promise.promise();
    Promise<Void> asked = Promise.promise();
    one.serve(on -> on.request(RESERVE, (reserve, call) -> {
      asked.complete();
      return call.request(NOBODY, charge(1), PATIENT)
          .map(never -> new Reserved("", 0))
          .onFailure(ended::complete);
    }));
    Cancellation cancellation = Cancellation.create();
    Future<Reserved> outer = one.bus()
        .request(
            RESERVE,
            reserve(1),
            CallOptions.defaults()
                .withTimeout(Duration.ofHours(20))
                .withCancellation(cancellation));
    resultOf(asked.future());
    cancellation.cancel();

    assertThat(failureOf(outer).code()).isEqualTo(ErrorCode.CANCELLED);
    assertThat(((CallException) resultOf(ended.future())).code()).isEqualTo(ErrorCode.CANCELLED);
  }

  @Test
  void after_the_last_attempt_its_failure_is_the_answer() {
    Future<Reserved> running = serveFull();
    assertThat(failureOf(one.bus().request(RESERVE, reserve(1), RETRY)).code())
        .isEqualTo(ErrorCode.OVERLOADED);

    assertThat(retried()).isEqualTo(2);
    assertThat(one.counts("stock.reserve").rejected()).isEqualTo(3);
    held.complete(new Reserved("", 0));
    resultOf(running);
  }

  @Test
  void retries_have_a_budget() {
    Future<Reserved> running = serveFull();
    List<Future<Reserved>> calls = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      calls.add(one.bus().request(RESERVE, reserve(1), RETRY));
    }
    calls.forEach(each -> failureOf(each));

    // 10 saved up, 10 for the calls, and 1 a second.
    assertThat(retried()).isBetween(10L, 60L);
    assertThat(
            one.node().view().guarded(GuardEvent.Kind.THROTTLED, "stock.reserve", "retry-budget"))
        .isGreaterThanOrEqualTo(40);
    held.complete(new Reserved("", 0));
    resultOf(running);
  }

  @Test
  void what_may_have_run_is_repeated_only_if_it_is_idempotent_with_the_same_message_id() {
    one.serve(on -> {
      on.request(IDEMPOTENT, (reserve, call) -> {
        seen.add(call.metadata());
        Promise<Reserved> promise = Promise.promise();
        call.onCancel(() -> promise.fail("gave up"));
        return seen.size() == 1
            ? promise.future()
            : Future.succeededFuture(new Reserved("", seen.size()));
      });
      on.request(CHARGE, (charge, call) -> {
        seen.add(call.metadata());
        Promise<Charged> promise = Promise.promise();
        call.onCancel(() -> promise.fail("gave up"));
        return promise.future();
      });
    });
    CallOptions options = RETRY.withRetry(SOON.withAttemptTimeout(Duration.ofMillis(300)));

    assertThat(resultOf(one.bus().request(IDEMPOTENT, reserve(1), options)).left())
        .isEqualTo(2);
    assertThat(seen).extracting(CallMetadata::attempt).containsExactly(1, 2);
    assertThat(seen)
        .extracting(CallMetadata::messageId)
        .containsOnly(seen.element().messageId());
    seen.clear();
    assertThat(failureOf(one.bus().request(CHARGE, charge(1), options)).code())
        .isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
    assertThat(seen).hasSize(1);
  }

  @Test
  void only_one_layer_retries() {
    AtomicInteger inner = new AtomicInteger();
    AtomicInteger outer = new AtomicInteger();
    one.serve(on -> {
      on.request(IDEMPOTENT, (reserve, call) -> {
        outer.incrementAndGet();
        return call.request(NOBODY, charge(1), RETRY)
            .map(never -> new Reserved("", 0))
            .recover(cause -> {
              inner.addAndGet(cause instanceof CallException ? 1 : 100);
              Promise<Reserved> promise = Promise.promise();
              call.onCancel(() -> promise.fail("gave up"));
              return promise.future();
            });
      });
    });
    CallOptions options =
        RETRY.withRetry(SOON.withAttempts(2).withAttemptTimeout(Duration.ofMillis(400)));
    failureOf(one.bus().request(IDEMPOTENT, reserve(1), options));

    assertThat(outer.get()).isEqualTo(2);
    assertThat(inner.get()).isEqualTo(2);
    assertThat(one.node().view().guarded(GuardEvent.Kind.RETRIED, "shop.nobody", "not-served"))
        .as("2 of the first attempt, none of the repeated one")
        .isEqualTo(2);
  }

  @Test
  void what_is_made_for_a_repeated_call_is_not_repeated_however_deep() {
    Request<Charge, Charged> middle = Request.of("shop.middle", Charge.class, Charged.class);
    AtomicInteger attempts = new AtomicInteger();
    one.serve(on -> {
      on.request(
          IDEMPOTENT,
          (reserve, call) ->
              call.request(middle, charge(1), RETRY.single()).map(never -> new Reserved("", 0)));
      on.request(middle, (charge, call) -> {
        assertThat(call.metadata().attempt()).isEqualTo(1);
        attempts.incrementAndGet();
        return call.request(NOBODY, charge, RETRY);
      });
    });
    failureOf(one.bus().request(IDEMPOTENT, reserve(1), RETRY.single()));
    assertThat(nobodyRetried()).isEqualTo(2);
    failureOf(one.bus().request(IDEMPOTENT, reserve(2), RETRY.single().withAttempt(2)));

    assertThat(attempts.get()).isEqualTo(2);
    assertThat(nobodyRetried()).as("as before").isEqualTo(2);
  }

  private long nobodyRetried() {
    return one.node().view().guarded(GuardEvent.Kind.RETRIED, "shop.nobody", "not-served");
  }

  @Test
  void a_fallback_answers_when_the_service_does_not() {
    CallOptions options =
        RETRY.orElse(RESERVE, failure -> new Reserved(failure.code().name(), -1));

    assertThat(resultOf(one.bus().request(RESERVE, reserve(1), options)))
        .isEqualTo(new Reserved("NOT_SERVED", -1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> one.bus().request(CHARGE, charge(1), options))
        .withMessageContaining("payment.charge");
  }

  @Test
  void a_fallback_runs_where_its_caller_runs() {
    Promise<Boolean> onWorker = Promise.promise();
    CallOptions options = RETRY.orElse(RESERVE, failure -> {
      onWorker.tryComplete(Context.isOnWorkerThread());
      return new Reserved("", -1);
    });
    one.vertx()
        .deployVerticle(
            () -> new VerticleBase() {
              @Override
              public Future<?> start() {
                return one.bus().request(RESERVE, reserve(1), options);
              }
            },
            new DeploymentOptions().setThreadingModel(ThreadingModel.WORKER));

    assertThat(resultOf(onWorker.future())).isTrue();
  }

  @Test
  void a_declared_failure_is_an_answer_and_needs_none() {
    one.serve(on -> on.request(RESERVE, (reserve, call) -> {
      seen.add(call.metadata());
      return call.fail(new OutOfStock("chair"));
    }));
    CallOptions options = RETRY.orElse(RESERVE, failure -> new Reserved("", -1));

    assertThat(failureOf(one.bus().request(RESERVE, reserve(1), options)).code())
        .isEqualTo(ErrorCode.DECLARED);
    assertThat(seen).hasSize(1);
  }

  @Test
  void a_cancelled_call_is_over_with_all_its_attempts() {
    Future<Reserved> running = serveFull();
    Cancellation cancellation = Cancellation.create();
    Future<Reserved> unwanted = one.bus()
        .request(
            RESERVE,
            reserve(1),
            RETRY
                .withRetry(
                    CallRetry.defaults().withBackoff(Duration.ofMillis(1), Duration.ofMillis(2)))
                .withCancellation(cancellation));
    one.eventually("it was tried again", () -> retried() >= 1);
    cancellation.cancel();

    assertThat(failureOf(unwanted).code()).isIn(ErrorCode.CANCELLED, ErrorCode.OVERLOADED);
    held.complete(new Reserved("", 0));
    resultOf(running);
  }

  @Test
  void options_that_contradict_are_refused_and_json_brings_them_back() {
    CallRetry retry = CallRetry.defaults();
    assertThatIllegalArgumentException().isThrownBy(() -> retry.withAttempts(0));
    assertThatIllegalArgumentException().isThrownBy(() -> retry.withAttempts(4));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> retry.withBackoff(Duration.ofSeconds(2), Duration.ofSeconds(1)));
    assertThatIllegalArgumentException().isThrownBy(() -> retry.withAttemptTimeout(Duration.ZERO));
    assertThatIllegalArgumentException().isThrownBy(() -> Hedge.defaults().withBudget(0.5));
    CallOptions options = CallOptions.defaults()
        .withRetry(retry.withAttempts(2).withAttemptTimeout(Duration.ofSeconds(1)))
        .withHedge(Hedge.defaults().withBudget(0.05))
        .withCriticality(Criticality.SHEDDABLE);
    CallOptions read = CallOptions.fromJson(new JsonObject(options.toJson().encode()));

    assertThat(read.toJson()).isEqualTo(options.toJson());
    assertThat(read.retry().attempts()).isEqualTo(2);
    assertThat(read.hedge().budget()).isEqualTo(0.05);
    assertThat(read.isSingle()).isFalse();
    assertThat(read.single().isSingle()).isTrue();
  }
}
