package io.vertebra;

import static io.vertebra.OneNode.failureOf;
import static io.vertebra.OneNode.resultOf;
import static io.vertebra.Shop.PICK;
import static io.vertebra.Shop.RESERVE;
import static io.vertebra.Shop.reserve;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoop;
import io.vertebra.Shop.Reserve;
import io.vertebra.Shop.Reserved;
import io.vertebra.error.ErrorCode;
import io.vertebra.error.OverloadedException;
import io.vertebra.error.VertebraException;
import io.vertebra.limit.Limit;
import io.vertebra.messaging.CallOptions;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How much of a contract runs at once, and what becomes of the rest. */
class ServingTest {
  private static final CallOptions SOON =
      CallOptions.defaults().withTimeout(Duration.ofMillis(400));
  private static final CallOptions LATE = CallOptions.defaults().withTimeout(Duration.ofMinutes(5));

  @RegisterExtension
  final OneNode one = new OneNode();

  /** Handlers that wait for the test, in the order in which they started. */
  private final Queue<Held> held = new ConcurrentLinkedQueue<>();

  private record Held(Reserve message, Promise<Reserved> answer) {}

  private Function<Reserve, Future<Reserved>> hold() {
    return reserve -> {
      Held call = new Held(reserve, Promise.promise());
      held.add(call);
      return call.answer.future();
    };
  }

  private void release() {
    Held oldest = held.poll();
    assertThat(oldest).isNotNull();
    oldest.answer.complete(new Reserved(oldest.message.order(), 0));
  }

  private Future<Reserved> call(int number, CallOptions options) {
    return one.bus().request(RESERVE, reserve(number), options);
  }

  private void eventuallyHeld(int calls) {
    one.eventually(calls + " calls held", () -> held.size() == calls);
  }

  private void eventuallyWaiting(int calls) {
    one.eventually(calls + " calls wait", () -> one.counts("stock.reserve").waiting() == calls);
  }

  // --- limits and queues

  @Test
  void what_exceeds_limit_and_queue_is_rejected_at_once() {
    one.serve(on ->
        on.request(RESERVE, hold()).limitedTo(Limit.fixed(1).withQueue(2, Duration.ofSeconds(60))));
    List<Future<Reserved>> answers = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      answers.add(call(i, LATE));
    }
    eventuallyWaiting(2);

    VertebraException failure = failureOf(call(3, LATE));
    assertThat(failure.code()).isEqualTo(ErrorCode.OVERLOADED);
    assertThat(failure.mayHaveRun()).isFalse();
    assertThat(failure.isRetryable()).isTrue();
    assertThat(((OverloadedException) failure).retryAfter()).isEqualTo(Duration.ofSeconds(60));
    assertThat(failure).hasMessageContaining("1 calls in flight and 2 waiting");
    assertThat(one.counts("stock.reserve").rejected()).isEqualTo(1);
    assertThat(one.counts("stock.reserve").inFlight()).isEqualTo(1);

    for (int i = 0; i < 3; i++) {
      eventuallyHeld(1);
      release();
      assertThat(resultOf(answers.get(i)).order()).as("oldest first").isEqualTo("order-" + i);
    }
  }

  @Test
  void what_waits_too_long_is_rejected() {
    one.serve(on ->
        on.request(RESERVE, hold()).limitedTo(Limit.fixed(1).withQueue(1, Duration.ofMillis(50))));
    Future<Reserved> first = call(0, LATE);
    eventuallyHeld(1);
    VertebraException failure = failureOf(call(1, LATE));
    assertThat(failure.code()).isEqualTo(ErrorCode.OVERLOADED);
    assertThat(failure.mayHaveRun()).isFalse();
    assertThat(failure).hasMessageContaining("waited");
    assertThat(((OverloadedException) failure).retryAfter())
        .isGreaterThanOrEqualTo(Duration.ofMillis(50));
    eventuallyWaiting(0);
    release();
    resultOf(first);
    assertThat(held).as("the rejected call never started").isEmpty();
  }

  @Test
  void without_a_queue_nothing_waits() {
    one.serve(
        on -> on.request(RESERVE, hold()).limitedTo(Limit.fixed(1).withQueue(0, Duration.ZERO)));
    Future<Reserved> first = call(0, LATE);
    eventuallyHeld(1);
    assertThat(failureOf(call(1, LATE)).code()).isEqualTo(ErrorCode.OVERLOADED);
    release();
    resultOf(first);
    Future<Reserved> second = call(2, LATE);
    eventuallyHeld(1);
    release();
    resultOf(second);
  }

  @Test
  void a_deadline_that_passes_in_the_queue_leaves_nothing_behind() {
    one.serve(on -> on.request(RESERVE, hold())
        .limitedTo(Limit.fixed(1).withQueue(10, Duration.ofSeconds(60))));
    Future<Reserved> first = call(0, LATE);
    eventuallyHeld(1);
    VertebraException failure = failureOf(call(1, SOON));
    assertThat(failure.code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
    assertThat(failure.mayHaveRun()).as("it only waited").isFalse();
    assertThat(failure).hasMessageContaining("did not run");
    eventuallyWaiting(0);
    release();
    resultOf(first);
    assertThat(held).isEmpty();
    assertThat(one.counts("stock.reserve").expired()).isEqualTo(1);
    assertThat(one.counts("stock.reserve").started()).isEqualTo(1);
  }

  @Test
  void a_message_behind_a_blocked_event_loop_expires_unrun() {
    Promise<EventLoop> blocked = Promise.promise();
    Promise<Void> unblock = Promise.promise();
    one.serve(on -> {
      on.request(RESERVE, hold());
      on.request(Shop.CHARGE, charge -> {
        blocked.complete(ContextInternal.current().nettyEventLoop());
        // A handler that does what it must not.
        while (!unblock.future().isComplete()) {
          Thread.onSpinWait();
        }
        return Future.succeededFuture(new Shop.Charged(""));
      });
    });
    Future<Shop.Charged> blocking =
        OneNode.onOwnThread(() -> one.bus().request(Shop.CHARGE, Shop.charge(1), LATE));
    EventLoop verticles = resultOf(blocked.future());
    // The caller's loop must be another one than the verticle's.
    ContextInternal caller = ((VertxInternal) one.vertx()).createEventLoopContext();
    while (caller.nettyEventLoop() == verticles) {
      caller = ((VertxInternal) one.vertx()).createEventLoopContext();
    }
    Promise<Reserved> answer = Promise.promise();
    caller.runOnContext(none -> call(1, SOON).onComplete(answer));
    VertebraException failure = failureOf(answer.future());
    assertThat(failure.code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
    assertThat(failure.mayHaveRun()).isFalse();
    unblock.complete();
    resultOf(blocking);
    assertThat(held).isEmpty();
  }

  @Test
  void an_instance_with_room_is_found() {
    for (int limit : List.of(1, 1, 3)) {
      one.serve(on -> on.request(RESERVE, hold()).limitedTo(Limit.fixed(limit)));
    }
    List<Future<Reserved>> answers = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      answers.add(call(i, LATE));
      eventuallyHeld(i + 1);
    }
    assertThat(one.counts("stock.reserve").waiting()).isZero();
    while (!held.isEmpty()) {
      release();
    }
    resultOf(Future.all(answers));
  }

  @Test
  void a_full_queue_of_one_instance_does_not_concern_another() {
    Map<String, String> owners = new HashMap<>();
    for (String name : List.of("first", "second")) {
      one.serve(on -> on.request(
              PICK,
              reserve -> reserve.quantity() == 0
                  ? Future.succeededFuture(new Reserved(name, 0))
                  : hold().apply(reserve))
          .limitedTo(Limit.fixed(1).withQueue(1, Duration.ofSeconds(60))));
    }
    for (int i = 0; owners.size() < 2; i++) {
      String sku = "sku-" + i;
      owners.put(resultOf(one.bus().request(PICK, new Reserve("", sku, 0))).order(), sku);
    }
    Reserve hot = new Reserve("hot", owners.get("first"), 1);
    Reserve cold = new Reserve("cold", owners.get("second"), 0);
    List<Future<Reserved>> busy =
        List.of(one.bus().request(PICK, hot, LATE), one.bus().request(PICK, hot, LATE));
    one.eventually("one waits", () -> one.counts("stock.pick").waiting() == 1);
    assertThat(failureOf(one.bus().request(PICK, hot, LATE)).code())
        .isEqualTo(ErrorCode.OVERLOADED);
    assertThat(resultOf(one.bus().request(PICK, cold, LATE)).order()).isEqualTo("second");
    eventuallyHeld(1);
    release();
    eventuallyHeld(1);
    release();
    resultOf(Future.all(busy));
  }

  @Test
  void a_call_that_waits_is_not_overtaken_by_a_later_one() {
    List<Integer> order = new ArrayList<>();
    one.serve(on -> on.request(RESERVE, reserve -> {
          order.add(reserve.quantity());
          Promise<Reserved> promise = Promise.promise();
          one.vertx().runOnContext(next -> promise.complete(new Reserved("", 0)));
          return promise.future();
        })
        .limitedTo(Limit.fixed(3).withQueue(100_000, Duration.ofSeconds(60)).withoutShedding()));
    // Permits come back all the time while more calls are made, from another loop.
    Context context = ((VertxInternal) one.vertx()).createEventLoopContext();
    Promise<Void> all = Promise.promise();
    context.runOnContext(none -> {
      List<Future<Reserved>> answers = new ArrayList<>();
      for (int i = 0; i < 20_000; i++) {
        answers.add(call(i, LATE));
      }
      Future.all(answers).<Void>mapEmpty().onComplete(all);
    });
    resultOf(all.future());
    assertThat(order).hasSize(20_000).isSorted();
  }

  // --- keys

  @Test
  void messages_of_one_key_run_one_after_another_and_of_others_side_by_side() {
    long seed = 42;
    Random random = new Random(seed);
    Map<String, AtomicInteger> running = new ConcurrentHashMap<>();
    AtomicInteger together = new AtomicInteger();
    AtomicInteger mostTogether = new AtomicInteger();
    Map<String, List<Integer>> order = new ConcurrentHashMap<>();
    Queue<String> overlaps = new ConcurrentLinkedQueue<>();
    one.serve(
        on -> on.request(PICK, reserve -> {
          if (running.computeIfAbsent(reserve.sku(), key -> new AtomicInteger()).incrementAndGet()
              > 1) {
            overlaps.add(reserve.sku());
          }
          mostTogether.accumulateAndGet(together.incrementAndGet(), Math::max);
          order.computeIfAbsent(reserve.sku(), key -> new ArrayList<>()).add(reserve.quantity());
          return one.vertx().timer(1).map(fired -> {
            together.decrementAndGet();
            running.get(reserve.sku()).decrementAndGet();
            return reserve.quantity() % 7 == 0 ? null : new Reserved("", 0);
          });
        }),
        2);
    List<Future<Reserved>> answers = new ArrayList<>();
    for (int i = 1; i <= 600; i++) {
      String sku = "sku-" + random.nextInt(8);
      answers.add(one.bus().request(PICK, new Reserve("", sku, i), LATE));
    }
    resultOf(Future.join(answers).otherwiseEmpty());
    assertThat(overlaps).as("seed %d", seed).isEmpty();
    assertThat(mostTogether.get()).isBetween(2, 8);
    order.values().forEach(numbers -> assertThat(numbers).isSorted());
    assertThat(order.values().stream().mapToInt(List::size).sum()).isEqualTo(600);
  }

  @Test
  void a_call_that_gives_up_in_the_line_of_its_key_gives_its_permit_back() {
    one.serve(on -> on.request(PICK, hold()).limitedTo(Limit.fixed(4).withQueue(0, Duration.ZERO)));
    Reserve message = new Reserve("first", "chair", 1);
    Future<Reserved> first = one.bus().request(PICK, message, LATE);
    eventuallyHeld(1);
    List<Future<Reserved>> behind = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      behind.add(one.bus().request(PICK, message, SOON));
    }
    for (Future<Reserved> answer : behind) {
      VertebraException failure = failureOf(answer);
      assertThat(failure.code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
      assertThat(failure.mayHaveRun()).isFalse();
    }
    one.eventually("permits are back", () -> one.counts("stock.pick").inFlight() == 1);

    Future<Reserved> last = one.bus().request(PICK, new Reserve("last", "chair", 1), LATE);
    one.eventually("in line", () -> one.counts("stock.pick").inFlight() == 2);
    release();
    resultOf(first);
    eventuallyHeld(1);
    assertThat(held.peek().message().order()).isEqualTo("last");
    release();
    resultOf(last);
  }

  // --- coming and going

  @Test
  void undeploying_one_of_two_instances_loses_no_call() {
    AtomicInteger handled = new AtomicInteger();
    Function<Reserve, Future<Reserved>> handler = reserve -> {
      handled.incrementAndGet();
      return one.vertx().timer(1).map(new Reserved("", 0));
    };
    one.serve(on -> on.request(RESERVE, handler));
    List<Future<Reserved>> answers = new ArrayList<>();
    for (int round = 0; round < 30; round++) {
      String second = one.serve(on -> on.request(RESERVE, handler));
      for (int i = 0; i < 100; i++) {
        answers.add(call(i, LATE));
      }
      Future<Void> undeployed = one.vertx().undeploy(second);
      for (int i = 0; i < 100; i++) {
        answers.add(call(i, LATE));
      }
      resultOf(undeployed);
    }
    resultOf(Future.all(answers));
    assertThat(handled.get()).isEqualTo(answers.size());
    assertThat(one.counts("stock.reserve").replied()).isEqualTo(answers.size());
  }

  @Test
  void undeploying_lets_running_calls_end_and_turns_away_what_waits() {
    OneNode patient = one;
    String deployment = patient.serve(on ->
        on.request(RESERVE, hold()).limitedTo(Limit.fixed(1).withQueue(5, Duration.ofSeconds(60))));
    Future<Reserved> first = call(0, LATE);
    eventuallyHeld(1);
    Future<Reserved> second = call(1, LATE);
    eventuallyWaiting(1);
    Future<Void> undeployed = one.vertx().undeploy(deployment);
    VertebraException failure = failureOf(second);
    assertThat(failure.code()).as("nobody else serves it").isEqualTo(ErrorCode.NOT_SERVED);
    assertThat(failure.mayHaveRun()).isFalse();
    assertThat(one.counts("stock.reserve").inFlight()).as("still counted").isEqualTo(1);
    release();
    resultOf(first);
    resultOf(undeployed);
    assertThat(one.counts("stock.reserve").replied()).isEqualTo(1);
  }

  @Test
  void undeploying_waits_for_running_calls_no_longer_than_the_drain_timeout() {
    one.leavesCallsBehind();
    String deployment = one.serve(on -> on.request(RESERVE, hold()));
    Future<Reserved> answer = call(0, LATE);
    eventuallyHeld(1);
    one.undeploy(deployment);
    assertThat(answer.isComplete()).isFalse();
    release();
    assertThat(resultOf(answer).order()).as("it may still answer").isEqualTo("order-0");
  }
}
