package io.vertebra.limit;

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
import io.vertebra.dispatch.DispatchOwner;
import io.vertebra.dispatch.Engine;
import io.vertebra.dispatch.GuardLog;
import io.vertebra.messaging.CallOptions;
import io.vertebra.messaging.GuardEvent;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.logging.Level;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class StallMonitorTest {
  private static final CallOptions PATIENT =
      CallOptions.defaults().withTimeout(Duration.ofMinutes(5));

  @RegisterExtension
  final OneNode one = new OneNode(NodeOptions.defaults()
      .withDrainTimeout(Duration.ofMillis(200))
      .withStalls(StallOptions.defaults().withReaction(StallOptions.Reaction.SHED)));

  private final CountDownLatch seen = new CountDownLatch(1);

  /** Serves with a handler that holds its loop up until the monitor has said so. */
  private Future<Reserved> stall(Runnable badHabit) {
    one.serve(on -> {
      on.request(RESERVE, reserve -> {
        badHabit.run();
        return Future.succeededFuture(new Reserved("", 0));
      });
      on.request(CHARGE, charge -> Future.succeededFuture(new Charged("")));
    });
    resultOf(one.bus().request(CHARGE, charge(1), PATIENT));
    return one.bus().request(RESERVE, reserve(1), PATIENT);
  }

  private Stall eventuallyFound(StallCause cause) {
    one.eventually(
        "a stall is found", () -> stalls().stream().anyMatch(stall -> stall.cause() == cause));
    String reason = cause.name().toLowerCase(Locale.ROOT);
    one.eventually(
        "it was told",
        () -> one.node().view().guarded(GuardEvent.Kind.STALLED, "stock.reserve", reason) > 0);
    return stalls().stream().filter(stall -> stall.cause() == cause).findFirst().orElseThrow();
  }

  private List<Stall> stalls() {
    return one.node().stalls().stream()
        .filter(stall -> stall.contract().equals("stock.reserve"))
        .toList();
  }

  private void waitForever() {
    try {
      seen.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void a_handler_that_waits_is_found_and_named() {
    Future<Reserved> call = stall(this::waitForever);
    Stall stall = eventuallyFound(StallCause.BLOCKED);
    eventuallyLogged();
    seen.countDown();
    resultOf(call);

    assertThat(stall.contract()).isEqualTo("stock.reserve");
    assertThat(stall.verticle()).contains("OneNode");
    assertThat(stall.where()).anyMatch(frame -> frame.contains("StallMonitorTest.waitForever"));
  }

  /** Waits until the stall is a tenth of a second old. */
  private void eventuallyLogged() {
    one.eventually(
        "it is logged once it has lasted",
        () -> one.logged(Level.WARNING).stream().anyMatch(line -> line.contains("stock.reserve")));
  }

  /** What is found of code that no contract has, once {@code badHabit} holds up an event loop of the node. */
  private Stall outside(Consumer<Runnable> runOnLoop) {
    one.serve(on -> on.request(CHARGE, charge -> Future.succeededFuture(new Charged(""))));
    Promise<Void> over = Promise.promise();
    ContextInternal context = onAnotherLoop();
    // A loop that has called somebody is one that the node knows.
    OneNode.on(context, () -> one.bus().request(CHARGE, charge(1), PATIENT));
    context.runOnContext(none -> runOnLoop.accept(() -> {
      waitForever();
      over.complete();
    }));
    one.eventually("it is found", () -> waitingOutside() != null);
    Stall found = waitingOutside();
    seen.countDown();
    resultOf(over.future());
    return found;
  }

  /** The thread of the test looks by a timer on the loop that is its own. */
  private ContextInternal onAnotherLoop() {
    VertxInternal vertx = (VertxInternal) one.vertx();
    ContextInternal own = vertx.getOrCreateContext();
    ContextInternal other = vertx.createEventLoopContext();
    while (other.nettyEventLoop() == own.nettyEventLoop()) {
      other = vertx.createEventLoopContext();
    }
    return other;
  }

  private @Nullable Stall waitingOutside() {
    return one.node().stalls().stream()
        .filter(stall -> stall.contract().equals("no contract"))
        .filter(stall -> stall.where().stream().anyMatch(at -> at.contains("waitForever")))
        .findFirst()
        .orElse(null);
  }

  @Test
  void a_timer_that_waits_is_found_though_it_belongs_to_no_contract() {
    Stall stall = outside(badHabit -> one.vertx().setTimer(1, timer -> badHabit.run()));
    assertThat(stall.cause()).isEqualTo(StallCause.BLOCKED);
    assertThat(stall.verticle()).contains("eventloop");
    assertThat(one.node().view().guarded(GuardEvent.Kind.STALLED, "no contract", "blocked"))
        .isPositive();
  }

  @Test
  void a_handler_of_http_that_waits_is_found_though_it_belongs_to_no_contract() {
    HttpClient client = one.vertx().createHttpClient();
    Context own = one.vertx().getOrCreateContext();
    Stall stall = outside(badHabit -> one.vertx()
        .createHttpServer()
        .requestHandler(request -> {
          badHabit.run();
          request.response().end();
        })
        .listen(0, "127.0.0.1")
        .onSuccess(server -> own.runOnContext(none -> client
            .request(HttpMethod.GET, server.actualPort(), "127.0.0.1", "/")
            .onSuccess(HttpClientRequest::send))));
    assertThat(stall.cause()).isEqualTo(StallCause.BLOCKED);
  }

  @Test
  void a_handler_is_not_told_a_second_time_as_code_of_no_contract() {
    Future<Reserved> call = stall(this::waitForever);
    eventuallyFound(StallCause.BLOCKED);
    eventuallyUnhealthy();
    assertThat(waitingOutside()).isNull();
    seen.countDown();
    resultOf(call);
  }

  @Tag("jdk21")
  @Test
  void a_virtual_handler_that_computes_is_found_and_one_that_waits_is_not() {
    AtomicBoolean enough = new AtomicBoolean();
    one.serve(on -> {
      on.virtual(RESERVE, reserve -> {
        while (!enough.get()) {
          Thread.onSpinWait();
        }
        return new Reserved("", 0);
      });
      on.virtual(CHARGE, charge -> {
        seen.await();
        return new Charged("");
      });
    });
    Future<Charged> waits = one.bus().request(CHARGE, charge(1), PATIENT);
    Future<Reserved> computes = one.bus().request(RESERVE, reserve(1), PATIENT);
    Stall stall = eventuallyFound(StallCause.CPU);
    eventuallyLogged();
    enough.set(true);
    resultOf(computes);
    one.eventually("it has ended", () -> stalls().get(0).longestMillis() >= 10);
    seen.countDown();
    resultOf(waits);

    assertThat(stall.where()).anyMatch(frame -> frame.contains("StallMonitorTest"));
    assertThat(one.node().stalls())
        .noneMatch(each -> each.contract().equals(CHARGE.id())
            && each.where().stream().anyMatch(frame -> frame.contains("await")));
  }

  @Test
  void a_loop_that_stands_still_for_long_is_told_and_again_when_it_runs() {
    Future<Reserved> call = stall(this::waitForever);
    one.eventually("the loop is told to stand still", () -> stalledLoops() == 1);
    seen.countDown();
    resultOf(call);
    one.eventually("it runs", () -> stalledLoops() == 0);
    assertThat(unhealthy("loop-stalled")).isPositive();
  }

  /** Loops that stand still now. A machine that is busy may hold up another one for a while, too. */
  private long stalledLoops() {
    return unhealthy("loop-stalled") - unhealthy("loop-runs");
  }

  private long unhealthy(String reason) {
    return one.node().view().guarded(GuardEvent.Kind.UNHEALTHY, "event loops", reason);
  }

  @Test
  void only_contracts_that_are_to_be_shed_are_restricted_and_who_behaves_is_forgotten() {
    StallOptions options =
        StallOptions.defaults().withReaction("bad.habit", StallOptions.Reaction.SHED);
    GuardLog guard = Engine.of(one.bus()).guard();
    StallFindings findings = new StallFindings(options, guard, new StallTable());
    List<Integer> shed = new ArrayList<>();
    List<Integer> warned = new ArrayList<>();
    long second = 1_000_000_000L;
    findings.ended(owner("bad.habit", shed), key("bad.habit"), second);
    findings.ended(owner("other.habit", warned), key("other.habit"), second);
    assertThat(shed).containsExactly(1);
    assertThat(warned).isEmpty();
    for (int i = 0; i < 1_000; i++) {
      findings.ended(owner("bad.habit", new ArrayList<>()), key("bad.habit"), 10_000_000L);
    }
    assertThat(findings.scores()).isEqualTo(1_001);
    findings.forgive(System.nanoTime() + 60 * second);
    assertThat(shed).containsExactly(1, 0);
    assertThat(findings.scores()).isZero();
  }

  @Test
  void a_stall_counts_where_it_is_seen_and_is_told_again_if_its_cause_is_another() {
    GuardLog guard = Engine.of(one.bus()).guard();
    StallTable table = new StallTable();
    StallFindings findings = new StallFindings(StallOptions.defaults(), guard, table);
    Thread.State asleep = Thread.State.TIMED_WAITING;
    DispatchOwner owner = owner("bad.habit", new ArrayList<>());
    StallSample first = StallSample.of(Thread.State.RUNNABLE, at("load"), 1);
    StallSample then = StallSample.of(asleep, at("sleep"), 0);
    StallSample without = StallSample.of(asleep, new StackTraceElement[0], 0);
    Watched.Kind kind = Watched.Kind.ON_LOOP;
    StallTable.Key began = findings.began(kind, owner, first, 10_000_000L);
    StallTable.Key moved = findings.goesOn(kind, owner, began, then, 100_000_000L);
    assertThat(findings.goesOn(kind, owner, moved, then, 200_000_000L)).isEqualTo(moved);
    assertThat(findings.goesOn(kind, owner, moved, without, 400_000_000L)).isEqualTo(moved);

    assertThat(table.all())
        .extracting(Stall::cause)
        .containsExactlyInAnyOrder(StallCause.CPU, StallCause.BLOCKED);
    assertThat(guard.counted(GuardEvent.Kind.STALLED, "bad.habit", "cpu")).isEqualTo(1);
    assertThat(guard.counted(GuardEvent.Kind.STALLED, "bad.habit", "blocked")).isEqualTo(1);
  }

  private static StackTraceElement[] at(String method) {
    return new StackTraceElement[] {new StackTraceElement("shop.Stock", method, "Stock.java", 7)};
  }

  private static StallTable.Key key(String contract) {
    return new StallTable.Key(contract, "v", StallCause.CPU, "");
  }

  private static DispatchOwner owner(String contract, List<Integer> restrictions) {
    return new DispatchOwner() {
      @Override
      public String contractId() {
        return contract;
      }

      @Override
      public String verticle() {
        return "v";
      }

      @Override
      public boolean restrictTo(int calls) {
        restrictions.add(calls);
        return true;
      }
    };
  }

  @Test
  void a_handler_that_waits_for_a_lock_is_told_apart() {
    ReentrantLock lock = new ReentrantLock();
    lock.lock();
    Future<Reserved> call = stall(() -> {
      lock.lock();
      lock.unlock();
    });
    eventuallyFound(StallCause.LOCK);
    lock.unlock();
    resultOf(call);
  }

  @Test
  void a_contract_that_stalls_for_long_runs_one_call_at_a_time() {
    Future<Reserved> call = stall(this::waitForever);
    eventuallyFound(StallCause.BLOCKED);
    eventuallyUnhealthy();
    seen.countDown();
    resultOf(call);

    one.eventually(
        "it is restricted",
        () -> one.node().view().guarded(GuardEvent.Kind.LIMITED, "stock.reserve", "stalls") == 1);
    resultOf(one.bus().request(RESERVE, reserve(2), PATIENT));
  }

  /** Waits until the stall is a quarter of a second old, which is more than enough to do something about it. */
  private void eventuallyUnhealthy() {
    one.eventually(
        "the loop has stood still for long",
        () -> one.node().view().guarded(GuardEvent.Kind.UNHEALTHY, "event loops", "loop-stalled")
            > 0);
  }

  @Test
  void options_that_contradict_are_refused_and_json_brings_them_back() {
    StallOptions options = StallOptions.defaults();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> options.withThreshold(Duration.ofMillis(1)));
    StallOptions read = StallOptions.fromJson(new JsonObject(options
        .withEnabled(false)
        .withThreshold(Duration.ofMillis(20))
        .withReaction(StallOptions.Reaction.SHED)
        .withReaction("stock.reserve", StallOptions.Reaction.WARN)
        .toJson()
        .encode()));
    assertThat(read.isEnabled()).isFalse();
    assertThat(read.threshold()).isEqualTo(Duration.ofMillis(20));
    assertThat(read.reaction()).isEqualTo(StallOptions.Reaction.SHED);
    assertThat(read.reactionTo("payment.charge")).isEqualTo(StallOptions.Reaction.SHED);
    assertThat(read.reactionTo("stock.reserve")).isEqualTo(StallOptions.Reaction.WARN);
  }
}
