package io.vertebra.gateway;

import io.vertebra.contract.Request;
import io.vertebra.error.DeclaredFailure;
import io.vertebra.error.OverloadedException;
import io.vertebra.error.VertebraException;
import io.vertebra.messaging.Bus;
import io.vertebra.messaging.CallOptions;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Calls whose callers do not wait, kept in memory with what came of them. May be used from any thread. */
final class CallProgress<Q, R> implements Progress<Q, R> {
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
  private static final String RUNNING = "RUNNING";

  private final Bus bus;
  private final Request<Q, R> contract;
  private final CallOptions options;
  private final int most;
  private final InstantSource clock = InstantSource.system();
  private final Map<String, Work<R>> works = new ConcurrentHashMap<>();
  private final AtomicInteger running = new AtomicInteger();
  private final AtomicInteger ended = new AtomicInteger();
  private final Queue<String> endedKeys = new ConcurrentLinkedQueue<>();
  private final Watchers watchers = new Watchers();

  private record Work<R>(State<R> state, List<Event> events) {

    /** Whether another message of the same key has nothing to begin. */
    boolean stands() {
      Throwable failure = state.failure();
      return failure == null || failure instanceof DeclaredFailure;
    }

    Work<R> then(State<R> next, Event event) {
      List<Event> all = new ArrayList<>(events);
      all.add(event);
      return new Work<>(next, List.copyOf(all));
    }
  }

  CallProgress(Bus bus, Request<Q, R> contract, CallOptions options, int most) {
    if (!contract.isIdempotent() && !contract.isKeyed()) {
      throw new IllegalArgumentException("'" + contract.name()
          + "' has no key to know its work by; declare it with idempotentBy or keyedBy");
    }
    if (most < 1) {
      throw new IllegalArgumentException("at least 1 call must be kept: " + most);
    }
    this.bus = bus.detached();
    this.contract = contract;
    this.options = options;
    this.most = most;
  }

  @Override
  public Future<State<R>> begin(Q message) {
    String key = keyOf(message);
    if (running.incrementAndGet() > most) {
      running.decrementAndGet();
      return Future.failedFuture(
          OverloadedException.queueFull(contract.name(), most, 0, RETRY_AFTER));
    }
    AtomicBoolean began = new AtomicBoolean();
    State<R> started = State.running(key, RUNNING);
    Event event = event("STARTED", "");
    Work<R> work = works.compute(key, (k, before) -> {
      if (before != null && before.stands()) {
        return before;
      }
      began.set(true);
      return before == null ? new Work<>(started, List.of(event)) : before.then(started, event);
    });
    if (began.get()) {
      call(key, message);
    } else {
      running.decrementAndGet();
    }
    return Future.succeededFuture(work.state);
  }

  private String keyOf(Q message) {
    String key = contract.idempotencyKeyOf(message);
    return key != null ? key : String.valueOf(contract.keyOf(message));
  }

  private void call(String key, Q message) {
    Future<R> reply;
    try {
      reply = bus.request(contract, message, options);
    } catch (RuntimeException unfit) {
      reply = Future.failedFuture(unfit);
    }
    reply.onComplete((outcome, failure) -> end(key, outcome, failure));
  }

  private void end(String key, @Nullable R outcome, @Nullable Throwable failure) {
    running.decrementAndGet();
    String status = failure == null ? "COMPLETED" : "FAILED";
    works.computeIfPresent(key, (k, before) -> {
      State<R> state = failure != null
          ? State.failed(key, status, failure)
          : new State<>(key, status, true, outcome, null);
      return before.then(state, event(status, failure == null ? "" : word(failure)));
    });
    endedKeys.add(key);
    if (ended.incrementAndGet() > most) {
      ended.decrementAndGet();
      forgetOldest();
    }
    watchers.changed(key);
  }

  private void forgetOldest() {
    String oldest = endedKeys.poll();
    if (oldest != null) {
      works.computeIfPresent(oldest, (k, work) -> work.state.isFinal() ? null : work);
    }
  }

  private static String word(Throwable failure) {
    return failure instanceof DeclaredFailure declared
        ? declared.failure().getClass().getSimpleName()
        : failure instanceof VertebraException known
            ? known.code().name()
            : failure.getClass().getName();
  }

  private Event event(String kind, String detail) {
    return new Event(kind, "", 0, detail, clock.instant());
  }

  @Override
  public Future<Optional<State<R>>> find(String key) {
    return Future.succeededFuture(Optional.ofNullable(works.get(key)).map(Work::state));
  }

  @Override
  public Future<List<Event>> history(String key) {
    Work<R> work = works.get(key);
    return Future.succeededFuture(work == null ? List.of() : work.events);
  }

  @Override
  public Runnable onChange(String key, Runnable action) {
    return watchers.add(key, action);
  }
}
