package io.vertebra.limit;

import static io.vertebra.OneNode.causeOf;
import static io.vertebra.OneNode.failureOf;
import static io.vertebra.OneNode.resultOf;
import static io.vertebra.Shop.CHARGE;
import static io.vertebra.Shop.RESERVE;
import static io.vertebra.Shop.charge;
import static io.vertebra.Shop.reserve;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.vertebra.NodeOptions;
import io.vertebra.OneNode;
import io.vertebra.Shop.Charged;
import io.vertebra.Shop.Reserved;
import io.vertebra.dispatch.Engine;
import io.vertebra.error.CallException;
import io.vertebra.error.ErrorCode;
import io.vertebra.messaging.Call;
import io.vertebra.messaging.CallOptions;
import io.vertebra.messaging.Cancellation;
import io.vertebra.messaging.GuardEvent;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class CpuPoolTest {
  private static final CallOptions LATE = CallOptions.defaults().withTimeout(Duration.ofMinutes(5));

  @RegisterExtension
  final OneNode one = new OneNode(NodeOptions.defaults()
      .withDrainTimeout(Duration.ofMillis(200))
      .withCpu(CpuOptions.defaults().withThreads(1).withQueue(3)));

  private final CountDownLatch open = new CountDownLatch(1);
  private final Queue<Integer> order = new ConcurrentLinkedQueue<>();

  private Reserved compute(io.vertebra.Shop.Reserve reserve, Call call)
      throws InterruptedException {
    order.add(reserve.quantity());
    if (reserve.quantity() == 0) {
      open.await();
    }
    return new Reserved(Thread.currentThread().getName(), reserve.quantity());
  }

  private Future<Reserved> call(int number, CallOptions options) {
    return one.bus().request(RESERVE, reserve(number), options);
  }

  private Future<Reserved> occupy() {
    Future<Reserved> running = call(0, LATE);
    one.eventually("the thread is busy", () -> order.size() == 1);
    return running;
  }

  private void eventuallyQueued(int pieces) {
    one.eventually(pieces + " wait", () -> one.node().cpu().queued() == pieces);
  }

  @Test
  void handlers_run_on_threads_of_the_pool() {
    one.serve(on -> on.cpuBound(RESERVE, this::compute));

    assertThat(resultOf(call(1, LATE)).order()).startsWith("vertebra-cpu-");
  }

  @Test
  void calls_of_a_handler_are_children_of_its_call() {
    AtomicReference<Future<Charged>> child = new AtomicReference<>();
    Queue<String> correlations = new ConcurrentLinkedQueue<>();
    one.serve(on -> {
      on.cpuBound(RESERVE, (reserve, call) -> {
        correlations.add(call.metadata().correlationId());
        child.set(one.bus().request(CHARGE, charge(1)));
        return new Reserved("", 0);
      });
      on.request(CHARGE, (charge, call) -> {
        correlations.add(call.metadata().correlationId());
        return Future.succeededFuture(new Charged(""));
      });
    });
    resultOf(call(1, LATE));
    resultOf(child.get());

    assertThat(correlations).hasSize(2);
    assertThat(Set.copyOf(correlations)).hasSize(1);
  }

  @Test
  void what_a_handler_throws_and_declares_arrives_typed() {
    one.serve(on -> on.cpuBound(RESERVE, (reserve, call) -> {
      if (reserve.quantity() == 1) {
        throw call.failure(new io.vertebra.Shop.OutOfStock("chair"));
      }
      throw new IllegalStateException("on purpose");
    }));

    assertThat(failureOf(call(1, LATE)).code()).isEqualTo(ErrorCode.DECLARED);
    assertThat(failureOf(call(2, LATE)).code()).isEqualTo(ErrorCode.HANDLER_FAILED);
  }

  @Test
  void too_much_work_is_refused_and_has_not_run() {
    one.serve(on -> on.cpuBound(RESERVE, this::compute));
    Future<Reserved> running = occupy();
    List<Future<Reserved>> waiting = new ArrayList<>();
    for (int i = 1; i <= 3; i++) {
      waiting.add(call(i, LATE));
    }
    eventuallyQueued(3);
    var refused = failureOf(call(9, LATE));

    assertThat(refused.code()).isEqualTo(ErrorCode.OVERLOADED);
    assertThat(refused.mayHaveRun()).isFalse();
    assertThat(one.counts("stock.reserve").rejected()).isEqualTo(1);
    assertThat(one.node().view().guarded(GuardEvent.Kind.REJECTED, "stock.reserve", "cpu-queue"))
        .isEqualTo(1);
    open.countDown();
    resultOf(Future.all(waiting));
    resultOf(running);
    assertThat(order).containsExactlyInAnyOrder(0, 1, 2, 3);
  }

  @Test
  void who_has_most_waiting_gives_way_to_who_has_less() {
    one.serve(on -> {
      on.cpuBound(RESERVE, this::compute);
      on.cpuBound(CHARGE, charge -> new Charged(""));
    });
    Future<Reserved> running = occupy();
    List<Future<Reserved>> waiting = new ArrayList<>();
    for (int i = 1; i <= 3; i++) {
      waiting.add(call(i, LATE));
      eventuallyQueued(i);
    }
    Future<Charged> other = one.bus().request(CHARGE, charge(1), LATE);
    var pushedOut = failureOf(waiting.remove(2));

    assertThat(pushedOut.code()).isEqualTo(ErrorCode.OVERLOADED);
    assertThat(pushedOut.mayHaveRun()).isFalse();
    assertThat(
            one.node().view().guarded(GuardEvent.Kind.REJECTED, "stock.reserve", "cpu-pushed-out"))
        .isEqualTo(1);
    assertThat(one.node().cpu().queued()).isEqualTo(3);
    open.countDown();
    resultOf(Future.all(waiting));
    resultOf(running);
    resultOf(other);
    assertThat(order).containsExactly(0, 1, 2);
  }

  @Test
  void work_of_no_contract_that_is_refused_is_counted_too() {
    one.serve(on -> on.cpuBound(RESERVE, this::compute));
    Future<Reserved> running = occupy();
    List<Future<Integer>> waiting = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      waiting.add(one.node().cpu().run(() -> 1));
    }
    assertThat(failureOf(waiting.remove(3)).code()).isEqualTo(ErrorCode.OVERLOADED);
    assertThat(one.node().view().guarded(GuardEvent.Kind.REJECTED, "no contract", "cpu-queue"))
        .isEqualTo(1);
    open.countDown();
    resultOf(running);
    resultOf(Future.all(waiting));
  }

  @Test
  void the_core_of_event_loops_is_used_while_they_hardly_need_it() {
    CpuPool pool = new CpuPool(
        (VertxInternal) one.vertx(),
        "spare",
        CpuOptions.defaults().withThreads(1).withSpareCore(true),
        Engine.of(one.bus()).guard());
    AtomicInteger begun = new AtomicInteger();
    List<Future<Boolean>> work = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      work.add(pool.run(() -> {
        begun.incrementAndGet();
        return open.await(60, TimeUnit.SECONDS);
      }));
    }
    one.eventually("one runs", () -> begun.get() == 1);
    assertThat(pool.threads()).isEqualTo(1);
    long now = System.nanoTime();
    for (int i = 0; i <= 100; i++) {
      pool.loopCameRound(50_000, now + i * 20_000_000L);
    }
    assertThat(pool.threads()).isEqualTo(2);
    one.eventually("both run", () -> begun.get() == 2);
    pool.loopCameRound(6_000_000, now);
    assertThat(pool.threads()).isEqualTo(1);
    open.countDown();
    work.forEach(each -> assertThat(resultOf(each)).isTrue());
    pool.close();
  }

  @Test
  void work_whose_caller_gave_up_before_it_began_does_not_run_and_makes_room() {
    one.serve(on -> on.cpuBound(RESERVE, this::compute));
    Future<Reserved> running = occupy();
    Cancellation cancellation = Cancellation.create();
    Future<Reserved> unwanted = call(1, LATE.withCancellation(cancellation));
    Future<Reserved> wanted = call(2, LATE);
    eventuallyQueued(2);
    cancellation.cancel();

    assertThat(failureOf(unwanted).code()).isEqualTo(ErrorCode.CANCELLED);
    eventuallyQueued(1);
    one.eventually("its permit is back", () -> one.counts("stock.reserve").inFlight() == 2);
    open.countDown();
    resultOf(running);
    resultOf(wanted);
    assertThat(order).containsExactly(0, 2);
  }

  @Test
  void a_loop_ends_at_its_checkpoint_once_nobody_waits() {
    AtomicReference<Throwable> ended = new AtomicReference<>();
    CountDownLatch begun = new CountDownLatch(1);
    one.serve(on -> on.cpuBound(RESERVE, (reserve, call) -> {
      begun.countDown();
      try {
        while (true) {
          call.checkpoint();
          Thread.onSpinWait();
        }
      } catch (CallException over) {
        ended.set(over);
        throw over;
      }
    }));
    Cancellation cancellation = Cancellation.create();
    Future<Reserved> unwanted = call(1, LATE.withCancellation(cancellation));
    one.eventually("it runs", () -> begun.getCount() == 0);
    cancellation.cancel();

    assertThat(failureOf(unwanted).code()).isEqualTo(ErrorCode.CANCELLED);
    one.eventually("it ended", () -> ended.get() != null);
    assertThat(((CallException) ended.get()).code()).isEqualTo(ErrorCode.CANCELLED);
  }

  @Test
  void anybody_may_run_work_there_and_hears_on_his_own_context() {
    Context context = ((VertxInternal) one.vertx()).createEventLoopContext();
    AtomicReference<Context> heardOn = new AtomicReference<>();
    Future<String> name = OneNode.on(
        context,
        () -> one.node()
            .cpu()
            .run(() -> Thread.currentThread().getName())
            .onComplete(any -> heardOn.set(one.vertx().getOrCreateContext())));

    assertThat(resultOf(name)).startsWith("vertebra-cpu-");
    one.eventually("it was heard", () -> heardOn.get() != null);
    assertThat(heardOn.get()).isSameAs(context);
    assertThat(causeOf(one.node().cpu().run(() -> {
          throw new IllegalStateException("on purpose");
        })))
        .hasMessage("on purpose");
  }

  @Test
  void no_piece_is_lost_between_many_threads() {
    CpuPool pool = new CpuPool(
        (VertxInternal) one.vertx(),
        "busy",
        CpuOptions.defaults().withThreads(3).withQueue(1_000_000),
        Engine.of(one.bus()).guard());
    // The first pieces load classes; what they take must not count as what a piece takes.
    for (int i = 0; i < 50; i++) {
      resultOf(pool.run(() -> 1));
    }
    AtomicInteger sum = new AtomicInteger();
    Set<String> threads = ConcurrentHashMap.newKeySet();
    List<Future<Integer>> all = new ArrayList<>();
    for (int i = 0; i < 5_000; i++) {
      all.add(pool.run(() -> {
        threads.add(Thread.currentThread().getName());
        return sum.incrementAndGet();
      }));
    }
    resultOf(Future.all(all));

    assertThat(sum.get()).isEqualTo(5_000);
    assertThat(threads).hasSizeBetween(1, 3);
    assertThat(pool.queued()).isZero();
    pool.close();
    assertThat(failureOf(pool.run(() -> 1)).code()).isEqualTo(ErrorCode.CANCELLED);
  }

  @Test
  void options_that_contradict_are_refused_and_json_brings_them_back() {
    CpuOptions options = CpuOptions.defaults();
    assertThatIllegalArgumentException().isThrownBy(() -> options.withThreads(-1));
    assertThatIllegalArgumentException().isThrownBy(() -> options.withQueue(0));
    assertThatIllegalArgumentException().isThrownBy(() -> options.withMaxWait(Duration.ZERO));
    CpuOptions read = CpuOptions.fromJson(new JsonObject(
        options.withThreads(2).withQueue(7).withSpareCore(true).toJson().encode()));
    assertThat(read.isSpareCore()).isTrue();
    assertThat(options.isSpareCore()).isFalse();
    assertThat(read.threads()).isEqualTo(2);
    assertThat(read.queue()).isEqualTo(7);
    assertThat(options.threads()).isPositive();
  }
}
