package io.vertebra.limit;

import static io.vertebra.OneNode.causeOf;
import static io.vertebra.OneNode.failureOf;
import static io.vertebra.OneNode.resultOf;
import static io.vertebra.Shop.RESERVE;
import static io.vertebra.Shop.reserve;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.vertebra.OneNode;
import io.vertebra.Shop.Reserved;
import io.vertebra.error.ErrorCode;
import io.vertebra.messaging.CallOptions;
import io.vertebra.messaging.Cancellation;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.VertxInternal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class SlicesTest {
  private static final CallOptions LATE = CallOptions.defaults().withTimeout(Duration.ofMinutes(5));

  @RegisterExtension
  final OneNode one = new OneNode();

  private static int turn(SliceBudget budget, long from, long step) {
    budget.begin(from);
    int steps = 1;
    for (long now = from + step; budget.mayGoOn(now); now += step) {
      steps++;
    }
    return steps;
  }

  @Test
  void a_turn_ends_after_its_time_or_its_steps() {
    assertThat(turn(new SliceBudget(), 1, 100_000)).isEqualTo(5);
    assertThat(turn(new SliceBudget(), 1, 1)).isEqualTo(SliceBudget.MOST_STEPS);
  }

  @Test
  void it_uses_no_more_than_half_of_the_loop_while_others_need_it() {
    SliceBudget budget = new SliceBudget();
    turn(budget, 1, 100_000);
    assertThat(turn(budget, 700_001, 10_000)).as("others took 200 µs").isEqualTo(20);
    SliceBudget alone = new SliceBudget();
    turn(alone, 1, 100_000);
    assertThat(turn(alone, 510_001, 10_000)).as("nobody else was there").isEqualTo(50);
  }

  @Test
  void others_have_their_turn_in_between_and_the_items_stay_in_order() {
    List<Integer> seen = new ArrayList<>();
    AtomicInteger others = new AtomicInteger();
    List<Integer> othersAt = new ArrayList<>();
    one.serve(on -> on.request(RESERVE, (reserve, call) -> {
      one.vertx().runOnContext(other -> othersAt.add(seen.size()));
      return Slices.forEach(call, IntStream.range(0, 1000).boxed().toList(), seen::add)
          .map(done -> new Reserved("", others.get()));
    }));
    resultOf(one.bus().request(RESERVE, reserve(1), LATE));

    assertThat(seen).hasSize(1000).isSorted();
    assertThat(othersAt)
        .singleElement()
        .satisfies(at -> assertThat(at).isBetween(1, SliceBudget.MOST_STEPS));
  }

  @Test
  void timers_and_sockets_have_their_turn_too() {
    Context context = ((VertxInternal) one.vertx()).createEventLoopContext();
    AtomicInteger turns = new AtomicInteger();
    AtomicBoolean fired = new AtomicBoolean();
    Promise<Void> ended = Promise.promise();
    context.runOnContext(none -> {
      one.vertx().setTimer(1, timer -> fired.set(true));
      Slices.loop(() -> {
            for (long began = System.nanoTime();
                System.nanoTime() - began < SliceBudget.LONGEST; ) {
              Thread.onSpinWait();
            }
            turns.incrementAndGet();
            return !fired.get();
          })
          .onComplete(ended);
    });
    resultOf(ended.future());

    // The timer is due after two turns of 0.5 ms. The queue of tasks alone would run 64 of them
    // first.
    assertThat(turns.get()).isLessThan(10);
  }

  @Test
  void a_loop_ends_when_nobody_waits_any_more() {
    AtomicInteger steps = new AtomicInteger();
    one.serve(on -> on.request(
        RESERVE,
        (reserve, call) -> Slices.loop(call, () -> {
              steps.incrementAndGet();
              return true;
            })
            .map(never -> new Reserved("", 0))));
    Cancellation cancellation = Cancellation.create();
    Future<Reserved> unwanted =
        one.bus().request(RESERVE, reserve(1), LATE.withCancellation(cancellation));
    one.eventually("it loops", () -> steps.get() > 1000);
    cancellation.cancel();

    assertThat(failureOf(unwanted).code()).isEqualTo(ErrorCode.CANCELLED);
    one.eventually("it ended", () -> one.counts("stock.reserve").inFlight() == 0);
  }

  @Test
  void what_a_step_throws_fails_the_loop() {
    Context context = ((VertxInternal) one.vertx()).createEventLoopContext();
    Promise<Void> ended = Promise.promise();
    context.runOnContext(none -> Slices.loop(() -> {
          throw new IllegalStateException("on purpose");
        })
        .onComplete(ended));

    assertThat(causeOf(ended.future())).hasMessage("on purpose");
  }

  @Test
  void it_is_refused_where_there_is_no_event_loop() {
    assertThatIllegalStateException().isThrownBy(() -> Slices.loop(() -> false));
  }
}
