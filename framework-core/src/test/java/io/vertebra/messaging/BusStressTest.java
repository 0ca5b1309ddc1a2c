package io.vertebra.messaging;

import static io.vertebra.OneNode.resultOf;
import static io.vertebra.Shop.PICK;
import static io.vertebra.Shop.RESERVE;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.NodeOptions;
import io.vertebra.OneNode;
import io.vertebra.Services;
import io.vertebra.Shop.OutOfStock;
import io.vertebra.Shop.Reserve;
import io.vertebra.Shop.Reserved;
import io.vertebra.contract.Request;
import io.vertebra.error.ErrorCode;
import io.vertebra.error.VertebraException;
import io.vertebra.limit.Limit;
import io.vertebra.observe.ContractCounts;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.logging.Level;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Many callers on all loops and on threads of their own, handlers that answer in every way there is,
 * deadlines and cancellations at every moment, verticles that come and go: no call may be lost, run
 * twice, or claim not to have run when it did; and in the end no permit may be missing.
 */
class BusStressTest {
  private static final int CALLERS = 8;
  private static final int CALLS = 1_500;
  private static final int AT_ONCE = 24;

  @RegisterExtension
  final OneNode one = new OneNode(NodeOptions.defaults()
      .withDrainTimeout(Duration.ofSeconds(20))
      .withLostAfter(Duration.ofMillis(20)));

  private final AtomicIntegerArray starts = new AtomicIntegerArray(CALLERS * CALLS);
  private final AtomicInteger ended = new AtomicInteger();
  private final Queue<String> wrong = new ConcurrentLinkedQueue<>();
  private final Queue<Integer> promisedNotToRun = new ConcurrentLinkedQueue<>();
  private final Queue<Integer> saidToHaveRun = new ConcurrentLinkedQueue<>();
  private final Map<ErrorCode, LongAdder> outcomes = new ConcurrentHashMap<>();
  private final Map<String, AtomicInteger> running = new ConcurrentHashMap<>();

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void every_call_ends_once_and_every_permit_comes_back(long seed) {
    one.serve(this::services, 3);
    List<Future<Void>> callers = new ArrayList<>();
    for (int i = 0; i < CALLERS; i++) {
      Caller caller = new Caller(seed, i);
      callers.add(caller.done.future());
      caller.start();
    }
    Random random = new Random(seed);
    while (callers.stream().anyMatch(each -> !each.isComplete())) {
      String passing = one.serve(this::services, 1 + random.nextInt(2));
      resultOf(one.vertx().timer(1 + random.nextInt(20)));
      one.undeploy(passing);
    }
    resultOf(Future.all(callers));

    assertThat(wrong).as("seed %d", seed).isEmpty();
    assertThat(ended).hasValue(CALLERS * CALLS);
    one.eventually(
        "permits given back, seed " + seed,
        () -> one.node().view().contracts().stream()
            .allMatch(each -> each.inFlight() == 0 && each.waiting() == 0));
    long started = one.node().view().contracts().stream()
        .mapToLong(ContractCounts::started)
        .sum();
    assertThat(promisedNotToRun)
        .as("have not run, seed %d", seed)
        .allMatch(id -> starts.get(id) == 0);
    assertThat(saidToHaveRun).as("have run, seed %d", seed).allMatch(id -> starts.get(id) == 1);
    long handled = 0;
    for (int i = 0; i < starts.length(); i++) {
      handled += starts.get(i);
    }
    assertThat(started).as("counted, seed %d", seed).isEqualTo(handled);
    assertThat(one.logged(Level.SEVERE)).isEmpty();
    assertThat(outcomes.keySet())
        .as("the test is about all of these, %s", outcomes)
        .contains(
            ErrorCode.DEADLINE_EXCEEDED,
            ErrorCode.CANCELLED,
            ErrorCode.OVERLOADED,
            ErrorCode.HANDLER_FAILED,
            ErrorCode.DECLARED);
  }

  private void services(Services on) {
    Limit limit = Limit.fixed(12).withQueue(24, Duration.ofMillis(15));
    on.request(RESERVE, this::handle).limitedTo(limit);
    on.request(PICK, this::handleAlone).limitedTo(limit);
  }

  private Future<Reserved> handleAlone(Reserve reserve, Call call) {
    AtomicInteger ofKey = running.computeIfAbsent(
        reserve.sku() + System.identityHashCode(unwrapped()), key -> new AtomicInteger());
    if (ofKey.incrementAndGet() > 1) {
      wrong.add("two of one key at once on one instance: " + reserve);
    }
    return handle(reserve, call).onComplete(done -> ofKey.decrementAndGet());
  }

  private static Context unwrapped() {
    return ContextInternal.current().unwrap();
  }

  private Future<Reserved> handle(Reserve reserve, Call call) {
    int id = Integer.parseInt(reserve.order());
    if (starts.incrementAndGet(id) > 1) {
      wrong.add("started twice: " + reserve);
    }
    Reserved reply = new Reserved(reserve.order(), 0);
    Promise<Reserved> promise = Promise.promise();
    switch (reserve.quantity()) {
      case 0 -> {
        return call.fail(new OutOfStock(""));
      }
      case 1 -> one.vertx().setTimer(1, fired -> promise.complete(reply));
      case 2 -> one.vertx().setTimer(25, fired -> promise.complete(reply));
      case 3 -> one.vertx().setTimer(60, fired -> promise.fail("failed"));
      case 4 -> one.vertx().runOnContext(next -> promise.complete());
      case 5 -> call.onCancel(() -> promise.fail("gave up"));
      case 6 -> one.vertx().executeBlocking(() -> reply, false).onComplete(promise);
      default -> {
        return Future.succeededFuture(reply);
      }
    }
    return promise.future();
  }

  /** Makes its calls a few at a time, each with its own deadline and maybe cancelled. */
  private final class Caller {
    private final Promise<Void> done = Promise.promise();
    private final Random random;
    private final int number;
    private final Context context;
    private int next;
    private int open;

    Caller(long seed, int number) {
      this.random = new Random(seed * 31 + number);
      this.number = number;
      this.context = number % 4 == 3
          ? ((VertxInternal) one.vertx()).createWorkerContext()
          : ((VertxInternal) one.vertx()).createEventLoopContext();
    }

    void start() {
      context.runOnContext(none -> fill());
    }

    private void fill() {
      while (open < AT_ONCE && next < CALLS) {
        open++;
        call(number * CALLS + next++);
      }
      if (open == 0) {
        done.tryComplete();
      }
    }

    private void call(int id) {
      int behaviour = random.nextInt(24);
      Reserve message = new Reserve("" + id, "sku-" + random.nextInt(6), behaviour);
      Request<Reserve, Reserved> contract = random.nextInt(3) == 0 ? PICK : RESERVE;
      // What never answers by itself ends soon; some deadlines pass before the call can start.
      int timeout = random.nextInt(4) == 0 ? 1 : behaviour == 5 ? 20 : 2 + random.nextInt(4_000);
      CallOptions options = CallOptions.defaults().withTimeout(Duration.ofMillis(timeout));
      if (random.nextInt(5) == 0) {
        Cancellation cancellation = Cancellation.create();
        options = options.withCancellation(cancellation);
        cancelSometime(cancellation);
      }
      one.bus().request(contract, message, options).onComplete((reply, failure) -> {
        check(id, reply, failure);
        open--;
        fill();
      });
    }

    private void cancelSometime(Cancellation cancellation) {
      int when = random.nextInt(4);
      if (when == 0) {
        cancellation.cancel();
      } else if (when == 1) {
        one.vertx().runOnContext(soon -> cancellation.cancel());
      } else {
        one.vertx().setTimer(1 + random.nextInt(30), later -> cancellation.cancel());
      }
    }

    private void check(int id, Reserved reply, Throwable failure) {
      ended.incrementAndGet();
      boolean started = starts.get(id) > 0;
      if (failure == null) {
        if (!started || !reply.order().equals("" + id)) {
          wrong.add("the reply of another call: " + id + " got " + reply);
        }
      } else if (failure instanceof VertebraException known) {
        outcomes.computeIfAbsent(known.code(), code -> new LongAdder()).increment();
        if (!known.mayHaveRun()) {
          promisedNotToRun.add(id);
        }
        if (known.mayHaveRun()) {
          saidToHaveRun.add(id); // it may be just about to
        }
      } else {
        wrong.add("an unknown failure: " + failure);
      }
    }
  }
}
