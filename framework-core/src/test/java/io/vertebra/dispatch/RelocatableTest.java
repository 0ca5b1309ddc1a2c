package io.vertebra.dispatch;

import static io.vertebra.OneNode.failureOf;
import static io.vertebra.OneNode.resultOf;
import static io.vertebra.Shop.CHARGE;
import static io.vertebra.Shop.RESERVE;
import static io.vertebra.Shop.charge;
import static io.vertebra.Shop.reserve;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertebra.NodeOptions;
import io.vertebra.OneNode;
import io.vertebra.Shop.Charged;
import io.vertebra.Shop.Reserve;
import io.vertebra.Shop.Reserved;
import io.vertebra.error.ErrorCode;
import io.vertebra.limit.StallOptions;
import io.vertebra.limit.StallOptions.Reaction;
import io.vertebra.messaging.Call;
import io.vertebra.messaging.CallOptions;
import io.vertebra.messaging.GuardEvent;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class RelocatableTest {
  private static final CallOptions PATIENT =
      CallOptions.defaults().withTimeout(Duration.ofMinutes(5));
  private static final int MOVES = 10_000;

  @RegisterExtension
  final OneNode one = new OneNode(NodeOptions.defaults()
      .withStalls(StallOptions.defaults().withReaction("stock.reserve", Reaction.RELOCATE)));

  private final Queue<ThreadingModel> models = new ConcurrentLinkedQueue<>();

  private static ThreadingModel model() {
    Context context = Vertx.currentContext();
    return context.threadingModel();
  }

  private DispatchOwner served() {
    return Engine.of(one.bus()).route("stock.reserve").localInstances().get(0);
  }

  private long moved(String reason) {
    return one.node().view().guarded(GuardEvent.Kind.RELOCATED, "stock.reserve", reason);
  }

  @Test
  void a_handler_that_stalls_for_long_is_moved_off_its_event_loop() {
    CountDownLatch seen = new CountDownLatch(1);
    one.serve(on -> {
      on.request(RESERVE, (reserve, call) -> {
            models.add(model());
            try {
              seen.await();
            } catch (InterruptedException e) {
              throw new AssertionError(e);
            }
            return call.request(CHARGE, charge(1), PATIENT).map(charged -> {
              models.add(model());
              return new Reserved("", 0);
            });
          })
          .relocatable();
      on.request(CHARGE, charge -> Future.succeededFuture(new Charged(model().name())));
    });
    Future<Reserved> first = one.bus().request(RESERVE, reserve(1), PATIENT);
    one.eventually(
        "its loop has stood still for long",
        () -> one.node().view().guarded(GuardEvent.Kind.UNHEALTHY, "event loops", "loop-stalled")
            > 0);
    seen.countDown();
    resultOf(first);
    one.eventually("it is moved", () -> moved("stalls") == 1);
    resultOf(one.bus().request(RESERVE, reserve(2), PATIENT));

    assertThat(models)
        .containsExactly(
            ThreadingModel.EVENT_LOOP,
            ThreadingModel.EVENT_LOOP,
            ThreadingModel.WORKER,
            ThreadingModel.WORKER);
    assertThat(resultOf(one.bus().request(CHARGE, charge(1), PATIENT)).order())
        .isEqualTo(ThreadingModel.EVENT_LOOP.name());
    served().relocate(false);
    resultOf(one.bus().request(RESERVE, reserve(3), PATIENT));
    assertThat(models).hasSize(6).last().isEqualTo(ThreadingModel.EVENT_LOOP);
    assertThat(moved("no-stalls")).isEqualTo(1);
  }

  private final AtomicBoolean runs = new AtomicBoolean();
  private final AtomicInteger started = new AtomicInteger();
  private final AtomicInteger outOfOrder = new AtomicInteger();
  private final AtomicInteger atOnce = new AtomicInteger();

  private Future<Reserved> count(Reserve reserve, Call call) {
    if (!runs.compareAndSet(false, true)) {
      atOnce.incrementAndGet();
    }
    if (started.incrementAndGet() != reserve.quantity()) {
      outOfOrder.incrementAndGet();
    }
    Reserved reply = new Reserved("", reserve.quantity());
    Future<Reserved> answer = reserve.quantity() % 3 == 0
        ? call.request(CHARGE, charge(1), PATIENT).map(reply)
        : Future.succeededFuture(reply);
    runs.set(false);
    return answer;
  }

  @Test
  void no_call_is_lost_doubled_or_overtaken_while_the_handler_moves_ten_thousand_times() {
    one.serve(on -> {
      on.request(RESERVE, this::count).relocatable();
      on.request(CHARGE, charge -> Future.succeededFuture(new Charged("")));
    });
    DispatchOwner served = served();
    Context caller = one.vertx().getOrCreateContext();
    int sent = 0;
    for (int move = 0; move < MOVES; ) {
      List<Future<Reserved>> answers = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        int number = ++sent;
        answers.add(OneNode.on(caller, () -> one.bus().request(RESERVE, reserve(number), PATIENT)));
        for (int j = 0; j < 4; j++) {
          move++;
          served.relocate(move % 2 == 1);
        }
      }
      resultOf(Future.join(answers));
    }

    assertThat(started).hasValue(sent);
    assertThat(outOfOrder).hasValue(0);
    assertThat(atOnce).hasValue(0);
    assertThat(moved("stalls")).isPositive();
  }

  @Test
  void what_does_not_end_holds_up_nobody() {
    Promise<Reserved> never = Promise.promise();
    one.serve(on -> on.request(
            RESERVE,
            reserve -> reserve.quantity() == 1
                ? never.future()
                : Future.succeededFuture(new Reserved("", 0)))
        .relocatable());
    Future<Reserved> first = one.bus().request(RESERVE, reserve(1), PATIENT);
    one.eventually("it runs", () -> one.counts("stock.reserve").started() == 1);
    served().relocate(true);
    CallOptions brief = CallOptions.defaults().withTimeout(Duration.ofMillis(1));
    assertThat(failureOf(one.bus().request(RESERVE, reserve(2), brief)).code())
        .isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
    resultOf(one.bus().request(RESERVE, reserve(3), PATIENT));

    assertThat(moved("not-drained")).isEqualTo(1);
    assertThat(moved("stalls")).isZero();
    never.complete(new Reserved("", 0));
    resultOf(first);
  }

  @Test
  void what_does_not_run_on_an_event_loop_cannot_be_moved_off_it() {
    assertThatThrownBy(() ->
            one.serve(on -> on.blocking(RESERVE, reserve -> new Reserved("", 0)).relocatable()))
        .hasMessageContaining("leave relocatable() out");
  }
}
