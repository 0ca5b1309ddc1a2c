package io.vertebra.messaging;

import static io.vertebra.OneNode.causeOf;
import static io.vertebra.OneNode.failureOf;
import static io.vertebra.OneNode.resultOf;
import static io.vertebra.Shop.CHARGE;
import static io.vertebra.Shop.RESERVE;
import static io.vertebra.Shop.reserve;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertebra.OneNode;
import io.vertebra.Shop.Broken;
import io.vertebra.Shop.OutOfStock;
import io.vertebra.Shop.Reserve;
import io.vertebra.Shop.Reserved;
import io.vertebra.contract.Request;
import io.vertebra.error.DeclaredFailure;
import io.vertebra.error.ErrorCode;
import io.vertebra.error.VertebraException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Level;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How a request ends, where, and in which order. */
class BusTest {
  private static final CallOptions SOON =
      CallOptions.defaults().withTimeout(Duration.ofMillis(400));

  @RegisterExtension
  final OneNode one = new OneNode();

  @Test
  void a_request_is_answered_with_the_reply_of_its_handler() {
    one.serve(on ->
        on.request(RESERVE, reserve -> Future.succeededFuture(new Reserved(reserve.order(), 7))));
    assertThat(resultOf(one.bus().request(RESERVE, reserve(1))))
        .isEqualTo(new Reserved("order-1", 7));
  }

  @Test
  void a_declared_failure_arrives_as_its_record() {
    one.serve(
        on -> on.request(RESERVE, (reserve, call) -> call.fail(new OutOfStock(reserve.sku()))));
    Future<Reserved> answer = one.bus().request(RESERVE, reserve(1));

    VertebraException failure = failureOf(answer);
    assertThat(failure.code()).isEqualTo(ErrorCode.DECLARED);
    assertThat(failure.mayHaveRun()).isTrue();
    assertThat(((DeclaredFailure) failure).failure()).isEqualTo(new OutOfStock("chair"));
    assertThat(resultOf(answer.recover(DeclaredFailure.on(
            OutOfStock.class, out -> Future.succeededFuture(new Reserved(out.sku(), 0))))))
        .isEqualTo(new Reserved("chair", 0));
    assertThat(causeOf(answer.recover(DeclaredFailure.on(
            Broken.class, out -> Future.succeededFuture(new Reserved("never", 0))))))
        .isSameAs(failure);
    assertThat(one.logged(Level.WARNING)).isEmpty();
  }

  @Test
  void an_undeclared_failure_is_refused_and_named() {
    one.serve(on -> on.request(RESERVE, (reserve, call) -> call.fail(new Broken("drawer"))));
    VertebraException failure = failureOf(one.bus().request(RESERVE, reserve(1)));
    assertThat(failure.code()).isEqualTo(ErrorCode.FAILURE_UNDECLARED);
    assertThat(failure)
        .hasMessageContaining("failed with Broken")
        .hasMessageNotContaining("drawer");
    assertThat(failure.mayHaveRun()).isTrue();
  }

  @Test
  void a_handler_that_throws_answers_at_once_and_is_logged() {
    one.serve(on -> on.request(RESERVE, reserve -> {
      throw new IllegalStateException("secret");
    }));
    assertHandlerFailed("java.lang.IllegalStateException");
  }

  @Test
  void a_handler_that_throws_an_error_answers_at_once() {
    one.serve(on -> on.request(RESERVE, reserve -> {
      throw new AssertionError("secret");
    }));
    assertHandlerFailed("java.lang.AssertionError");
  }

  @Test
  void a_handler_whose_future_fails_answers_at_once() {
    one.serve(on -> on.request(RESERVE, reserve -> Future.failedFuture("secret")));
    assertHandlerFailed("Throwable");
  }

  @Test
  void a_handler_whose_future_fails_later_answers_then() {
    Promise<Reserved> promise = Promise.promise();
    one.serve(on -> on.request(RESERVE, reserve -> promise.future()));
    one.vertx().setTimer(1, later -> promise.fail(new java.io.IOException("secret")));
    assertHandlerFailed("java.io.IOException");
  }

  private void assertHandlerFailed(String type) {
    VertebraException failure = failureOf(one.bus().request(RESERVE, reserve(1)));
    assertThat(failure.code()).isEqualTo(ErrorCode.HANDLER_FAILED);
    assertThat(failure.mayHaveRun()).isTrue();
    assertThat(failure.isRetryable()).isFalse();
    assertThat(failure).hasMessageContaining(type).hasMessageNotContaining("secret");
    assertThat(one.logged(Level.WARNING))
        .singleElement()
        .asString()
        .contains("stock.reserve", type);
  }

  @Test
  void a_handler_that_returns_null_or_completes_with_null_fails() {
    one.serve(on -> {
      on.request(RESERVE, reserve -> null);
      on.request(CHARGE, charge -> Future.succeededFuture());
    });
    for (Future<?> answer : List.of(
        one.bus().request(RESERVE, reserve(1)),
        one.bus().request(CHARGE, io.vertebra.Shop.charge(1)))) {
      VertebraException failure = failureOf(answer);
      assertThat(failure.code()).isEqualTo(ErrorCode.HANDLER_FAILED);
      assertThat(failure).hasMessageContaining("answered with null");
    }
  }

  @Test
  void a_failure_of_the_framework_inside_a_handler_belongs_to_the_handler() {
    one.serve(on -> on.request(
        RESERVE,
        (reserve, call) ->
            call.request(CHARGE, io.vertebra.Shop.charge(1)).map(none -> new Reserved("", 0))));
    VertebraException failure = failureOf(one.bus().request(RESERVE, reserve(1)));
    assertThat(failure.code())
        .as("NOT_SERVED of the inner call would say that nothing has run")
        .isEqualTo(ErrorCode.HANDLER_FAILED);
    assertThat(failure.mayHaveRun()).isTrue();
    assertThat(failure.getCause())
        .isInstanceOf(VertebraException.class)
        .hasMessageContaining("VTB-2001");
  }

  @Test
  void a_contract_that_nobody_serves_fails_at_once() {
    VertebraException failure = failureOf(one.bus().request(RESERVE, reserve(1)));
    assertThat(failure.code()).isEqualTo(ErrorCode.NOT_SERVED);
    assertThat(failure.mayHaveRun()).isFalse();
    assertThat(failure.isRetryable()).isTrue();
    assertThat(failure).hasMessageStartingWith("[VTB-2001] ");
  }

  @Test
  void a_handler_that_never_completes_ends_with_the_deadline() {
    one.leavesCallsBehind();
    one.serve(on -> on.request(RESERVE, reserve -> Promise.<Reserved>promise().future()));
    VertebraException failure = failureOf(one.bus().request(RESERVE, reserve(1), SOON));
    assertThat(failure.code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
    assertThat(failure.mayHaveRun()).isTrue();
    assertThat(failure).hasMessageContaining("within 400 ms").hasMessageContaining("may have run");
  }

  @Test
  void a_reply_after_the_deadline_is_dropped_and_counted() {
    Promise<Reserved> promise = Promise.promise();
    one.serve(on -> on.request(RESERVE, reserve -> promise.future()));
    failureOf(one.bus().request(RESERVE, reserve(1), SOON));
    one.eventually("expired", () -> one.counts("stock.reserve").expired() == 1);
    promise.complete(new Reserved("late", 0));
    one.eventually("counted", () -> one.node().view().lateReplies() == 1);
    assertThat(one.counts("stock.reserve").inFlight()).isZero();
  }

  @Test
  void other_java_types_under_the_same_name_are_a_mismatch() {
    record Other(String order) {}
    one.serve(on -> on.request(RESERVE, reserve -> Future.succeededFuture(new Reserved("", 0))));
    Request<Other, Reserved> other = Request.of(RESERVE.name(), Other.class, Reserved.class);
    VertebraException failure = failureOf(one.bus().request(other, new Other("1")));
    assertThat(failure.code()).isEqualTo(ErrorCode.CONTRACT_MISMATCH);
    assertThat(failure.mayHaveRun()).isFalse();
  }

  @Test
  void versions_of_one_name_are_separate_conversations() {
    record Reserve2(String order, String sku, int quantity, boolean partial) {}
    Request<Reserve2, Reserved> second =
        Request.of(RESERVE.name(), Reserve2.class, Reserved.class).withVersion(2);
    one.serve(on -> {
      on.request(RESERVE, reserve -> Future.succeededFuture(new Reserved("first", 1)));
      on.request(second, reserve -> Future.succeededFuture(new Reserved("second", 2)));
    });
    assertThat(resultOf(one.bus().request(RESERVE, reserve(1))).order()).isEqualTo("first");
    assertThat(
            resultOf(one.bus().request(second, new Reserve2("1", "a", 1, true))).order())
        .isEqualTo("second");
    assertThat(failureOf(one.bus().request(RESERVE.withVersion(3), reserve(1))).code())
        .isEqualTo(ErrorCode.NOT_SERVED);
  }

  @Test
  void a_key_that_cannot_be_computed_fails_the_call() {
    Request<Reserve, Reserved> keyed = RESERVE.keyedBy(reserve -> {
      throw new IllegalArgumentException("secret");
    });
    Request<Reserve, Reserved> idempotent = RESERVE.idempotentBy(reserve -> null);
    Context context = one.vertx().getOrCreateContext();
    for (Request<Reserve, Reserved> contract : List.of(keyed, idempotent)) {
      Future<Reserved> inside = OneNode.on(context, () -> one.bus().request(contract, reserve(1)));
      for (Future<Reserved> answer : List.of(inside, one.bus().request(contract, reserve(1)))) {
        VertebraException failure = failureOf(answer);
        assertThat(failure.code()).isEqualTo(ErrorCode.MESSAGE_INVALID);
        assertThat(failure.mayHaveRun()).isFalse();
        assertThat(failure).hasMessageNotContaining("secret");
      }
    }
  }

  @Test
  void a_message_that_is_null_is_refused_at_once() {
    assertThatThrownBy(() -> one.bus().request(RESERVE, null))
        .isInstanceOf(NullPointerException.class);
  }

  @Test
  void a_closed_node_makes_no_calls() {
    one.serve(on -> on.request(RESERVE, reserve -> Future.succeededFuture(new Reserved("", 0))));
    Bus bus = one.bus();
    resultOf(one.node().close());
    for (Future<?> answer : List.of(
        bus.request(RESERVE, reserve(1)),
        bus.detached().request(RESERVE, reserve(1)),
        bus.gather(RESERVE, reserve(1)).first(1),
        bus.gather(RESERVE, reserve(1)).all(),
        bus.publish(io.vertebra.Shop.MOVES, new io.vertebra.Shop.Moved("a", 1)),
        bus.publishAcknowledged(
            io.vertebra.Shop.MOVES, new io.vertebra.Shop.Moved("a", 1), CallOptions.defaults()))) {
      VertebraException failure = failureOf(answer);
      assertThat(failure.code()).isEqualTo(ErrorCode.NODE_CLOSED);
      assertThat(failure.mayHaveRun()).isFalse();
    }
  }

  @Test
  void futures_complete_on_the_context_of_the_caller() {
    one.serve(on -> on.request(RESERVE, reserve -> Future.succeededFuture(new Reserved("", 0))), 2);
    VertxInternal vertx = (VertxInternal) one.vertx();
    List<Context> contexts = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      contexts.add(vertx.createEventLoopContext());
    }
    contexts.add(vertx.createWorkerContext());
    for (Context context : contexts) {
      for (CallOptions options : List.of(CallOptions.defaults(), SOON)) {
        Request<Reserve, Reserved> contract = options == SOON ? RESERVE.withVersion(9) : RESERVE;
        AtomicReference<Context> seen = new AtomicReference<>();
        AtomicReference<String> thread = new AtomicReference<>();
        Promise<Void> done = Promise.promise();
        context.runOnContext(none -> one.bus()
            .request(contract, reserve(1), options)
            .onComplete(answer -> {
              seen.set(Vertx.currentContext());
              thread.set(Thread.currentThread().getName());
              done.complete();
            }));
        resultOf(done.future());
        assertThat(seen.get()).isSameAs(context);
        assertThat(thread.get())
            .contains(context.threadingModel() == ThreadingModel.WORKER ? "worker" : "eventloop");
      }
    }
  }

  @Test
  void a_caller_without_a_context_is_answered_on_an_event_loop() {
    one.serve(on -> on.request(RESERVE, reserve -> Future.succeededFuture(new Reserved("", 0))));
    Promise<String> thread = Promise.promise();
    OneNode.onOwnThread(() -> one.bus()
        .request(RESERVE, reserve(1))
        .onComplete(answer -> thread.complete(Thread.currentThread().getName())));
    assertThat(resultOf(thread.future())).contains("eventloop");
  }

  @Test
  void calls_from_one_context_reach_one_instance_in_order() {
    List<Integer> handled = new ArrayList<>();
    Promise<Void> all = Promise.promise();
    one.serve(on -> on.request(RESERVE, reserve -> {
      handled.add(reserve.quantity());
      if (handled.size() == 5_000) {
        all.complete();
      }
      return Future.succeededFuture(new Reserved("", 0));
    }));
    // In flight at most 1024, so most of them go through the queue, but within its bounds.
    Context context = ((VertxInternal) one.vertx()).createEventLoopContext();
    context.runOnContext(none -> sendBatch(0));
    resultOf(all.future());
    assertThat(handled).isEqualTo(IntStream.range(0, 5_000).boxed().toList());
  }

  private void sendBatch(int from) {
    List<Future<Reserved>> batch = new ArrayList<>();
    for (int i = from; i < from + 1_000; i++) {
      batch.add(one.bus().request(RESERVE, reserve(i)));
    }
    if (from + 1_000 < 5_000) {
      Future.all(batch).onSuccess(done -> sendBatch(from + 1_000));
    }
  }

  @Test
  void one_call_of_a_user_may_be_made_in_the_failure_of_another() {
    one.leavesCallsBehind();
    one.serve(on -> on.request(RESERVE, reserve -> Promise.<Reserved>promise().future()));
    Future<Reserved> twice = one.bus()
        .request(RESERVE, reserve(1), SOON)
        .recover(first -> one.bus().request(RESERVE, reserve(2), SOON));
    assertThat(failureOf(twice).code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
  }

  @Test
  void a_thousand_deadlines_of_one_moment_all_end_their_calls() {
    one.leavesCallsBehind();
    one.serve(on -> on.request(RESERVE, reserve -> Promise.<Reserved>promise().future()));
    List<Future<Reserved>> answers = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      answers.add(one.bus().request(RESERVE, reserve(i), SOON));
    }
    long ran = 0;
    for (Future<Reserved> answer : answers) {
      VertebraException failure = failureOf(answer);
      assertThat(failure.code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
      ran += failure.mayHaveRun() ? 1 : 0;
    }
    long started = one.counts("stock.reserve").started();
    assertThat(started).as("mayHaveRun is exact").isEqualTo(ran);
    one.eventually(
        "permits of those that run stay taken, the others are given back",
        () -> one.counts("stock.reserve").inFlight() == started);
  }
}
