package io.vertebra;

import io.vertebra.contract.Request;
import io.vertebra.contract.Topic;
import io.vertebra.directory.TapInterest;
import io.vertebra.dispatch.CallTap;
import io.vertebra.dispatch.Engine;
import io.vertebra.dispatch.Envelope;
import io.vertebra.dispatch.Timed;
import io.vertebra.error.VertebraException;
import io.vertebra.observe.TapRecord;
import io.vertebra.wire.Format;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jctools.queues.MpscArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * Records the calls of this node that somebody wants to see. Records wait in a bounded queue for the
 * control lane, which publishes so few of them at a time that calls do not suffer: about 10,000 a
 * second.
 */
final class TapRecorder implements CallTap {
  /** How records travel; every open tap subscribes to it. */
  static final Topic<TapRecord> RECORDS = Topic.of("vertebra.tapped", TapRecord.class);

  private static final int MOST_WAITING = 1024;
  private static final int MOST_AT_A_TIME = 100;
  private static final long PAUSE_NANOS = 10_000_000L;
  private static final int LONGEST_BODY = 4096;

  private final Engine engine;
  private final boolean showsBodies;
  private final MpscArrayQueue<Seen> waiting = new MpscArrayQueue<>(MOST_WAITING);
  private final AtomicBoolean scheduled = new AtomicBoolean();
  private final AtomicInteger missed = new AtomicInteger();
  private final Timed pause = new Timed() {
    @Override
    protected void onDeadline(long nowNanos) {
      publishSome();
    }
  };
  private volatile Wanted wanted = new Wanted(List.of(), Map.of());

  /**
   * A recorder that shows nothing yet.
   *
   * @param showsBodies whether bodies of messages sent here may be seen
   */
  TapRecorder(Engine engine, boolean showsBodies) {
    this.engine = engine;
    this.showsBodies = showsBodies;
  }

  /** What is wanted, and what that means for each contract that was met. */
  private record Wanted(List<TapInterest> interests, Map<String, TapFilter> filters) {
    TapFilter filterOf(String contract) {
      return filters.computeIfAbsent(contract, id -> TapFilter.of(id, interests));
    }
  }

  /** A call as it was seen; it becomes a record only when it is published. */
  private record Seen(
      TapRecord.Side side,
      String contract,
      Optional<String> body,
      Envelope envelope,
      @Nullable VertebraException failure,
      long nanos) {}

  /** Shows this from now on, and nothing else. */
  void show(List<TapInterest> interests) {
    wanted = new Wanted(interests, new ConcurrentHashMap<>());
  }

  @Override
  public void called(
      Request<?, ?> contract,
      Object message,
      Envelope envelope,
      @Nullable VertebraException failure,
      long nanos) {
    TapFilter filter = wanted.filterOf(contract.id());
    if (filter.takes(envelope)) {
      Optional<String> body =
          showsBodies && filter.takesBody(envelope) ? body(contract, message) : Optional.empty();
      add(new Seen(TapRecord.Side.CALLER, contract.id(), body, envelope, failure, nanos));
    }
  }

  @Override
  public void served(
      Request<?, ?> contract, Envelope envelope, @Nullable VertebraException failure, long nanos) {
    if (wanted.filterOf(contract.id()).takes(envelope)) {
      add(new Seen(
          TapRecord.Side.SERVER, contract.id(), Optional.empty(), envelope, failure, nanos));
    }
  }

  private static <Q> Optional<String> body(Request<Q, ?> contract, Object message) {
    try {
      Q body = contract.requestType().cast(message);
      String json = Format.JSON.encode(contract.requestType(), body).toString();
      return json.length() > LONGEST_BODY ? Optional.empty() : Optional.of(json);
    } catch (VertebraException unfit) {
      return Optional.empty();
    }
  }

  private void add(Seen seen) {
    if (!waiting.offer(seen)) {
      missed.incrementAndGet();
    }
    schedule();
  }

  private void schedule() {
    if (scheduled.compareAndSet(false, true)) {
      engine.control().post(this::publishSome);
    }
  }

  /** On the control lane. */
  private void publishSome() {
    for (int i = 0; i < MOST_AT_A_TIME; i++) {
      Seen seen = waiting.poll();
      if (seen == null) {
        scheduled.set(false);
        if (!waiting.isEmpty()) {
          schedule();
        }
        return;
      }
      engine
          .detachedBus()
          .publish(RECORDS, toRecord(seen))
          .onFailure(lost -> missed.incrementAndGet());
    }
    engine.control().arm(pause, engine.control().nanoTime() + PAUSE_NANOS);
  }

  private TapRecord toRecord(Seen seen) {
    Envelope envelope = seen.envelope;
    return new TapRecord(
        engine.nodeId(),
        seen.side,
        seen.contract,
        envelope.id().toString(),
        envelope.correlation().toString(),
        Optional.ofNullable(envelope.causation()).map(Object::toString),
        envelope.caller(),
        envelope.attempt(),
        Optional.ofNullable(seen.failure).map(failure -> failure.code().name()),
        seen.nanos / 1_000,
        seen.body,
        missed.getAndSet(0));
  }
}
