package io.vertebra.messaging;

import static io.vertebra.OneNode.failureOf;
import static io.vertebra.OneNode.resultOf;
import static io.vertebra.Shop.CHARGE;
import static io.vertebra.Shop.RESERVE;
import static io.vertebra.Shop.charge;
import static io.vertebra.Shop.reserve;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.OneNode;
import io.vertebra.Shop.Charged;
import io.vertebra.Shop.Reserved;
import io.vertebra.error.ErrorCode;
import io.vertebra.limit.Limit;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How important calls are, and who hears what becomes of them. */
class CriticalityTest {
  @RegisterExtension
  final OneNode one = new OneNode();

  private final Queue<Criticality> seen = new ConcurrentLinkedQueue<>();

  private void serveChain(CallOptions ofChild) {
    one.serve(on -> {
      on.request(RESERVE, (reserve, call) -> {
        seen.add(call.metadata().criticality());
        return call.request(CHARGE, charge(1), ofChild).map(done -> new Reserved("", 0));
      });
      on.request(CHARGE, (charge, call) -> {
        seen.add(call.metadata().criticality());
        return Future.succeededFuture(new Charged(""));
      });
    });
  }

  private void callWith(CallOptions options) {
    resultOf(one.bus().request(RESERVE, reserve(1), options));
  }

  @Test
  void a_call_is_critical_unless_it_says_otherwise() {
    serveChain(CallOptions.defaults());
    callWith(CallOptions.defaults());

    assertThat(seen).containsExactly(Criticality.CRITICAL, Criticality.CRITICAL);
  }

  @Test
  void child_calls_inherit_it() {
    serveChain(CallOptions.defaults());
    callWith(CallOptions.defaults().withCriticality(Criticality.SHEDDABLE_PLUS));

    assertThat(seen).containsExactly(Criticality.SHEDDABLE_PLUS, Criticality.SHEDDABLE_PLUS);
  }

  @Test
  void child_calls_may_lower_it() {
    serveChain(CallOptions.defaults().withCriticality(Criticality.SHEDDABLE));
    callWith(CallOptions.defaults());

    assertThat(seen).containsExactly(Criticality.CRITICAL, Criticality.SHEDDABLE);
  }

  @Test
  void child_calls_cannot_raise_it() {
    serveChain(CallOptions.defaults().withCriticality(Criticality.CRITICAL_PLUS));
    callWith(CallOptions.defaults().withCriticality(Criticality.SHEDDABLE));

    assertThat(seen).containsExactly(Criticality.SHEDDABLE, Criticality.SHEDDABLE);
  }

  @Test
  void whoever_listens_hears_of_a_rejection_until_he_stops_listening() {
    Promise<Reserved> held = Promise.promise();
    one.serve(on -> on.request(RESERVE, reserve -> held.future())
        .limitedTo(Limit.fixed(1).withQueue(0, Duration.ZERO)));
    Queue<GuardEvent> events = new ConcurrentLinkedQueue<>();
    Runnable stop = one.node().onGuardEvent(events::add);
    Future<Reserved> running = one.bus().request(RESERVE, reserve(1));
    failureOf(one.bus().request(RESERVE, reserve(2)));
    one.eventually("it was told", () -> !events.isEmpty());

    assertThat(events).singleElement().satisfies(event -> {
      assertThat(event.kind()).isEqualTo(GuardEvent.Kind.REJECTED);
      assertThat(event.contract()).isEqualTo("stock.reserve");
      assertThat(event.missedBefore()).isZero();
    });
    String reason = events.element().reason();
    stop.run();
    failureOf(one.bus().request(RESERVE, reserve(3)));
    assertThat(one.node().view().guarded(GuardEvent.Kind.REJECTED, "stock.reserve", reason))
        .isEqualTo(2);
    assertThat(events).hasSize(1);
    held.complete(new Reserved("", 0));
    resultOf(running);
  }

  @Test
  void what_waits_runs_by_importance_and_makes_room_for_what_matters_more() {
    Queue<Promise<Reserved>> held = new ConcurrentLinkedQueue<>();
    Queue<Integer> order = new ConcurrentLinkedQueue<>();
    one.serve(on -> on.request(RESERVE, reserve -> {
          order.add(reserve.quantity());
          Promise<Reserved> promise = Promise.promise();
          held.add(promise);
          return promise.future();
        })
        .limitedTo(Limit.fixed(1).withQueue(2, Duration.ofMinutes(1))));
    Future<Reserved> running = send(0, Criticality.CRITICAL, 0);
    one.eventually("it runs", () -> order.size() == 1);
    Future<Reserved> batch = send(1, Criticality.SHEDDABLE, 1);
    Future<Reserved> report = send(2, Criticality.SHEDDABLE_PLUS, 2);
    Future<Reserved> payment = send(3, Criticality.CRITICAL_PLUS, 2);

    assertThat(failureOf(batch).code()).isEqualTo(ErrorCode.OVERLOADED);
    for (int i = 0; i < 3; i++) {
      one.eventually("one is held", () -> !held.isEmpty());
      held.remove().complete(new Reserved("", 0));
    }
    resultOf(Future.all(running, payment, report));
    assertThat(order).containsExactly(0, 3, 2);
  }

  private Future<Reserved> send(int number, Criticality criticality, int waitingThen) {
    Future<Reserved> answer = one.bus()
        .request(
            RESERVE,
            reserve(number),
            CallOptions.defaults().withTimeout(Duration.ofMinutes(5)).withCriticality(criticality));
    one.eventually("it waits", () -> one.counts("stock.reserve").waiting() == waitingThen);
    return answer;
  }
}
