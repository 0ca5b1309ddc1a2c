package io.vertebra.messaging;

import static io.vertebra.OneNode.causeOf;
import static io.vertebra.OneNode.failureOf;
import static io.vertebra.OneNode.resultOf;
import static io.vertebra.Shop.CHARGE;
import static io.vertebra.Shop.MOVES;
import static io.vertebra.Shop.charge;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertebra.OneNode;
import io.vertebra.Shop.Charged;
import io.vertebra.Shop.Moved;
import io.vertebra.contract.Topic;
import io.vertebra.error.ErrorCode;
import io.vertebra.error.VertebraException;
import io.vertebra.messaging.SubscriptionOptions.Overflow;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.logging.Level;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Topics on one node: who gets what, in which order, and what a slow subscriber loses. */
class SubscriptionTest {
  private static final SubscriptionOptions DEFAULTS = SubscriptionOptions.defaults();

  @RegisterExtension
  final OneNode one = new OneNode();

  private final Queue<Integer> got = new ConcurrentLinkedQueue<>();
  private final Queue<Promise<Void>> held = new ConcurrentLinkedQueue<>();

  private Future<Void> note(Moved moved) {
    got.add(moved.number());
    return Future.succeededFuture();
  }

  private Future<Void> hold(Moved moved) {
    got.add(moved.number());
    Promise<Void> promise = Promise.promise();
    held.add(promise);
    return promise.future();
  }

  private void release() {
    one.eventually("the handler runs", () -> !held.isEmpty());
    held.remove().complete();
  }

  private void publish(int number) {
    assertThat(one.bus().publish(MOVES, new Moved("chair", number)).succeeded()).isTrue();
  }

  private static List<Integer> numbers(int from, int to) {
    return IntStream.range(from, to).boxed().toList();
  }

  @Test
  void every_subscriber_gets_every_message_in_the_order_of_its_publisher() {
    Queue<Integer> second = new ConcurrentLinkedQueue<>();
    one.serve(on -> on.topic(MOVES, this::note));
    one.serve(on ->
        on.topic(MOVES, moved -> one.vertx().timer(1).map(fired -> second.add(moved.number()))));
    for (int i = 0; i < 200; i++) {
      publish(i);
    }
    one.eventually("all came", () -> got.size() == 200 && second.size() == 200);
    assertThat(got).containsExactlyElementsOf(numbers(0, 200));
    assertThat(second).containsExactlyElementsOf(numbers(0, 200));
  }

  @Test
  void without_a_subscriber_a_message_is_nobodys() {
    publish(1);
    assertThat(resultOf(
            one.bus().publishAcknowledged(MOVES, new Moved("", 1), CallOptions.defaults())))
        .isEqualTo(new Publication(0, 0, 0, 0));
  }

  @Test
  void a_handler_gets_the_next_message_when_its_future_has_completed() {
    Subscription subscription = one.node().subscribe(MOVES, this::hold, DEFAULTS);
    for (int i = 0; i < 3; i++) {
      publish(i);
    }
    one.eventually("the first runs", () -> held.size() == 1);
    one.eventually("the others wait", () -> subscription.buffered() == 2);
    for (int i = 0; i < 3; i++) {
      assertThat(got).hasSize(i + 1);
      release();
      int running = Math.min(i + 2, 3);
      one.eventually("the next runs", () -> got.size() == running);
    }
    assertThat(got).containsExactly(0, 1, 2);
    assertThat(subscription.buffered()).isZero();
    assertThat(subscription.discarded()).isZero();
  }

  @ParameterizedTest
  @EnumSource(Overflow.class)
  void a_full_buffer_drops_by_its_policy_and_counts(Overflow overflow) {
    Subscription subscription =
        one.node().subscribe(MOVES, this::hold, DEFAULTS.withBuffer(3).withOverflow(overflow));
    publish(0);
    one.eventually("the first runs", () -> held.size() == 1);
    for (int i = 1; i <= 10; i++) {
      publish(i);
    }
    assertThat(subscription.buffered()).isEqualTo(3);
    assertThat(subscription.discarded()).isEqualTo(7);
    assertThat(resultOf(
            one.bus().publishAcknowledged(MOVES, new Moved("", 11), CallOptions.defaults())))
        .isEqualTo(new Publication(1, 1, 1, 1));
    for (int i = 0; i < 4; i++) {
      release();
    }
    one.eventually("none left", () -> subscription.buffered() == 0);
    assertThat(subscription.discarded()).isEqualTo(8);
    assertThat(got)
        .containsExactlyElementsOf(
            overflow == Overflow.DROP_NEWEST ? List.of(0, 1, 2, 3) : List.of(0, 9, 10, 11));
  }

  @ParameterizedTest
  @EnumSource(Overflow.class)
  void a_buffer_stays_bounded_whatever_publishers_and_handlers_do(Overflow overflow) {
    int publishers = 4;
    int each = 20_000;
    int buffer = 16;
    AtomicInteger most = new AtomicInteger();
    AtomicBoolean running = new AtomicBoolean();
    Queue<String> wrong = new ConcurrentLinkedQueue<>();
    Map<String, Integer> last = new HashMap<>();
    AtomicInteger handled = new AtomicInteger();
    Subscription[] subscription = new Subscription[1];
    subscription[0] = one.node()
        .subscribe(
            MOVES,
            moved -> {
              if (!running.compareAndSet(false, true)) {
                wrong.add("two at a time");
              }
              Integer before = last.put(moved.sku(), moved.number());
              if (before != null && before >= moved.number()) {
                wrong.add(moved + " after " + before);
              }
              most.accumulateAndGet(
                  subscription[0] == null ? 0 : subscription[0].buffered(), Math::max);
              handled.incrementAndGet();
              if (moved.number() % 3 == 0) {
                running.set(false);
                return Future.succeededFuture();
              }
              Promise<Void> promise = Promise.promise();
              one.vertx().runOnContext(next -> {
                running.set(false);
                promise.complete();
              });
              return promise.future();
            },
            DEFAULTS.withBuffer(buffer).withOverflow(overflow));
    List<Future<Void>> done = new ArrayList<>();
    for (int i = 0; i < publishers; i++) {
      String name = "publisher-" + i;
      Promise<Void> promise = Promise.promise();
      done.add(promise.future());
      new Thread(() -> {
            for (int number = 0; number < each; number++) {
              one.bus().publish(MOVES, new Moved(name, number));
            }
            promise.complete();
          })
          .start();
    }
    resultOf(Future.all(done));
    one.eventually(
        "every message was handled or counted as dropped",
        () -> handled.get() + subscription[0].discarded() == (long) publishers * each);
    assertThat(wrong).isEmpty();
    assertThat(subscription[0].buffered()).isZero();
    assertThat(most.get()).isLessThanOrEqualTo(buffer + publishers);
    // None of that may have worn the buffer out.
    assertThat(
            resultOf(one.bus().publishAcknowledged(MOVES, new Moved("", 1), CallOptions.defaults()))
                .discarded())
        .isZero();
  }

  @Test
  void a_buffer_is_bounded_while_its_event_loop_is_blocked() {
    CountDownLatch unblock = new CountDownLatch(1);
    Promise<Subscription> subscribed = Promise.promise();
    Context context = ((VertxInternal) one.vertx()).createEventLoopContext();
    context.runOnContext(none -> {
      subscribed.complete(one.node()
          .subscribe(MOVES, this::note, DEFAULTS.withBuffer(5).withOverflow(Overflow.DROP_OLDEST)));
      while (unblock.getCount() > 0) {
        Thread.onSpinWait();
      }
    });
    Subscription subscription = resultOf(subscribed.future());
    for (int i = 0; i < 100; i++) {
      publish(i);
    }
    assertThat(subscription.buffered()).isEqualTo(5);
    assertThat(subscription.discarded()).isEqualTo(95);
    unblock.countDown();
    one.eventually("the newest came", () -> got.size() == 5);
    assertThat(got).containsExactlyElementsOf(numbers(95, 100));
  }

  @Test
  void a_handler_that_fails_in_any_way_is_warned_of_once_and_gets_the_next() {
    Queue<Function<Moved, Future<?>>> ways = new ConcurrentLinkedQueue<>(List.of(
        moved -> {
          throw new IllegalStateException("thrown");
        },
        moved -> {
          throw new AssertionError("thrown");
        },
        moved -> Future.failedFuture("failed"),
        moved -> one.vertx().timer(1).compose(fired -> Future.failedFuture("failed late")),
        moved -> null,
        this::note));
    one.serve(on -> on.topic(MOVES, moved -> ways.remove().apply(moved)));
    for (int i = 0; i < 6; i++) {
      publish(i);
    }
    one.eventually("the last came", () -> !got.isEmpty());
    assertThat(got).containsExactly(5);
    assertThat(one.logged(Level.WARNING)).singleElement().asString().contains("stock.moves");
  }

  @Test
  void closing_waits_for_the_handler_and_drops_the_rest() {
    Subscription subscription = one.node().subscribe(MOVES, this::hold, DEFAULTS);
    publish(0);
    publish(1);
    one.eventually("the first runs", () -> held.size() == 1);
    Future<Void> closed = subscription.close();
    publish(2);
    one.eventually("dropped", () -> subscription.buffered() == 0);
    assertThat(closed.isComplete()).isFalse();
    release();
    resultOf(closed);
    resultOf(subscription.close());
    publish(3);
    assertThat(got).containsExactly(0);
    assertThat(subscription.discarded()).as("not because the buffer was full").isZero();
  }

  @Test
  void closing_an_idle_subscription_completes_on_the_context_of_the_caller() {
    Subscription subscription = one.node().subscribe(MOVES, this::note, DEFAULTS);
    Context context = ((VertxInternal) one.vertx()).createEventLoopContext();
    Promise<Context> seen = Promise.promise();
    context.runOnContext(
        none -> subscription.close().onComplete(done -> seen.complete(Vertx.currentContext())));
    assertThat(resultOf(seen.future())).isSameAs(context);
  }

  @Test
  void undeploying_ends_the_subscriptions_of_a_verticle() {
    String deployment = one.serve(on -> on.topic(MOVES, this::hold));
    publish(0);
    Future<Void> undeployed = one.vertx().undeploy(deployment);
    release();
    resultOf(undeployed);
    publish(1);
    assertThat(resultOf(
            one.bus().publishAcknowledged(MOVES, new Moved("", 2), CallOptions.defaults())))
        .isEqualTo(new Publication(0, 0, 0, 0));
    assertThat(got).containsExactly(0);
  }

  @Test
  void a_handler_runs_on_the_context_that_subscribed() {
    VertxInternal vertx = (VertxInternal) one.vertx();
    for (Context context : List.of(vertx.createEventLoopContext(), vertx.createWorkerContext())) {
      Promise<String> thread = Promise.promise();
      Promise<Context> seen = Promise.promise();
      Subscription subscription = OneNode.on(
          context,
          () -> one.node()
              .subscribe(
                  MOVES,
                  moved -> {
                    thread.tryComplete(Thread.currentThread().getName());
                    seen.tryComplete(
                        ((io.vertx.core.internal.ContextInternal) Vertx.currentContext()).unwrap());
                    return Future.succeededFuture();
                  },
                  DEFAULTS));
      publish(1);
      assertThat(resultOf(thread.future()))
          .contains(context.isWorkerContext() ? "worker" : "eventloop");
      assertThat(resultOf(seen.future())).isSameAs(context);
      resultOf(subscription.close());
    }
  }

  @Test
  void calls_of_a_topic_handler_descend_from_the_message() {
    Queue<CallMetadata> calls = new ConcurrentLinkedQueue<>();
    one.serve(on -> {
      on.topic(MOVES, moved -> one.bus().request(CHARGE, charge(moved.number())));
      on.request(CHARGE, (charge, call) -> {
        calls.add(call.metadata());
        return moved(call).map(new Charged(""));
      });
    });
    publish(1);
    one.eventually("two generations", () -> calls.size() == 2);
    List<CallMetadata> lineage = List.copyOf(calls);
    CallMetadata first = lineage.get(0);
    CallMetadata second = lineage.get(1);
    assertThat(first.causationId()).isNotNull().isEqualTo(first.correlationId());
    assertThat(second.correlationId()).isEqualTo(first.correlationId());
    assertThat(second.causationId()).isNotEqualTo(first.correlationId());
    assertThat(one.node().view().rootCalls()).as("they have a parent").isZero();
  }

  /** Publishes once more, from the handler of the first generation only. */
  private Future<?> moved(Call call) {
    return call.metadata().causationId() != null
            && call.metadata().causationId().equals(call.metadata().correlationId())
        ? call.publish(MOVES, new Moved("again", 2))
        : Future.succeededFuture();
  }

  @Test
  void other_java_types_under_the_same_name_are_refused() {
    record Other(String sku, int number) {}
    Topic<Other> other = Topic.of(MOVES.name(), Other.class);
    one.node().subscribe(MOVES, this::note, DEFAULTS);
    assertThatThrownBy(() -> one.node().subscribe(other, any -> Future.succeededFuture(), DEFAULTS))
        .isInstanceOfSatisfying(
            VertebraException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.CONTRACT_INVALID));
    for (Future<?> published : List.of(
        one.bus().publish(other, new Other("", 1)),
        one.bus().publishAcknowledged(other, new Other("", 1), CallOptions.defaults()))) {
      assertThat(failureOf(published).code()).isEqualTo(ErrorCode.CONTRACT_MISMATCH);
    }
    one.node().subscribe(MOVES.withVersion(2), this::note, DEFAULTS);
    assertThat(got).isEmpty();
  }

  @Test
  void a_key_that_cannot_be_computed_fails_the_publication() {
    Topic<Moved> keyed = MOVES.keyedBy(moved -> null);
    for (Future<?> published : List.of(
        one.bus().publish(keyed, new Moved("", 1)),
        one.bus().publishAcknowledged(keyed, new Moved("", 1), CallOptions.defaults()))) {
      assertThat(failureOf(published).code()).isEqualTo(ErrorCode.MESSAGE_INVALID);
    }
    assertThatThrownBy(() -> one.bus().publish(MOVES, null))
        .isInstanceOf(NullPointerException.class);
    assertThat(causeOf(Future.failedFuture("unused"))).hasMessage("unused");
  }

  @Test
  void a_publication_is_complete_if_all_nodes_took_it_and_nobody_dropped_any() {
    assertThat(new Publication(2, 2, 5, 0).isComplete()).isTrue();
    assertThat(new Publication(2, 1, 5, 0).isComplete()).isFalse();
    assertThat(new Publication(2, 2, 5, 1).isComplete()).isFalse();
  }
}
