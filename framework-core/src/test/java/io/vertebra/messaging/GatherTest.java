package io.vertebra.messaging;

import static io.vertebra.OneNode.failureOf;
import static io.vertebra.OneNode.resultOf;
import static io.vertebra.Shop.CHARGE;
import static io.vertebra.Shop.RESERVE;
import static io.vertebra.Shop.charge;
import static io.vertebra.Shop.reserve;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertebra.OneNode;
import io.vertebra.Shop.Charged;
import io.vertebra.Shop.OutOfStock;
import io.vertebra.Shop.Reserve;
import io.vertebra.Shop.Reserved;
import io.vertebra.error.ErrorCode;
import io.vertebra.error.VertebraException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.VertxInternal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Asking many instances on one node. */
class GatherTest {
  @RegisterExtension
  final OneNode one = new OneNode();

  /** The calls of those that do not answer by themselves, and how to let them. */
  private final Map<String, Promise<Reserved>> held = new ConcurrentHashMap<>();

  private final Map<String, Call> calls = new ConcurrentHashMap<>();

  private void serve(String name, BiFunction<Reserve, Call, Future<Reserved>> handler) {
    one.serve(on -> on.request(RESERVE, (reserve, call) -> {
      calls.put(name, call);
      return handler.apply(reserve, call);
    }));
  }

  private void serveReply(String name) {
    serve(name, (reserve, call) -> Future.succeededFuture(new Reserved(name, 0)));
  }

  private void serveFailure(String name) {
    serve(name, (reserve, call) -> call.fail(new OutOfStock(name)));
  }

  private void serveHeld(String name) {
    serve(name, (reserve, call) -> {
      Promise<Reserved> promise = Promise.promise();
      call.onCancel(() -> promise.tryFail("gave up"));
      held.put(name, promise);
      return promise.future();
    });
  }

  private Gather<Reserved> gather() {
    return one.bus().gather(RESERVE, reserve(1));
  }

  private static List<String> names(Gathered<Reserved> gathered) {
    return gathered.replies().stream().map(Reserved::order).toList();
  }

  @Test
  void all_brings_every_reply() {
    List.of("a", "b", "c").forEach(this::serveReply);
    Gathered<Reserved> gathered = resultOf(gather().all());
    assertThat(names(gathered)).containsExactlyInAnyOrder("a", "b", "c");
    assertThat(gathered.failures()).isEmpty();
    assertThat(gathered.asked()).isEqualTo(3);
    assertThat(gathered.isComplete()).isTrue();
  }

  @Test
  void all_never_fails_but_brings_the_failures() {
    serveReply("a");
    serveFailure("b");
    serve("c", (reserve, call) -> null);
    Gathered<Reserved> gathered = resultOf(gather().all());
    assertThat(names(gathered)).containsExactly("a");
    assertThat(gathered.failures())
        .extracting(VertebraException::code)
        .containsExactlyInAnyOrder(ErrorCode.DECLARED, ErrorCode.HANDLER_FAILED);
    assertThat(gathered.asked()).isEqualTo(3);
    assertThat(gathered.isComplete()).isFalse();
  }

  @Test
  void all_of_nobody_is_nothing() {
    assertThat(resultOf(gather().all())).isEqualTo(new Gathered<>(List.of(), List.of(), 0));
  }

  @Test
  void first_and_quorum_of_nobody_are_not_served() {
    for (Future<?> future : List.of(gather().first(1), gather().quorum())) {
      VertebraException failure = failureOf(future);
      assertThat(failure.code()).isEqualTo(ErrorCode.NOT_SERVED);
      assertThat(failure.mayHaveRun()).isFalse();
    }
  }

  @Test
  void within_ends_what_has_not_answered_in_time() {
    serveReply("a");
    serveHeld("b");
    Gathered<Reserved> gathered =
        resultOf(gather().within(Duration.ofMillis(300)).all());
    assertThat(names(gathered)).containsExactly("a");
    assertThat(gathered.failures())
        .singleElement()
        .extracting(VertebraException::code)
        .isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
    one.eventually("cancelled", () -> calls.get("b").isCancelled());
  }

  @Test
  void first_brings_the_first_replies_and_cancels_the_rest() {
    List.of("a", "b", "c").forEach(this::serveHeld);
    Future<Gathered<Reserved>> first = gather().first(2);
    one.eventually("all were asked", () -> held.size() == 3);
    held.get("c").complete(new Reserved("c", 0));
    one.eventually("one answered", () -> one.counts("stock.reserve").replied() == 1);
    assertThat(first.isComplete()).isFalse();
    held.get("a").complete(new Reserved("a", 0));
    Gathered<Reserved> gathered = resultOf(first);
    assertThat(names(gathered)).containsExactlyInAnyOrder("a", "c");
    assertThat(gathered.failures())
        .as("the one that was not needed did not fail")
        .isEmpty();
    assertThat(gathered.asked()).isEqualTo(3);
    one.eventually("cancelled", () -> calls.get("b").isCancelled());
  }

  @Test
  void first_succeeds_in_spite_of_failures_and_shows_them() {
    serveFailure("a");
    serveHeld("b");
    Future<Gathered<Reserved>> first = gather().first(1);
    one.eventually("the failure came", () -> one.counts("stock.reserve").declared() == 1);
    one.eventually("all were asked", () -> held.size() == 1);
    held.get("b").complete(new Reserved("b", 0));
    assertThat(resultOf(first).failures()).hasSize(1);
  }

  @Test
  void first_fails_once_its_replies_cannot_come_any_more() {
    serveFailure("a");
    serveFailure("b");
    serveHeld("c");
    VertebraException failure = failureOf(gather().first(2));
    assertThat(failure.code()).isEqualTo(ErrorCode.GATHER_INCOMPLETE);
    one.eventually(
        "the rest is cancelled, or never starts",
        () -> !calls.containsKey("c") || calls.get("c").isCancelled());
  }

  @Test
  void first_asks_nobody_if_there_are_too_few() {
    serveReply("a");
    VertebraException failure = failureOf(gather().first(2));
    assertThat(failure.code()).isEqualTo(ErrorCode.GATHER_INCOMPLETE);
    assertThat(failure).hasMessageContaining("0 of 2").hasMessageContaining("1 asked");
    assertThat(calls).isEmpty();
    assertThatThrownBy(() -> gather().first(0)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void a_quorum_is_more_than_half() {
    List.of("a", "b", "c", "d").forEach(this::serveHeld);
    Future<Gathered<Reserved>> quorum = gather().quorum();
    one.eventually("all were asked", () -> held.size() == 4);
    held.get("a").complete(new Reserved("a", 0));
    held.get("b").complete(new Reserved("b", 0));
    one.eventually("half answered", () -> one.counts("stock.reserve").replied() == 2);
    assertThat(quorum.isComplete()).isFalse();
    held.get("d").complete(new Reserved("d", 0));
    assertThat(names(resultOf(quorum))).containsExactlyInAnyOrder("a", "b", "d");
  }

  @Test
  void a_quorum_fails_once_half_has_failed() {
    serveFailure("a");
    serveFailure("b");
    List.of("c", "d").forEach(this::serveHeld);
    assertThat(failureOf(gather().quorum()).code()).isEqualTo(ErrorCode.GATHER_INCOMPLETE);
  }

  @Test
  void gathering_ends_with_the_call_that_it_is_made_from() {
    List.of("a", "b").forEach(this::serveHeld);
    Promise<Future<Gathered<Reserved>>> made = Promise.promise();
    one.serve(on -> on.request(CHARGE, (charge, call) -> {
      made.complete(call.gather(RESERVE, reserve(1)).within(Duration.ofHours(1)).all());
      return made.future().result().map(all -> new Charged(""));
    }));
    Cancellation cancellation = Cancellation.create();
    Future<Charged> parent =
        one.bus().request(CHARGE, charge(1), CallOptions.defaults().withCancellation(cancellation));
    one.eventually("all were asked", () -> held.size() == 2);
    cancellation.cancel();
    assertThat(failureOf(parent).code()).isEqualTo(ErrorCode.CANCELLED);
    assertThat(resultOf(made.future().result()).failures())
        .extracting(VertebraException::code)
        .containsExactly(ErrorCode.CANCELLED, ErrorCode.CANCELLED);
    one.eventually("handlers heard", () -> calls.values().stream().allMatch(Call::isCancelled));
  }

  @Test
  void gathering_works_from_every_kind_of_thread() {
    for (int i = 0; i < 8; i++) {
      serveReply("instance-" + i);
    }
    VertxInternal vertx = (VertxInternal) one.vertx();
    Supplier<Future<Integer>> work = () -> Future.all(
            gather().all().map(all -> all.replies().size()),
            gather().first(3).map(first -> first.replies().size()),
            gather().quorum().map(quorum -> quorum.replies().size()))
        .map(three -> three.<Integer>list().stream().mapToInt(Integer::intValue).sum());
    for (Context context : List.of(vertx.createEventLoopContext(), vertx.createWorkerContext())) {
      for (int i = 0; i < 50; i++) {
        assertThat(resultOf(OneNode.on(context, work))).isEqualTo(8 + 3 + 5);
      }
    }
    List<Future<Integer>> own = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      own.add(OneNode.onOwnThread(work::get));
    }
    own.forEach(each -> assertThat(resultOf(each)).isEqualTo(8 + 3 + 5));
  }

  @Test
  void an_instance_that_leaves_meanwhile_counts_as_a_failure() {
    serveReply("a");
    String leaving = one.serve(
        on -> on.request(RESERVE, reserve -> Future.succeededFuture(new Reserved("b", 0))));
    List<Future<Gathered<Reserved>>> gatherings = new ArrayList<>();
    Future<Void> undeployed = null;
    for (int i = 0; i < 2_000; i++) {
      gatherings.add(gather().all());
      if (i == 1_000) {
        undeployed = one.vertx().undeploy(leaving);
      }
    }
    resultOf(undeployed);
    for (Future<Gathered<Reserved>> each : gatherings) {
      Gathered<Reserved> gathered = resultOf(each);
      assertThat(gathered.replies().size() + gathered.failures().size())
          .isEqualTo(gathered.asked());
      assertThat(gathered.failures()).allMatch(failure -> !failure.mayHaveRun());
    }
  }
}
