package io.vertebra.rx;

import static io.vertebra.OneNode.resultOf;
import static io.vertebra.Shop.CHARGE;
import static io.vertebra.Shop.MOVES;
import static io.vertebra.Shop.RESERVE;
import static io.vertebra.Shop.charge;
import static io.vertebra.Shop.reserve;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.observers.TestObserver;
import io.reactivex.rxjava3.schedulers.Schedulers;
import io.reactivex.rxjava3.subscribers.TestSubscriber;
import io.vertebra.OneNode;
import io.vertebra.Shop.Charged;
import io.vertebra.Shop.Moved;
import io.vertebra.Shop.OutOfStock;
import io.vertebra.Shop.Reserve;
import io.vertebra.Shop.Reserved;
import io.vertebra.contract.Topic;
import io.vertebra.error.DeclaredFailure;
import io.vertebra.error.ErrorCode;
import io.vertebra.error.NodeException;
import io.vertebra.error.VertebraException;
import io.vertebra.messaging.Call;
import io.vertebra.messaging.CallOptions;
import io.vertebra.messaging.Cancellation;
import io.vertebra.messaging.Publication;
import io.vertebra.messaging.SubscriptionOptions;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class RxBusTest {
  @RegisterExtension
  final OneNode one = new OneNode();

  private final Queue<Call> calls = new ConcurrentLinkedQueue<>();
  private final AtomicInteger handled = new AtomicInteger();
  private RxBus bus;

  @BeforeEach
  void make() {
    bus = RxBus.on(one.node());
  }

  private Future<Reserved> answer(Reserve reserve, Call call) {
    calls.add(call);
    handled.incrementAndGet();
    return reserve.quantity() == 0
        ? call.fail(new OutOfStock(reserve.sku()))
        : Future.succeededFuture(new Reserved(reserve.order(), 0));
  }

  private Future<Reserved> waitForTheEnd(Reserve reserve, Call call) {
    calls.add(call);
    Promise<Reserved> promise = Promise.promise();
    call.onCancel(() -> promise.fail("gave up"));
    return promise.future();
  }

  private static <T> T blocking(Single<T> single) {
    return single.timeout(20, TimeUnit.SECONDS).blockingGet();
  }

  private Publication publishAcknowledged(int number) {
    return resultOf(
        one.bus().publishAcknowledged(MOVES, new Moved("chair", number), CallOptions.defaults()));
  }

  private void eventuallySubscribed(int subscribers) {
    one.eventually(
        subscribers + " subscribers",
        () -> one.bus()
                .publishAcknowledged(MOVES, new Moved("probe", -1), CallOptions.defaults())
                .result()
                .subscribers()
            == subscribers);
  }

  // --- requests

  @Test
  void a_request_is_sent_when_it_is_subscribed_to_once_for_each_subscriber() {
    one.serve(on -> on.request(RESERVE, this::answer));
    Single<Reserved> reserved = bus.request(RESERVE, reserve(1));
    assertThat(handled).hasValue(0);
    assertThat(blocking(reserved).order()).isEqualTo("order-1");
    assertThat(blocking(reserved).order()).isEqualTo("order-1");
    assertThat(handled).hasValue(2);
    assertThat(calls.stream().map(call -> call.metadata().messageId())).doesNotHaveDuplicates();
  }

  @Test
  void failures_are_those_of_the_bus() {
    one.serve(on -> on.request(RESERVE, this::answer));
    bus.request(RESERVE, reserve(0))
        .test()
        .awaitDone(20, TimeUnit.SECONDS)
        .assertError(failure -> failure instanceof DeclaredFailure declared
            && declared.failure().equals(new OutOfStock("chair")));
    bus.request(CHARGE, charge(1))
        .test()
        .awaitDone(20, TimeUnit.SECONDS)
        .assertError(failure -> ((VertebraException) failure).code() == ErrorCode.NOT_SERVED);
  }

  @Test
  void disposing_cancels_the_call() {
    one.serve(on -> on.request(RESERVE, this::waitForTheEnd));
    TestObserver<Reserved> observer = bus.request(RESERVE, reserve(1)).test();
    one.eventually("it runs", () -> !calls.isEmpty());
    observer.dispose();
    one.eventually("cancelled", () -> calls.element().isCancelled());
    one.eventually("counted", () -> one.counts("stock.reserve").cancelled() == 1);
    observer.assertNoValues().assertNoErrors();
  }

  @Test
  void a_cancellation_of_the_options_still_counts_and_is_let_go() {
    one.serve(on -> on.request(RESERVE, this::waitForTheEnd));
    Cancellation cancellation = Cancellation.create();
    TestObserver<Reserved> observer = bus.request(
            RESERVE, reserve(1), CallOptions.defaults().withCancellation(cancellation))
        .test();
    one.eventually("it runs", () -> !calls.isEmpty());
    cancellation.cancel();
    observer
        .awaitDone(20, TimeUnit.SECONDS)
        .assertError(failure -> ((VertebraException) failure).code() == ErrorCode.CANCELLED);
    one.eventually("cancelled", () -> calls.element().isCancelled());
    assertThat(cancellation).extracting("listeners").asString().isEqualTo("[]");
  }

  @Test
  void a_request_through_a_call_inherits_from_it_on_any_scheduler() {
    one.serve(on -> {
      on.request(RESERVE, (reserve, call) -> {
        calls.add(call);
        Promise<Reserved> promise = Promise.promise();
        var unused = bus.through(call)
            .request(CHARGE, charge(1))
            .subscribeOn(Schedulers.computation())
            .map(charged -> new Reserved(charged.order(), 0))
            .subscribe(promise::complete, promise::fail);
        return promise.future();
      });
      on.request(CHARGE, (charge, call) -> {
        calls.add(call);
        return Future.succeededFuture(new Charged("charged"));
      });
    });
    assertThat(blocking(bus.request(RESERVE, reserve(1))).order()).isEqualTo("charged");
    Call parent = calls.remove();
    assertThat(calls.remove().metadata().causationId())
        .isEqualTo(parent.metadata().messageId());
  }

  @Test
  void the_reply_comes_on_the_context_of_the_subscriber() {
    one.serve(on -> on.request(RESERVE, this::answer));
    Context context = ((VertxInternal) one.vertx()).createEventLoopContext();
    Promise<Context> seen = Promise.promise();
    context.runOnContext(none -> {
      var unused = bus.request(RESERVE, reserve(1))
          .subscribe(reply -> seen.complete(Vertx.currentContext()), seen::fail);
    });
    assertThat(resultOf(seen.future())).isSameAs(context);
  }

  @Test
  void the_bus_of_a_reactive_vertx_is_that_of_its_node() {
    one.serve(on -> on.request(RESERVE, this::answer));
    RxBus same = RxBus.on(io.vertx.rxjava3.core.Vertx.newInstance(one.vertx()));
    assertThat(blocking(same.request(RESERVE, reserve(1))).order()).isEqualTo("order-1");
    io.vertx.rxjava3.core.Vertx bare = io.vertx.rxjava3.core.Vertx.vertx();
    try {
      assertThatThrownBy(() -> RxBus.on(bare)).isInstanceOf(NodeException.class);
    } finally {
      assertThat(bare.close().blockingAwait(20, TimeUnit.SECONDS)).isTrue();
    }
  }

  // --- topics

  @Test
  void publishing_waits_for_a_subscriber_to_the_completable() {
    Queue<Integer> got = new ConcurrentLinkedQueue<>();
    one.serve(on -> on.topic(MOVES, moved -> Future.succeededFuture(got.add(moved.number()))));
    io.reactivex.rxjava3.core.Completable published = bus.publish(MOVES, new Moved("chair", 1));
    assertThat(got).isEmpty();
    assertThat(published.blockingAwait(20, TimeUnit.SECONDS)).isTrue();
    assertThat(published.blockingAwait(20, TimeUnit.SECONDS)).isTrue();
    one.eventually("both came", () -> got.size() == 2);
    bus.publish(MOVES.keyedBy(moved -> null), new Moved("chair", 1))
        .test()
        .awaitDone(20, TimeUnit.SECONDS)
        .assertError(failure -> ((VertebraException) failure).code() == ErrorCode.MESSAGE_INVALID);
  }

  @Test
  void a_topic_flows_in_order() {
    TestSubscriber<Integer> subscriber = bus.topic(MOVES).map(Moved::number).test();
    for (int i = 0; i < 500; i++) {
      one.bus().publish(MOVES, new Moved("chair", i));
    }
    subscriber
        .awaitCount(500)
        .assertValueSequence(IntStream.range(0, 500).boxed().toList());
    subscriber.cancel();
    eventuallySubscribed(0);
  }

  @Test
  void a_subscriber_gets_what_it_asks_for_and_the_rest_waits_in_the_buffer() {
    TestSubscriber<Moved> subscriber =
        bus.topic(MOVES, SubscriptionOptions.defaults().withBuffer(3)).test(0);
    publishAcknowledged(0);
    subscriber.assertNoValues();
    subscriber.request(1);
    subscriber.awaitCount(1);
    for (int i = 1; i <= 3; i++) {
      assertThat(publishAcknowledged(i).discarded()).isZero();
    }
    assertThat(publishAcknowledged(4).discarded()).as("the buffer is full").isEqualTo(1);
    subscriber.assertValueCount(1);
    subscriber.request(2);
    subscriber.awaitCount(3);
    subscriber.request(10);
    subscriber.awaitCount(4);
    assertThat(publishAcknowledged(5).discarded()).isZero();
    subscriber.awaitCount(5);
    assertThat(subscriber.values()).extracting(Moved::number).containsExactly(0, 1, 2, 3, 5);
    subscriber.cancel();
  }

  @Test
  void a_subscriber_that_asks_message_by_message_gets_all() {
    int messages = 20_000;
    List<Integer> got = new ArrayList<>();
    Promise<Void> all = Promise.promise();
    var unused = bus.topic(MOVES, SubscriptionOptions.defaults().withBuffer(messages))
        .concatMapSingle(moved -> moved.number() % 5 == 0
            ? Single.just(moved).observeOn(Schedulers.computation())
            : Single.just(moved))
        .subscribe(moved -> {
          got.add(moved.number());
          if (got.size() == messages) {
            all.complete();
          }
        });
    for (int i = 0; i < messages; i++) {
      one.bus().publish(MOVES, new Moved("chair", i));
    }
    resultOf(all.future());
    assertThat(got).isEqualTo(IntStream.range(0, messages).boxed().toList());
  }

  @Test
  void each_subscriber_has_a_subscription_of_its_own_until_it_cancels() {
    Flowable<Moved> moves = bus.topic(MOVES);
    assertThat(publishAcknowledged(0).subscribers()).isZero();
    TestSubscriber<Moved> first = moves.test();
    TestSubscriber<Moved> second = moves.test(1);
    assertThat(publishAcknowledged(1).subscribers()).isEqualTo(2);
    first.awaitCount(1);
    second.awaitCount(1);
    second.cancel();
    first.cancel();
    eventuallySubscribed(0);
    first.assertValueCount(1).assertNotComplete().assertNoErrors();
  }

  @Test
  void cancelling_while_a_message_is_held_lets_the_subscription_end() {
    TestSubscriber<Moved> subscriber = bus.topic(MOVES).test(0);
    publishAcknowledged(1);
    publishAcknowledged(2);
    subscriber.cancel();
    eventuallySubscribed(0);
    subscriber.assertNoValues();
  }

  @Test
  void taking_a_few_ends_the_subscription() {
    TestSubscriber<Moved> subscriber = bus.topic(MOVES).take(2).test();
    for (int i = 0; i < 5; i++) {
      publishAcknowledged(i);
    }
    subscriber.awaitDone(20, TimeUnit.SECONDS).assertValueCount(2).assertComplete();
    eventuallySubscribed(0);
  }

  @Test
  void messages_come_on_the_context_of_the_subscriber() {
    Context context = ((VertxInternal) one.vertx()).createEventLoopContext();
    Queue<Object> threads = new ConcurrentLinkedQueue<>();
    Promise<Thread> own = Promise.promise();
    Promise<Void> subscribed = Promise.promise();
    context.runOnContext(none -> {
      own.complete(Thread.currentThread());
      var unused = bus.topic(MOVES).subscribe(moved -> threads.add(Thread.currentThread()));
      subscribed.complete();
    });
    resultOf(subscribed.future());
    for (int i = 0; i < 100; i++) {
      publishAcknowledged(i);
    }
    one.eventually("all came", () -> threads.size() == 100);
    assertThat(threads).containsOnly(own.future().result());
  }

  @Test
  void a_topic_in_another_form_is_refused_downstream() {
    record Other(String sku, int number) {}
    TestSubscriber<Moved> moves = bus.topic(MOVES).test();
    bus.topic(Topic.of(MOVES.name(), Other.class))
        .test()
        .awaitDone(20, TimeUnit.SECONDS)
        .assertError(failure -> ((VertebraException) failure).code() == ErrorCode.CONTRACT_INVALID);
    moves.cancel();
  }

  @Test
  void asking_for_nothing_is_an_error_of_the_subscriber() {
    TestSubscriber<Moved> subscriber = new TestSubscriber<>(0);
    bus.topic(MOVES).subscribe(subscriber);
    new TopicFlowable<>(one.node(), MOVES, SubscriptionOptions.defaults())
        .subscribe(new org.reactivestreams.Subscriber<Moved>() {
          @Override
          public void onSubscribe(org.reactivestreams.Subscription subscription) {
            subscription.request(0);
          }

          @Override
          public void onNext(Moved moved) {}

          @Override
          public void onError(Throwable failure) {
            subscriber.onError(failure);
          }

          @Override
          public void onComplete() {}
        });
    subscriber.awaitDone(20, TimeUnit.SECONDS).assertError(IllegalArgumentException.class);
    subscriber.cancel();
  }
}
