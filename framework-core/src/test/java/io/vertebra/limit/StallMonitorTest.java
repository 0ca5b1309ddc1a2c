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
import io.vertebra.messaging.CallOptions;
import io.vertebra.messaging.GuardEvent;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.ReentrantLock;
import java.util.logging.Level;
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
    one.eventually(
        "it is logged once it has lasted",
        () -> one.logged(Level.WARNING).stream().anyMatch(line -> line.contains("stock.reserve")));
    seen.countDown();
    resultOf(call);

    assertThat(stall.contract()).isEqualTo("stock.reserve");
    assertThat(stall.verticle()).contains("OneNode");
    assertThat(stall.where()).anyMatch(frame -> frame.contains("StallMonitorTest.waitForever"));
    one.eventually(
        "it was logged",
        () -> one.logged(Level.WARNING).stream().anyMatch(line -> line.contains("stock.reserve")));
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
    one.eventually("it has stalled for long enough", () -> stalled() >= 3);
    seen.countDown();
    resultOf(call);

    one.eventually(
        "it is restricted",
        () -> one.node().view().guarded(GuardEvent.Kind.LIMITED, "stock.reserve", "stalls") == 1);
    resultOf(one.bus().request(RESERVE, reserve(2), PATIENT));
  }

  /** Tenths of a second that the stall is old at least, by the clock of the test. */
  private long stalled() {
    return (System.nanoTime() - began) / 100_000_000L;
  }

  private final long began = System.nanoTime();

  @Test
  void options_that_contradict_are_refused_and_json_brings_them_back() {
    StallOptions options = StallOptions.defaults();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> options.withThreshold(Duration.ofMillis(1)));
    StallOptions read = StallOptions.fromJson(new JsonObject(options
        .withEnabled(false)
        .withThreshold(Duration.ofMillis(20))
        .withReaction(StallOptions.Reaction.SHED)
        .toJson()
        .encode()));
    assertThat(read.isEnabled()).isFalse();
    assertThat(read.threshold()).isEqualTo(Duration.ofMillis(20));
    assertThat(read.reaction()).isEqualTo(StallOptions.Reaction.SHED);
  }
}
