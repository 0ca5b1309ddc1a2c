package io.vertebra.saga;

import io.vertebra.contract.Request;
import io.vertebra.error.SagaException;
import io.vertebra.messaging.Bus;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs sagas: starts instances, sends their commands, writes what comes of them, undoes what failed.
 *
 * <p>Commands are sent at least once, always with the same message id and the same bytes, and only
 * after the change that asks for them is in the log. What was begun goes on after a crash, here or on
 * another engine that shares the log.
 *
 * <p>An engine works on the context it was created on. It may be called from any thread; futures
 * complete on the context of the caller.
 */
public final class SagaEngine {
  private final VertxInternal vertx;
  private final SagaLog log;
  private final SagaOptions options;
  private final EngineLoop loop;
  private final Map<String, SagaMachine<?>> byContract = new HashMap<>();
  private final List<Saga<?>> sagas;

  private SagaEngine(
      VertxInternal vertx, SagaLog log, SagaOptions options, EngineLoop loop, List<Saga<?>> sagas) {
    this.vertx = vertx;
    this.log = log;
    this.options = options;
    this.loop = loop;
    this.sagas = List.copyOf(sagas);
    SplittableRandom random = new SplittableRandom();
    for (Saga<?> saga : sagas) {
      SagaMachine<?> machine =
          new SagaMachine<>(saga, MessageCodec.JSON, random::nextDouble, options.limits());
      loop.owner().add(machine);
      byContract.merge(saga.startedBy().toString(), machine, SagaEngine::newer);
    }
  }

  /**
   * An engine for these definitions. Several versions of a saga may be given: the newest starts
   * instances, the others go on with theirs. Fails with {@code SAGA_INVALID} if two contradict each
   * other. It does nothing until it is started.
   */
  public static SagaEngine create(
      Vertx vertx, Bus bus, SagaLog log, SagaOptions options, List<? extends Saga<?>> sagas) {
    EngineLoop loop = new EngineLoop(vertx, bus, log, options, ids());
    return new SagaEngine((VertxInternal) vertx, log, options, loop, new ArrayList<>(sagas));
  }

  private static Supplier<String> ids() {
    UUID seed = UUID.randomUUID();
    String prefix =
        Long.toString(seed.getMostSignificantBits() ^ seed.getLeastSignificantBits(), 36);
    AtomicLong next = new AtomicLong();
    return () -> prefix + "-" + Long.toString(next.getAndIncrement(), 36);
  }

  private static SagaMachine<?> newer(SagaMachine<?> one, SagaMachine<?> other) {
    if (!one.saga().name().equals(other.saga().name())) {
      throw SagaException.invalid(
          other.saga().name(), "'" + one.saga().name() + "' is started by the same contract");
    }
    return one.saga().version() > other.saga().version() ? one : other;
  }

  /** Begins to lease partitions and to go on with the instances in them. */
  public Future<Void> start() {
    return onCaller(loop.start());
  }

  /** Gives the partitions back. Instances that are not at their end are gone on with elsewhere, or after a restart. */
  public Future<Void> close() {
    return onCaller(loop.close());
  }

  /** The contracts that start its sagas: what {@link #run} and {@link #begin} take. */
  public List<Request<?, ?>> contracts() {
    List<Request<?, ?>> contracts = new ArrayList<>();
    byContract.values().forEach(machine -> contracts.add(machine.saga().startedBy()));
    return contracts;
  }

  /** The definitions it was created with. */
  public List<Saga<?>> sagas() {
    return sagas;
  }

  /**
   * Starts an instance and completes with its outcome, completed or compensated; attaches if the key
   * is known. Fails with {@code SAGA_NEEDS_OPERATOR} if it got stuck, and with {@code
   * SAGA_LOG_UNAVAILABLE} if it may not have begun: the same start may be repeated. Whoever gives up
   * waiting does not stop the saga.
   */
  public <Q, R> Future<R> run(Request<Q, R> contract, Q message) {
    Promise<R> promise = vertx.promise();
    start(contract, message, new EndWaiter<>(loop, contract, promise));
    return promise.future();
  }

  /** Starts an instance, or attaches, and completes as soon as it is in the log. */
  public <Q> Future<SagaInstance> begin(Request<Q, ?> contract, Q message) {
    Promise<SagaInstance> promise = vertx.promise();
    start(contract, message, new BeginWaiter(log, loop, promise));
    return promise.future();
  }

  /** The outcome of an instance that has ended; empty if there is none, or it has not ended. */
  public <R> Future<Optional<R>> outcome(Request<?, R> contract, String key) {
    SagaMachine<?> machine = machine(contract);
    return onCaller(log.find(machine.saga().name(), key)
        .map(row -> row.filter(found -> found.status().isFinal())
            .map(found -> Views.outcome(contract, machineOf(found), found))));
  }

  /** An instance as it was last written; empty if its key is not known, or not any more. */
  public Future<Optional<SagaInstance>> find(Saga<?> saga, String key) {
    return onCaller(log.find(saga.name(), key)
        .map(row -> row.map(found -> Views.view(machineOf(found), found))));
  }

  /** What happened to an instance so far, in order. */
  public Future<List<SagaEvent>> history(Saga<?> saga, String key) {
    return onCaller(log.history(saga.name(), key));
  }

  /**
   * Tells an instance that something happened for which one of its steps waits, or will wait; answers
   * once that is stored. An event that comes before its step waits with the instance. {@code
   * UNKNOWN_INSTANCE} says that there is none with this key, or that it has ended: whoever can send an
   * event before the start should send it again.
   *
   * @param event the name that the step has
   * @param message of the step's type
   * @param id unique per instance and event name, for instance the message id of what happened: an
   *     event that is sent again with the same id counts once
   * @throws SagaException {@code SAGA_INVALID} if no step waits for such an event, {@code
   *     SAGA_TOO_LARGE} if it has more bytes than {@link SagaOptions#maxState()}
   */
  public Future<SagaLog.SignalResult> signal(
      Saga<?> saga, String key, String event, Object message, String id) {
    return send(SagaSignals.event(saga, key, event, message, id, options.maxState()));
  }

  /**
   * Has an instance compensated; answers once that is stored. What is in flight is awaited first; if
   * its outcome stays unknown, it is compensated too. Once the pivot's command is written, and while
   * the instance is compensated anyway, a cancel changes nothing and the history says so. Only the
   * first cancel of an instance counts.
   */
  public Future<SagaLog.SignalResult> cancel(Saga<?> saga, String key, String by, String why) {
    return send(SagaSignals.cancel(saga, key, by, why));
  }

  /** For decisions on instances that wait for an operator. */
  public SagaOperator operator() {
    return new SagaOperator(this::send, options.maxState());
  }

  private Future<SagaLog.SignalResult> send(SagaLog.Signal signal) {
    return onCaller(log.signal(signal));
  }

  /**
   * Has every event of the instances that run here told to {@code handler}, after it was written, on
   * the engine's context. Answers what takes the handler off again.
   */
  public Runnable onEvent(Consumer<SagaEvent> handler) {
    return loop.onEvent(handler);
  }

  private <Q> void start(Request<Q, ?> contract, Q message, Waiter waiter) {
    SagaMachine<?> machine = machine(contract);
    loop.submit(now -> loop.owner().start(machine, message, waiter, now));
  }

  private SagaMachine<?> machine(Request<?, ?> contract) {
    SagaMachine<?> machine = byContract.get(contract.toString());
    if (machine == null) {
      throw SagaException.invalid(contract.toString(), "no saga of this engine is started by it");
    }
    return machine;
  }

  private @Nullable SagaMachine<?> machineOf(SagaLog.Row row) {
    return loop.owner().machine(row.definition());
  }

  private <T> Future<T> onCaller(Future<T> future) {
    Promise<T> promise = vertx.promise();
    future.onComplete(promise);
    return promise.future();
  }
}
