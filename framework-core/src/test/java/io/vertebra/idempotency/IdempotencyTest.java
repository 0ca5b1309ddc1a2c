package io.vertebra.idempotency;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.contract.Request;
import io.vertebra.contract.Topic;
import io.vertebra.error.DeclaredFailure;
import io.vertebra.error.ErrorCode;
import io.vertebra.error.HandlerException;
import io.vertebra.error.VertebraException;
import io.vertebra.messaging.Bus;
import io.vertebra.messaging.Call;
import io.vertebra.messaging.CallMetadata;
import io.vertebra.messaging.CallOptions;
import io.vertebra.messaging.Criticality;
import io.vertebra.messaging.Deadline;
import io.vertebra.messaging.Gather;
import io.vertebra.messaging.MessageWriter;
import io.vertebra.messaging.Publication;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

@NullUnmarked
class IdempotencyTest {
  record Charge(String order, int amount) {}

  record Charged(String receipt) {}

  record Declined(String reason) {}

  record Surprise(String text) {}

  static final Request<Charge, Charged> CHARGE = Request.of(
          "payment.charge", Charge.class, Charged.class)
      .failsWith(Declined.class)
      .idempotentBy(Charge::order);

  static final Charge TEN = new Charge("o1", 10);

  long nanos;
  final ArrayDeque<Runnable> timers = new ArrayDeque<>();
  DedupStore store = DedupStore.inMemory(IdempotencyOptions.defaults(), () -> nanos);
  final ArrayDeque<Promise<Charged>> running = new ArrayDeque<>();
  int runs;

  BiFunction<Charge, Call, Future<Charged>> once() {
    Idempotency idempotency =
        new Idempotency(store, (millis, action) -> timers.add(action), Duration.ofSeconds(10));
    return idempotency.wrap(CHARGE, (charge, call) -> {
      runs++;
      Promise<Charged> promise = Promise.promise();
      running.add(promise);
      return promise.future();
    });
  }

  static Future<Charged> deliver(
      BiFunction<Charge, Call, Future<Charged>> handler, Charge message, FakeCall call) {
    return handler.apply(message, call);
  }

  void fireTimers() {
    for (int left = timers.size(); left > 0; left--) {
      timers.remove().run();
    }
  }

  static ErrorCode codeOf(Future<?> future) {
    assertThat(future.failed()).isTrue();
    return ((VertebraException) future.cause()).code();
  }

  @Test
  void answers_a_duplicate_with_the_first_reply() {
    var charge = once();
    Future<Charged> first = deliver(charge, TEN, new FakeCall("m1", "o1"));
    running.remove().complete(new Charged("r1"));
    Future<Charged> second = deliver(charge, TEN, new FakeCall("m2", "o1"));
    assertThat(second.result()).isEqualTo(first.result()).isEqualTo(new Charged("r1"));
    assertThat(runs).isEqualTo(1);
  }

  @Test
  void lets_concurrent_duplicates_wait_for_the_first_and_get_its_reply() {
    var charge = once();
    Future<Charged> first = deliver(charge, TEN, new FakeCall("m1", "o1"));
    List<Future<Charged>> others = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      others.add(deliver(charge, TEN, new FakeCall("x" + i, "o1")));
    }
    assertThat(others).noneMatch(Future::isComplete);
    running.remove().complete(new Charged("r1"));
    assertThat(others).allMatch(other -> other.result().equals(first.result()));
    assertThat(runs).isEqualTo(1);
  }

  @Test
  void lets_one_of_those_who_wait_run_when_the_first_fails() {
    var charge = once();
    Future<Charged> first = deliver(charge, TEN, new FakeCall("m1", "o1"));
    Future<Charged> second = deliver(charge, TEN, new FakeCall("m2", "o1"));
    Future<Charged> third = deliver(charge, TEN, new FakeCall("m3", "o1"));
    running.remove().fail("database away");
    assertThat(first.failed()).isTrue();
    assertThat(runs).isEqualTo(2);
    running.remove().complete(new Charged("r2"));
    assertThat(second.result()).isEqualTo(new Charged("r2")).isEqualTo(third.result());
  }

  @Test
  void remembers_declared_failures_as_replies() {
    var charge = once();
    deliver(charge, TEN, new FakeCall("m1", "o1"));
    running.remove().fail(new DeclaredFailure(new Declined("limit")));
    Future<Charged> second = deliver(charge, TEN, new FakeCall("m2", "o1"));
    assertThat(((DeclaredFailure) second.cause()).failure()).isEqualTo(new Declined("limit"));
    assertThat(runs).isEqualTo(1);
  }

  @Test
  void forgets_failures_that_the_contract_does_not_declare() {
    var charge = once();
    deliver(charge, TEN, new FakeCall("m1", "o1"));
    running.remove().fail(new DeclaredFailure(new Surprise("!")));
    deliver(charge, TEN, new FakeCall("m2", "o1"));
    assertThat(runs).isEqualTo(2);
  }

  @Test
  void forgets_a_handler_that_answers_with_nothing() {
    var charge = once();
    Future<Charged> first = deliver(charge, TEN, new FakeCall("m1", "o1"));
    running.remove().complete(null);
    assertThat(first.isComplete()).isTrue();
    deliver(charge, TEN, new FakeCall("m2", "o1"));
    assertThat(runs).isEqualTo(2);
  }

  @Test
  void remembers_work_whose_caller_gave_up() {
    var charge = once();
    FakeCall call = new FakeCall("m1", "o1");
    deliver(charge, TEN, call);
    call.cancelled = true;
    running.remove().complete(new Charged("r1"));
    assertThat(deliver(charge, TEN, new FakeCall("m2", "o1")).result())
        .isEqualTo(new Charged("r1"));
    assertThat(runs).isEqualTo(1);
  }

  @Test
  void refuses_another_message_under_the_same_key() {
    var charge = once();
    deliver(charge, TEN, new FakeCall("m1", "o1"));
    assertThat(codeOf(deliver(charge, new Charge("o1", 11), new FakeCall("m2", "o1"))))
        .isEqualTo(ErrorCode.CONFLICT);
    assertThat(runs).isEqualTo(1);
  }

  @Test
  void takes_the_message_id_where_the_contract_has_no_key() {
    var charge = once();
    deliver(charge, TEN, new FakeCall("m1", null));
    deliver(charge, TEN, new FakeCall("m2", null));
    deliver(charge, TEN, new FakeCall("m1", null));
    assertThat(runs).isEqualTo(2);
  }

  @Test
  void says_that_the_first_is_running_when_the_callers_deadline_passes() {
    var charge = once();
    deliver(charge, TEN, new FakeCall("m1", "o1"));
    FakeCall impatient = new FakeCall("m2", "o1");
    impatient.deadline = Deadline.after(Duration.ZERO, System.nanoTime());
    assertThat(codeOf(deliver(charge, TEN, impatient))).isEqualTo(ErrorCode.STILL_RUNNING);
    FakeCall leaving = new FakeCall("m3", "o1");
    Future<Charged> waiting = deliver(charge, TEN, leaving);
    leaving.cancelled = true;
    fireTimers();
    assertThat(codeOf(waiting)).isEqualTo(ErrorCode.STILL_RUNNING);
    assertThat(runs).isEqualTo(1);
  }

  @Test
  void extends_the_lease_while_the_handler_runs() {
    var charge = once();
    deliver(charge, TEN, new FakeCall("m1", "o1"));
    for (int i = 0; i < 10; i++) {
      nanos += Duration.ofSeconds(4).toNanos();
      fireTimers();
    }
    deliver(charge, TEN, new FakeCall("m2", "o1"));
    assertThat(runs).isEqualTo(1);
  }

  @Test
  void answers_with_the_winners_reply_when_another_took_over() {
    var charge = once();
    Future<Charged> late = deliver(charge, TEN, new FakeCall("m1", "o1"));
    nanos += Duration.ofSeconds(11).toNanos();
    Future<Charged> winner = deliver(charge, TEN, new FakeCall("m2", "o1"));
    assertThat(runs).isEqualTo(2);
    running.removeLast().complete(new Charged("winner"));
    running.remove().complete(new Charged("late"));
    assertThat(winner.result()).isEqualTo(new Charged("winner"));
    assertThat(late.result()).isEqualTo(new Charged("winner"));
  }

  @Test
  void runs_nothing_when_the_store_is_away() {
    store = new BrokenStore(store);
    assertThat(codeOf(deliver(once(), TEN, new FakeCall("m1", "o1"))))
        .isEqualTo(ErrorCode.STORE_UNAVAILABLE);
    assertThat(runs).isZero();
  }

  @Test
  void says_that_the_handler_may_have_run_when_its_reply_cannot_be_stored() {
    BrokenStore broken = new BrokenStore(store);
    broken.beginWorks = true;
    store = broken;
    Future<Charged> first = deliver(once(), TEN, new FakeCall("m1", "o1"));
    running.remove().complete(new Charged("r1"));
    assertThat(first.cause())
        .isInstanceOfSatisfying(
            HandlerException.class, failure -> assertThat(failure.mayHaveRun()).isTrue());
  }

  @Test
  void counts_replies_that_had_to_be_forgotten_too_early_and_never_forgets_running_ones() {
    MemoryDedupStore small =
        new MemoryDedupStore(IdempotencyOptions.defaults().withMaxEntries(10), () -> nanos);
    store = small;
    var charge = once();
    deliver(charge, TEN, new FakeCall("m1", "running"));
    for (int i = 0; i < 100; i++) {
      deliver(charge, TEN, new FakeCall("m", "k" + i));
      running.removeLast().complete(new Charged("r"));
    }
    assertThat(small.size()).isLessThanOrEqualTo(10);
    assertThat(small.evictedEarly()).isEqualTo(91);
    int before = runs;
    assertThat(deliver(charge, TEN, new FakeCall("m1", "running")).isComplete()).isFalse();
    assertThat(runs).isEqualTo(before);
  }

  @Test
  void rejects_instead_of_forgetting_when_it_is_strict() {
    store =
        DedupStore.inMemory(IdempotencyOptions.defaults().withMaxEntries(1).strict(), () -> nanos);
    var charge = once();
    deliver(charge, TEN, new FakeCall("m1", "o1"));
    running.remove().complete(new Charged("r1"));
    assertThat(codeOf(deliver(charge, TEN, new FakeCall("m2", "o2"))))
        .isEqualTo(ErrorCode.STORE_UNAVAILABLE);
    assertThat(deliver(charge, TEN, new FakeCall("m1", "o1")).result())
        .isEqualTo(new Charged("r1"));
    nanos += IdempotencyOptions.defaults().window().toNanos();
    deliver(charge, TEN, new FakeCall("m2", "o2"));
    assertThat(runs).isEqualTo(2);
  }

  static final class BrokenStore implements DedupStore {
    final DedupStore inner;
    boolean beginWorks;

    BrokenStore(DedupStore inner) {
      this.inner = inner;
    }

    @Override
    public Future<Begin> begin(String consumer, String key, String fingerprint, Duration lease) {
      return beginWorks
          ? inner.begin(consumer, key, fingerprint, lease)
          : Future.failedFuture("away");
    }

    @Override
    public Future<Completion> complete(Token token, Buffer reply) {
      return Future.failedFuture("away");
    }

    @Override
    public Future<Void> release(Token token) {
      return Future.failedFuture("away");
    }

    @Override
    public Future<Boolean> extend(Token token, Duration lease) {
      return Future.failedFuture("away");
    }
  }

  static final class FakeCall implements Call {
    final CallMetadata metadata;
    Deadline deadline = Deadline.after(Duration.ofHours(1), System.nanoTime());
    boolean cancelled;

    FakeCall(String messageId, String key) {
      this.metadata = new CallMetadata(
          "payment.charge", messageId, messageId, null, key, 1, "node", Criticality.CRITICAL);
    }

    @Override
    public Deadline deadline() {
      return deadline;
    }

    @Override
    public boolean isCancelled() {
      return cancelled;
    }

    @Override
    public void onCancel(Runnable action) {
      throw new UnsupportedOperationException();
    }

    @Override
    public CallMetadata metadata() {
      return metadata;
    }

    @Override
    public <R> Future<R> fail(Record failure) {
      return Future.failedFuture(failure(failure));
    }

    @Override
    public RuntimeException failure(Record failure) {
      return new DeclaredFailure(failure);
    }

    @Override
    public <Q, R> Future<R> request(Request<Q, R> contract, Q message, CallOptions options) {
      throw new UnsupportedOperationException();
    }

    @Override
    public <T> Future<Void> publish(Topic<T> topic, T message) {
      throw new UnsupportedOperationException();
    }

    @Override
    public <T> Future<Publication> publishAcknowledged(
        Topic<T> topic, T message, CallOptions options) {
      throw new UnsupportedOperationException();
    }

    @Override
    public <Q, R> MessageWriter<Q, R> writer(Request<Q, R> contract, CallOptions options) {
      throw new UnsupportedOperationException();
    }

    @Override
    public <Q, R> Gather<R> gather(Request<Q, R> contract, Q message) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Bus detached() {
      throw new UnsupportedOperationException();
    }
  }
}
