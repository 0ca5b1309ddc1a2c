package io.vertebra;

import io.vertebra.contract.Request;
import io.vertebra.contract.Topic;
import io.vertebra.directory.ServedContract;
import io.vertebra.directory.TapInterest;
import io.vertebra.dispatch.CallTap;
import io.vertebra.dispatch.Engine;
import io.vertebra.dispatch.Envelope;
import io.vertebra.dispatch.Timed;
import io.vertebra.error.VertebraException;
import io.vertebra.messaging.Subscription;
import io.vertebra.messaging.SubscriptionOptions;
import io.vertebra.observe.Tap;
import io.vertebra.observe.TapOptions;
import io.vertebra.observe.TapRecord;
import io.vertebra.wire.Format;
import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jctools.queues.MpscArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * The taps that are open on this node, and what all nodes want to see of the calls here. The engine
 * knows of it only while somebody wants something. Records wait in a bounded queue for the control
 * lane, which publishes so many of them at a time that calls do not suffer.
 */
final class NodeTaps implements CallTap {
  private static final Topic<TapRecord> TAPPED = Topic.of("vertebra.tapped", TapRecord.class);
  private static final int MOST_WAITING = 1024;
  private static final int MOST_AT_A_TIME = 256;
  private static final long PAUSE_NANOS = 10_000_000L;
  private static final int LONGEST_BODY = 4096;

  private final Engine engine;
  private final boolean showsBodies;
  private volatile Function<List<TapInterest>, Future<Void>> announcement =
      alone -> Future.succeededFuture();
  private final List<OpenTap> open = new CopyOnWriteArrayList<>();
  private final Map<String, List<TapInterest>> wanted = new ConcurrentHashMap<>();
  private volatile Map<String, TapFilter> filters = new ConcurrentHashMap<>();
  private final MpscArrayQueue<Seen> waiting = new MpscArrayQueue<>(MOST_WAITING);
  private final AtomicBoolean scheduled = new AtomicBoolean();
  private final AtomicInteger missed = new AtomicInteger();
  private final Timed pause = new Timed() {
    @Override
    protected void onDeadline(long nowNanos) {
      publishSome();
    }
  };

  /**
   * Taps of a node.
   *
   * @param showsBodies whether bodies of messages sent here may be seen
   */
  NodeTaps(Engine engine, boolean showsBodies) {
    this.engine = engine;
    this.showsBodies = showsBodies;
  }

  /** Sets how other nodes are told what is wanted here; completes once they know. */
  void announceBy(Function<List<TapInterest>, Future<Void>> channel) {
    announcement = channel;
  }

  /** A call as it was seen; it becomes a record only when it is published. */
  private record Seen(
      TapRecord.Side side,
      Request<?, ?> contract,
      @Nullable Object body,
      Envelope envelope,
      @Nullable VertebraException failure,
      long nanos) {}

  Future<Tap> open(
      TapOptions options, Consumer<? super TapRecord> handler, ContextInternal context) {
    OpenTap tap = new OpenTap(options, handler);
    tap.subscription = engine.topics().subscribe(TAPPED, tap::take, tap.toSubscription(), context);
    open.add(tap);
    return announce().map(tap);
  }

  private Future<Void> announce() {
    List<TapInterest> own = new ArrayList<>();
    for (OpenTap tap : open) {
      tap.addTo(own);
    }
    wants(engine.nodeId(), own);
    return Future.join(announcement.apply(own), engine.announce()).mapEmpty();
  }

  /** A node says what it wants to see; nothing when it is gone. Any thread. */
  void wants(String node, List<TapInterest> interests) {
    if (interests.isEmpty()) {
      wanted.remove(node);
    } else {
      wanted.put(node, interests);
    }
    filters = new ConcurrentHashMap<>();
    engine.tap(wanted.isEmpty() ? null : this);
  }

  Future<Void> close() {
    List<Future<Void>> closed = open.stream().map(OpenTap::close).toList();
    return Future.join(closed).mapEmpty();
  }

  @Override
  public void called(
      Request<?, ?> contract,
      Object message,
      Envelope envelope,
      @Nullable VertebraException failure,
      long nanos) {
    see(TapRecord.Side.CALLER, contract, message, envelope, failure, nanos);
  }

  @Override
  public void served(
      Request<?, ?> contract, Envelope envelope, @Nullable VertebraException failure, long nanos) {
    see(TapRecord.Side.SERVER, contract, null, envelope, failure, nanos);
  }

  private void see(
      TapRecord.Side side,
      Request<?, ?> contract,
      @Nullable Object message,
      Envelope envelope,
      @Nullable VertebraException failure,
      long nanos) {
    TapFilter filter = filters.computeIfAbsent(contract.id(), this::filterOf);
    if (filter.oneIn() == 0) {
      return;
    }
    String conversation = envelope.correlation().toString();
    if (!filter.takes(conversation)) {
      return;
    }
    Object body = showsBodies && filter.takesBody(conversation) ? message : null;
    if (!waiting.offer(new Seen(side, contract, body, envelope, failure, nanos))) {
      missed.incrementAndGet();
    }
    if (scheduled.compareAndSet(false, true)) {
      engine.control().post(this::publishSome);
    }
  }

  private TapFilter filterOf(String contract) {
    List<TapInterest> all = new ArrayList<>();
    wanted.values().forEach(all::addAll);
    return TapFilter.of(contract, all);
  }

  /** On the control lane. */
  private void publishSome() {
    for (int i = 0; i < MOST_AT_A_TIME; i++) {
      Seen seen = waiting.poll();
      if (seen == null) {
        scheduled.set(false);
        if (!waiting.isEmpty() && scheduled.compareAndSet(false, true)) {
          engine.control().post(this::publishSome);
        }
        return;
      }
      engine
          .detachedBus()
          .publish(TAPPED, toRecord(seen))
          .onFailure(lost -> missed.incrementAndGet());
    }
    engine.control().arm(pause, System.nanoTime() + PAUSE_NANOS);
  }

  private TapRecord toRecord(Seen seen) {
    Envelope envelope = seen.envelope;
    return new TapRecord(
        engine.nodeId(),
        seen.side,
        seen.contract.id(),
        envelope.id().toString(),
        envelope.correlation().toString(),
        Optional.ofNullable(envelope.causation()).map(Object::toString),
        envelope.caller(),
        envelope.attempt(),
        Optional.ofNullable(seen.failure).map(failure -> failure.code().name()),
        seen.nanos / 1_000,
        body(seen.contract, seen.body),
        missed.getAndSet(0));
  }

  private static <Q> Optional<String> body(Request<Q, ?> contract, @Nullable Object message) {
    if (message == null) {
      return Optional.empty();
    }
    try {
      Q body = contract.requestType().cast(message);
      String json = Format.JSON.encode(contract.requestType(), body).toString();
      return json.length() > LONGEST_BODY ? Optional.empty() : Optional.of(json);
    } catch (VertebraException unfit) {
      return Optional.empty();
    }
  }

  /** One tap; its records come to it as messages of a topic, one at a time. */
  private final class OpenTap implements Tap {
    private final TapOptions options;
    private final Consumer<? super TapRecord> handler;
    private final AtomicInteger missedThere = new AtomicInteger();
    private @Nullable Subscription subscription;

    OpenTap(TapOptions options, Consumer<? super TapRecord> handler) {
      this.options = options;
      this.handler = handler;
    }

    SubscriptionOptions toSubscription() {
      return SubscriptionOptions.defaults().withBuffer(options.buffer());
    }

    void addTo(List<TapInterest> interests) {
      if (options.contracts().isEmpty()) {
        interests.add(
            new TapInterest(TapInterest.EVERY_CONTRACT, options.oneIn(), options.hasBodies()));
      }
      for (String contract : options.contracts()) {
        interests.add(new TapInterest(
            ServedContract.requestId(contract), options.oneIn(), options.hasBodies()));
      }
    }

    Future<?> take(TapRecord tapped) {
      missedThere.addAndGet(tapped.missedBefore());
      boolean isMeant =
          options.contracts().isEmpty() || options.contracts().contains(tapped.contract());
      if (isMeant && TapFilter.isChosen(tapped.correlationId(), options.oneIn())) {
        handler.accept(options.hasBodies() ? tapped : tapped.withoutBody());
      }
      return Future.succeededFuture();
    }

    @Override
    public long missed() {
      return missedThere.get() + (subscription == null ? 0 : subscription.discarded());
    }

    @Override
    public Future<Void> close() {
      open.remove(this);
      Future<Void> ended = subscription == null ? Future.succeededFuture() : subscription.close();
      return Future.join(announce(), ended).mapEmpty();
    }
  }
}
