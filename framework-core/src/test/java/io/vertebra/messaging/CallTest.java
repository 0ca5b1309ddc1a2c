package io.vertebra.messaging;

import static io.vertebra.OneNode.causeOf;
import static io.vertebra.OneNode.failureOf;
import static io.vertebra.OneNode.resultOf;
import static io.vertebra.Shop.CHARGE;
import static io.vertebra.Shop.RESERVE;
import static io.vertebra.Shop.charge;
import static io.vertebra.Shop.reserve;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.vertebra.NodeOptions;
import io.vertebra.OneNode;
import io.vertebra.Services;
import io.vertebra.Shop.Charged;
import io.vertebra.Shop.OutOfStock;
import io.vertebra.Shop.Reserved;
import io.vertebra.error.ErrorCode;
import io.vertebra.error.VertebraException;
import io.vertebra.limit.Limit;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a handler sees of its call, and how the end of a call reaches what was made of it. */
class CallTest {
  private static final Duration SHORT = Duration.ofMillis(400);
  private static final CallOptions SOON = CallOptions.defaults().withTimeout(SHORT);

  @RegisterExtension
  final OneNode one = new OneNode(NodeOptions.defaults()
      .withId("here")
      .withDrainTimeout(Duration.ofMillis(200))
      .withLostAfter(Duration.ofMillis(50)));

  private final BlockingQueue<Call> calls = new LinkedBlockingQueue<>();
  private final BlockingQueue<Future<?>> children = new LinkedBlockingQueue<>();

  private static <T> T next(BlockingQueue<T> queue) {
    try {
      T element = queue.poll(20, TimeUnit.SECONDS);
      assertThat(element).isNotNull();
      return element;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** The handler keeps its call and asks another service, which never answers. */
  private void serveParentAndChild(Services on) {
    on.request(RESERVE, (reserve, call) -> {
      calls.add(call);
      Future<Charged> child = call.request(CHARGE, charge(1));
      children.add(child);
      return child.map(charged -> new Reserved("", 0));
    });
    serveSilentCharge(on);
  }

  private void serveSilentCharge(Services on) {
    on.request(CHARGE, (charge, call) -> {
      calls.add(call);
      Promise<Charged> promise = Promise.promise();
      call.onCancel(() -> promise.fail("gave up"));
      return promise.future();
    });
  }

  // --- deadlines

  @Test
  void a_child_ends_no_later_than_its_parent() {
    one.serve(this::serveParentAndChild);
    Future<Reserved> answer = one.bus().request(RESERVE, reserve(1), SOON);
    Call parent = next(calls);
    Call child = next(calls);
    assertThat(child.deadline()).isEqualTo(parent.deadline());
    assertThat(parent.deadline().remaining()).isLessThanOrEqualTo(SHORT);
    assertThat(failureOf(answer).code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
    assertThat(parent.deadline().isPassed()).isTrue();
    assertThat(parent.deadline().remaining()).isZero();
  }

  @Test
  void a_child_may_end_earlier_than_its_parent() {
    one.serve(on -> {
      on.request(RESERVE, (reserve, call) -> {
        calls.add(call);
        return call.request(CHARGE, charge(1), SOON)
            .map(charged -> new Reserved("", 0))
            .otherwise(new Reserved("otherwise", 0));
      });
      serveSilentCharge(on);
    });
    assertThat(resultOf(one.bus().request(RESERVE, reserve(1))).order()).isEqualTo("otherwise");
    Call parent = next(calls);
    Call child = next(calls);
    assertThat(parent.deadline().nanoTime() - child.deadline().nanoTime())
        .isGreaterThan(TimeUnit.SECONDS.toNanos(4));
  }

  @Test
  void a_deadline_reaches_the_children_of_blocking_handlers() {
    inheritsOnOtherThreads(on -> on.blocking(RESERVE, (reserve, call) -> {
      calls.add(call);
      return called(one.bus());
    }));
  }

  @Tag("jdk21")
  @Test
  void a_deadline_reaches_the_children_of_virtual_handlers() {
    inheritsOnOtherThreads(on -> on.virtual(RESERVE, (reserve, call) -> {
      calls.add(call);
      Future<Charged> child = one.bus().request(CHARGE, charge(1));
      children.add(child);
      return child.map(charged -> new Reserved("", 0)).await();
    }));
  }

  /** The parent is found although the call is made with the node's bus. */
  private Reserved called(Bus bus) throws Exception {
    Future<Charged> child = bus.request(CHARGE, charge(1));
    children.add(child);
    CountDownLatch ended = new CountDownLatch(1);
    child.onComplete(done -> ended.countDown());
    assertThat(ended.await(20, TimeUnit.SECONDS)).isTrue();
    if (child.cause() instanceof VertebraException failure) {
      throw failure;
    }
    return new Reserved(child.result().order(), 0);
  }

  private void inheritsOnOtherThreads(Consumer<Services> parent) {
    one.serve(on -> {
      parent.accept(on);
      serveSilentCharge(on);
    });
    Cancellation cancellation = Cancellation.create();
    Future<Reserved> answer = one.bus()
        .request(RESERVE, reserve(1), CallOptions.defaults().withCancellation(cancellation));
    Call served = next(calls);
    Call child = next(calls);
    assertThat(child.deadline()).isEqualTo(served.deadline());
    assertThat(child.metadata().causationId()).isEqualTo(served.metadata().messageId());
    cancellation.cancel();
    assertThat(failureOf(answer).code()).isEqualTo(ErrorCode.CANCELLED);
    assertThat(failureOf(next(children)).code()).isEqualTo(ErrorCode.CANCELLED);
    one.eventually("cancelled", served::isCancelled);
    one.eventually("the child's handler heard of it", child::isCancelled);
  }

  @Test
  void a_timer_set_in_a_handler_keeps_the_parent() {
    one.serve(on -> {
      on.request(RESERVE, (reserve, call) -> {
        calls.add(call);
        Promise<Reserved> promise = Promise.promise();
        one.vertx()
            .setTimer(
                1,
                fired -> one.bus()
                    .request(CHARGE, charge(1))
                    .map(charged -> new Reserved("", 0))
                    .onComplete(promise));
        return promise.future();
      });
      on.request(CHARGE, (charge, call) -> {
        calls.add(call);
        return Future.succeededFuture(new Charged(""));
      });
    });
    resultOf(one.bus().request(RESERVE, reserve(1)));
    Call parent = next(calls);
    assertThat(next(calls).metadata().causationId()).isEqualTo(parent.metadata().messageId());
  }

  @Test
  void a_call_made_on_a_thread_of_its_own_has_a_parent_only_through_the_call() {
    Promise<Reserved> promise = Promise.promise();
    one.serve(on -> {
      on.request(RESERVE, (reserve, call) -> {
        calls.add(call);
        return promise.future();
      });
      on.request(CHARGE, (charge, call) -> {
        calls.add(call);
        return Future.succeededFuture(new Charged(""));
      });
    });
    Future<Reserved> answer = one.bus().request(RESERVE, reserve(1));
    Call parent = next(calls);
    resultOf(OneNode.onOwnThread(() -> parent.request(CHARGE, charge(1))));
    assertThat(next(calls).metadata().causationId()).isEqualTo(parent.metadata().messageId());
    resultOf(OneNode.onOwnThread(() -> one.bus().request(CHARGE, charge(1))));
    Call root = next(calls);
    assertThat(root.metadata().causationId()).isNull();
    assertThat(root.deadline().nanoTime()).isGreaterThan(parent.deadline().nanoTime());
    promise.complete(new Reserved("", 0));
    resultOf(answer);
    assertThat(one.node().view().rootCalls()).isEqualTo(2);
  }

  @Test
  void a_detached_call_has_no_parent() {
    one.serve(on -> {
      on.request(RESERVE, (reserve, call) -> {
        calls.add(call);
        Stream.of(call.detached(), one.bus().detached())
            .map(bus -> bus.request(CHARGE, charge(1)))
            .forEach(children::add);
        return Promise.<Reserved>promise().future();
      });
      on.request(CHARGE, (charge, call) -> {
        calls.add(call);
        Promise<Charged> promise = Promise.promise();
        call.onCancel(() -> promise.fail("gave up"));
        one.vertx()
            .setTimer(4 * SHORT.toMillis(), fired -> promise.tryComplete(new Charged("kept")));
        return promise.future();
      });
    });
    one.leavesCallsBehind();
    Future<Reserved> answer = one.bus().request(RESERVE, reserve(1), SOON);
    assertThat(failureOf(answer).code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
    Call parent = next(calls);
    for (int i = 0; i < 2; i++) {
      Call detached = next(calls);
      assertThat(detached.metadata().causationId()).isNull();
      assertThat(detached.metadata().correlationId())
          .isEqualTo(detached.metadata().messageId())
          .isNotEqualTo(parent.metadata().correlationId());
      assertThat(resultOf(next(children))).isEqualTo(new Charged("kept"));
    }
  }

  // --- cancellation

  @Test
  void a_cancellation_from_outside_ends_a_call_and_all_below_it() {
    one.serve(this::serveParentAndChild);
    Cancellation cancellation = Cancellation.create();
    Future<Reserved> answer = one.bus()
        .request(RESERVE, reserve(1), CallOptions.defaults().withCancellation(cancellation));
    Call parent = next(calls);
    Call child = next(calls);
    cancellation.cancel();
    cancellation.cancel();
    VertebraException failure = failureOf(answer);
    assertThat(failure.code()).isEqualTo(ErrorCode.CANCELLED);
    assertThat(failure.mayHaveRun()).isTrue();
    assertThat(failureOf(next(children)).code()).isEqualTo(ErrorCode.CANCELLED);
    one.eventually("parent", parent::isCancelled);
    one.eventually("child", child::isCancelled);

    VertebraException afterwards = failureOf(one.bus()
        .request(RESERVE, reserve(1), CallOptions.defaults().withCancellation(cancellation)));
    assertThat(afterwards.code()).isEqualTo(ErrorCode.CANCELLED);
    assertThat(afterwards.mayHaveRun()).isFalse();
    assertThat(one.counts("stock.reserve").started()).isEqualTo(1);
  }

  @Test
  void a_cancellation_lets_go_of_calls_that_have_ended() {
    one.serve(on -> on.request(RESERVE, reserve -> Future.succeededFuture(new Reserved("", 0))));
    Cancellation cancellation = Cancellation.create();
    CallOptions options = CallOptions.defaults().withCancellation(cancellation);
    resultOf(one.bus().request(RESERVE, reserve(1), options));
    failureOf(one.bus().request(CHARGE, charge(1), options));
    assertThat(cancellation)
        .extracting("listeners")
        .asInstanceOf(InstanceOfAssertFactories.COLLECTION)
        .isEmpty();
  }

  @Test
  void a_handler_hears_of_the_end_before_its_children_end() {
    BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    one.serve(on -> {
      on.request(RESERVE, (reserve, call) -> {
        calls.add(call);
        call.onCancel(() ->
            heard.add(call.isCancelled() + " " + Vertx.currentContext().isEventLoopContext()));
        return call.request(CHARGE, charge(1))
            .onComplete(done -> heard.add("child"))
            .map(charged -> new Reserved("", 0));
      });
      serveSilentCharge(on);
    });
    Cancellation cancellation = Cancellation.create();
    Future<Reserved> answer = one.bus()
        .request(RESERVE, reserve(1), CallOptions.defaults().withCancellation(cancellation));
    next(calls);
    next(calls);
    cancellation.cancel();
    failureOf(answer);
    assertThat(next(heard)).isEqualTo("true true");
    assertThat(next(heard)).isEqualTo("child");
    one.eventually("over", () -> one.counts("stock.reserve").inFlight() == 0);
    assertThat(one.logged(Level.WARNING))
        .as("a failure of the child is nobody's fault")
        .noneMatch(line -> line.contains("stock.reserve"));
  }

  @Test
  void undeploying_a_verticle_cancels_the_calls_it_makes_and_all_below_them() {
    one.serve(this::serveParentAndChild);
    Promise<Future<Reserved>> made = Promise.promise();
    String deployment = resultOf(one.node().deploy(() -> new io.vertebra.ServiceVerticle() {
      @Override
      protected void services(Services on) {}

      @Override
      protected Future<?> prepare() {
        made.complete(bus()
            .request(RESERVE, reserve(1), CallOptions.defaults().withTimeout(Duration.ofHours(1))));
        return Future.succeededFuture();
      }
    }));
    Call parent = next(calls);
    Call child = next(calls);
    one.undeploy(deployment);
    VertebraException failure = failureOf(made.future().result());
    assertThat(failure.code()).isEqualTo(ErrorCode.CANCELLED);
    assertThat(failure.mayHaveRun()).isTrue();
    assertThat(failureOf(next(children)).code()).isEqualTo(ErrorCode.CANCELLED);
    one.eventually("parent", parent::isCancelled);
    one.eventually("child", child::isCancelled);
    assertThat(one.counts("stock.reserve").cancelled()).isEqualTo(1);
    assertThat(one.counts("payment.charge").cancelled()).isEqualTo(1);
  }

  @Test
  void a_cancelled_call_makes_no_more_children() {
    one.serve(on -> {
      on.request(RESERVE, (reserve, call) -> {
        calls.add(call);
        Promise<Reserved> promise = Promise.promise();
        call.onCancel(() -> {
          Future<Charged> child = call.request(CHARGE, charge(1));
          children.add(child);
          child.map(charged -> new Reserved("", 0)).onComplete(promise);
        });
        return promise.future();
      });
      serveSilentCharge(on);
    });
    failureOf(one.bus().request(RESERVE, reserve(1), SOON));
    VertebraException failure = failureOf(next(children));
    assertThat(failure.code()).isEqualTo(ErrorCode.CANCELLED);
    assertThat(failure.mayHaveRun()).isFalse();
    assertThat(one.counts("payment.charge").started()).isZero();
  }

  @Test
  void on_cancel_runs_at_once_if_the_caller_already_gave_up_and_never_after_the_answer() {
    Promise<Reserved> promise = Promise.promise();
    one.serve(on -> on.request(RESERVE, (reserve, call) -> {
      calls.add(call);
      return promise.future();
    }));
    failureOf(one.bus().request(RESERVE, reserve(1), SOON));
    Call call = next(calls);
    one.eventually("cancelled", call::isCancelled);
    Promise<String> ran = Promise.promise();
    OneNode.onOwnThread(() -> {
      call.onCancel(() -> ran.complete("ran"));
      return "";
    });
    assertThat(resultOf(ran.future())).isEqualTo("ran");

    promise.complete(new Reserved("", 0));
    one.eventually("answered", () -> one.counts("stock.reserve").replied() == 1);
    call.onCancel(() -> children.add(Future.failedFuture("ran after the answer")));
    resultOf(one.vertx().timer(1));
    assertThat(children).isEmpty();
  }

  @Test
  void every_action_for_cancellation_runs_once_though_one_throws() {
    ConcurrentLinkedQueue<String> ran = new ConcurrentLinkedQueue<>();
    ConcurrentLinkedQueue<Throwable> reported = new ConcurrentLinkedQueue<>();
    Promise<Reserved> promise = Promise.promise();
    one.vertx().exceptionHandler(reported::add);
    one.serve(on -> on.request(RESERVE, (reserve, call) -> {
      call.onCancel(() -> ran.add("first"));
      call.onCancel(() -> {
        throw new IllegalStateException("on purpose");
      });
      call.onCancel(() -> ran.add("third"));
      return promise.future();
    }));
    failureOf(one.bus().request(RESERVE, reserve(1), SOON));
    one.eventually("all ran", () -> ran.size() == 2);
    assertThat(ran).containsExactly("first", "third");
    assertThat(reported).singleElement().extracting(Throwable::getMessage).isEqualTo("on purpose");
    promise.complete(new Reserved("", 0));
    one.eventually("given back", () -> one.counts("stock.reserve").inFlight() == 0);
  }

  @Test
  void an_action_for_cancellation_does_not_run_when_the_call_is_answered() {
    one.serve(on -> on.request(RESERVE, (reserve, call) -> {
      call.onCancel(() -> children.add(Future.failedFuture("ran")));
      calls.add(call);
      return Future.succeededFuture(new Reserved("", 0));
    }));
    resultOf(one.bus().request(RESERVE, reserve(1), SOON));
    resultOf(one.vertx().timer(2 * SHORT.toMillis(), TimeUnit.MILLISECONDS));
    assertThat(children).isEmpty();
    assertThat(next(calls).isCancelled()).isFalse();
  }

  @Test
  void a_blocking_handler_that_waits_for_a_thread_does_not_start_for_nobody() {
    CountDownLatch release = new CountDownLatch(1);
    one.serve(on -> on.blocking(RESERVE, (reserve, call) -> {
      calls.add(call);
      release.await();
      return new Reserved("", 0);
    }));
    List<Future<Reserved>> answers = Stream.generate(
            () -> one.bus().request(RESERVE, reserve(1), SOON))
        .limit(30)
        .toList();
    answers.forEach(
        answer -> assertThat(failureOf(answer).code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED));
    one.eventually("all cancelled", () -> one.counts("stock.reserve").expired() == 30);
    release.countDown();
    one.eventually("all over", () -> one.counts("stock.reserve").inFlight() == 0);
    assertThat(calls).as("as many as there are threads").hasSize(20);
  }

  // --- lost calls

  @Test
  void a_call_that_runs_on_is_lost_keeps_its_permit_and_is_found_when_it_answers() {
    Promise<Reserved> promise = Promise.promise();
    one.serve(on -> on.request(RESERVE, reserve -> promise.future()).limitedTo(Limit.fixed(2)));
    failureOf(one.bus().request(RESERVE, reserve(1), SOON));
    one.eventually("lost", () -> one.counts("stock.reserve").lost() == 1);
    assertThat(one.counts("stock.reserve").inFlight()).isEqualTo(1);
    assertThat(one.logged(Level.WARNING))
        .singleElement()
        .asString()
        .contains("stock.reserve", "1 of 2 permits");

    promise.complete(new Reserved("", 0));
    one.eventually("given back", () -> one.counts("stock.reserve").inFlight() == 0);
    assertThat(one.counts("stock.reserve").replied()).isEqualTo(1);
    assertThat(resultOf(one.bus().request(RESERVE, reserve(1), SOON))).isNotNull();
  }

  @Test
  void an_instance_leaves_when_more_than_half_of_its_permits_are_lost() {
    one.leavesCallsBehind();
    one.serve(on -> on.request(RESERVE, reserve -> Promise.<Reserved>promise().future())
        .limitedTo(Limit.fixed(4)));
    for (int i = 0; i < 3; i++) {
      assertThat(failureOf(one.bus().request(RESERVE, reserve(i), SOON)).code())
          .isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
    }
    one.eventually("lost", () -> one.counts("stock.reserve").lost() == 3);
    ErrorCode code = ErrorCode.DEADLINE_EXCEEDED;
    for (int i = 0; i < 40 && code == ErrorCode.DEADLINE_EXCEEDED; i++) {
      code = failureOf(one.bus().request(RESERVE, reserve(i), SOON)).code();
    }
    assertThat(code).as("the instance has left").isEqualTo(ErrorCode.NOT_SERVED);
    assertThat(one.counts("stock.reserve").inFlight())
        .as("still counted")
        .isGreaterThanOrEqualTo(3);
  }

  @Test
  void undeploying_does_not_wait_for_lost_calls() {
    one.leavesCallsBehind();
    String deployment = one.serve(
        on -> on.request(RESERVE, reserve -> Promise.<Reserved>promise().future()));
    failureOf(one.bus().request(RESERVE, reserve(1), SOON));
    one.eventually("lost", () -> one.counts("stock.reserve").lost() == 1);
    one.undeploy(deployment);
    assertThat(one.counts("stock.reserve").lost()).isEqualTo(1);
  }

  // --- lineage

  @Test
  void the_lineage_of_a_message_travels_with_it() {
    one.serve(on -> {
      on.request(RESERVE, (reserve, call) -> {
        calls.add(call);
        return call.request(CHARGE, charge(1)).map(charged -> new Reserved("", 0));
      });
      on.request(CHARGE, (charge, call) -> {
        calls.add(call);
        return Future.succeededFuture(new Charged(""));
      });
    });
    resultOf(one.bus()
        .request(
            RESERVE.idempotentBy(reserve -> "key-" + reserve.order()),
            reserve(1),
            CallOptions.defaults().withMessageId("chosen").withAttempt(3)));
    assertThat(next(calls).metadata())
        .isEqualTo(new CallMetadata(
            "stock.reserve",
            "chosen",
            "chosen",
            null,
            "key-order-1",
            3,
            "here",
            Criticality.CRITICAL));
    CallMetadata child = next(calls).metadata();
    assertThat(child.correlationId()).isEqualTo("chosen");
    assertThat(child.causationId()).isEqualTo("chosen");
    assertThat(child.messageId()).matches("[0-9a-f]{32}").isNotEqualTo("chosen");
    assertThat(child.attempt()).isEqualTo(1);
    assertThat(child.idempotencyKey()).isNull();
  }

  @Test
  void message_ids_differ() {
    one.serve(on -> on.request(RESERVE, (reserve, call) -> {
      calls.add(call);
      return Future.succeededFuture(new Reserved("", 0));
    }));
    List<Future<Reserved>> answers = Stream.generate(() -> one.bus().request(RESERVE, reserve(1)))
        .limit(1000)
        .toList();
    resultOf(Future.all(answers));
    assertThat(calls.stream().map(call -> call.metadata().messageId()).distinct())
        .hasSize(1000);
  }

  // --- declared failures from code that blocks

  @Test
  void a_declared_failure_may_be_thrown() {
    one.serve(on -> on.blocking(RESERVE, (reserve, call) -> {
      throw call.failure(new OutOfStock(reserve.sku()));
    }));
    assertThat(failureOf(one.bus().request(RESERVE, reserve(1))).code())
        .isEqualTo(ErrorCode.DECLARED);
  }

  @Test
  void a_deadline_lies_a_timeout_from_now() {
    Deadline deadline = Deadline.after(Duration.ofHours(1), System.nanoTime());
    assertThat(deadline.isPassed()).isFalse();
    assertThat(deadline.remaining().toMinutes()).isCloseTo(60, within(2L));
    assertThat(causeOf(Future.failedFuture("unused"))).hasMessage("unused");
  }
}
