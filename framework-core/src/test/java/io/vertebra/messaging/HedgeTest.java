package io.vertebra.messaging;

import static io.vertebra.OneNode.resultOf;
import static io.vertebra.Shop.CHARGE;
import static io.vertebra.Shop.RESERVE;
import static io.vertebra.Shop.charge;
import static io.vertebra.Shop.reserve;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.vertebra.OneNode;
import io.vertebra.Shop.Reserve;
import io.vertebra.Shop.Reserved;
import io.vertebra.contract.Request;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A call that is made a second time because the first takes long. */
class HedgeTest {
  private static final Request<Reserve, Reserved> FIND = RESERVE.readOnly();
  private static final CallOptions HEDGED =
      CallOptions.defaults().withTimeout(Duration.ofMinutes(5)).withHedge(Hedge.defaults());

  @RegisterExtension
  final OneNode one = new OneNode();

  private final Queue<Call> stuck = new ConcurrentLinkedQueue<>();
  private final AtomicInteger calls = new AtomicInteger();

  private long hedged() {
    return one.node().view().guarded(GuardEvent.Kind.HEDGED, "stock.reserve", "slow");
  }

  /** One call in 50 hangs until it is cancelled, after some that take 40 ms and teach what is slow. */
  private Future<Reserved> find(Reserve reserve, Call call) {
    int number = calls.incrementAndGet();
    if (number % 50 != 0) {
      return Future.succeededFuture(new Reserved("", number));
    }
    if (hedged() == 0 && number < 100_000) {
      return one.vertx().timer(40).map(late -> new Reserved("", number));
    }
    stuck.add(call);
    Promise<Reserved> promise = Promise.promise();
    call.onCancel(() -> promise.fail("not wanted any more"));
    // On a machine that was busy in between no call may seem worth hedging: then another has to
    // show it.
    one.vertx().timer(3000).onComplete(late -> {
      if (promise.tryComplete(new Reserved("", number))) {
        stuck.remove(call);
      }
    });
    return promise.future();
  }

  @Test
  void a_slow_call_is_made_again_and_cancelled_once_the_other_has_answered() {
    one.serve(on -> on.request(FIND, this::find), 2);
    for (int i = 0; stuck.isEmpty(); i++) {
      resultOf(one.bus().request(FIND, reserve(i), HEDGED));
    }

    assertThat(hedged()).isPositive();
    one.eventually("the slow call was cancelled", () -> stuck.element().isCancelled());
    assertThat((double) hedged() / calls.get()).isLessThan(0.026);
  }

  @Test
  void what_could_do_harm_twice_is_refused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> one.bus().request(CHARGE, charge(1), HEDGED))
        .withMessageContaining("payment.charge");
    assertThatIllegalArgumentException()
        .as("idempotent, but it changes something")
        .isThrownBy(
            () -> one.bus().request(RESERVE.idempotentBy(Reserve::order), reserve(1), HEDGED))
        .withMessageContaining("readOnly()");
  }
}
