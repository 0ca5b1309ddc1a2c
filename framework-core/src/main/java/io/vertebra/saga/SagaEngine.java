package io.vertebra.saga;

import io.vertebra.contract.Request;
import io.vertebra.error.HandlerException;
import io.vertebra.error.SagaException;
import io.vertebra.error.VertebraException;
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
  private final EngineLoop loop;
  private final Map<String, SagaMachine<?>> byContract = new HashMap<>();
  private final List<Saga<?>> sagas;

  private SagaEngine(VertxInternal vertx, SagaLog log, EngineLoop loop, List<Saga<?>> sagas) {
    this.vertx = vertx;
    this.log = log;
    this.loop = loop;
    this.sagas = List.copyOf(sagas);
    SplittableRandom random = new SplittableRandom();
    for (Saga<?> saga : sagas) {
      SagaMachine<?> machine = new SagaMachine<>(saga, MessageCodec.JSON, random::nextDouble);
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
    return new SagaEngine((VertxInternal) vertx, log, loop, new ArrayList<>(sagas));
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
    start(contract, message, new EndWaiter<>(contract, promise));
    return promise.future();
  }

  /** Starts an instance, or attaches, and completes as soon as it is in the log. */
  public <Q> Future<SagaInstance> begin(Request<Q, ?> contract, Q message) {
    Promise<SagaInstance> promise = vertx.promise();
    start(contract, message, new BeginWaiter(promise));
    return promise.future();
  }

  /** The outcome of an instance that has ended; empty if there is none, or it has not ended. */
  public <R> Future<Optional<R>> outcome(Request<?, R> contract, String key) {
    SagaMachine<?> machine = machine(contract);
    return onCaller(log.find(machine.saga().name(), key)
        .map(row -> row.filter(r -> r.status().isFinal()).map(r -> read(contract, r))));
  }

  /** An instance as it was last written; empty if its key is not known, or not any more. */
  public Future<Optional<SagaInstance>> find(Saga<?> saga, String key) {
    return onCaller(log.find(saga.name(), key).map(row -> row.map(this::view)));
  }

  /** What happened to an instance so far, in order. */
  public Future<List<SagaEvent>> history(Saga<?> saga, String key) {
    return onCaller(log.history(saga.name(), key));
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

  private <R> R read(Request<?, R> contract, SagaLog.Row row) {
    SagaMachine<?> machine = loop.owner().machine(row.definition());
    if (machine == null) {
      throw SagaException.stalled(row.saga(), row.key(), "its definition is not here");
    }
    return outcome(contract, machine, row);
  }

  private static <S, R> R outcome(Request<?, R> contract, SagaMachine<S> machine, SagaLog.Row row) {
    return outcome(contract, machine.saga(), machine.read(row, 0));
  }

  private static <S, R> R outcome(Request<?, R> contract, Saga<S> saga, Instance<S> instance) {
    if (!instance.status().isFinal()) {
      throw SagaException.needsOperator(saga.name(), instance.key(), stuckStep(saga, instance));
    }
    try {
      R outcome = contract.replyType().cast(saga.start().outcome().apply(instance.state()));
      if (outcome == null) {
        throw HandlerException.answeredNothing(contract.name());
      }
      return outcome;
    } catch (VertebraException e) {
      throw e;
    } catch (RuntimeException e) {
      throw HandlerException.threw(contract.name(), e);
    }
  }

  private static <S> String stuckStep(Saga<S> saga, Instance<S> instance) {
    for (StepDefinition<S> step : saga.steps()) {
      StepState state = instance.stepState(step.index());
      boolean forward = step.kind() != StepDefinition.Kind.COMPENSABLE;
      if (state == StepState.STUCK
          || (forward && state != StepState.DONE && state != StepState.SKIPPED)) {
        return step.name();
      }
    }
    return saga.steps().get(saga.steps().size() - 1).name();
  }

  private SagaInstance view(SagaLog.Row row) {
    SagaMachine<?> machine = loop.owner().machine(row.definition());
    List<SagaInstance.Step> steps = new ArrayList<>();
    if (machine != null) {
      List<String> names = machine.saga().stepNames();
      for (int i = 0; i < names.size(); i++) {
        steps.add(new SagaInstance.Step(names.get(i), StepState.of(row.steps().charAt(i))));
      }
    }
    boolean stalled = machine == null && row.status().isActive();
    SagaStatus status = stalled ? SagaStatus.STALLED : row.status();
    return new SagaInstance(row.id(), row.saga(), row.key(), status, row.version(), steps);
  }

  private <T> Future<T> onCaller(Future<T> future) {
    Promise<T> promise = vertx.promise();
    future.onComplete(promise);
    return promise.future();
  }

  private final class EndWaiter<R> implements Waiter {
    private final Request<?, R> contract;
    private final Promise<R> promise;

    EndWaiter(Request<?, R> contract, Promise<R> promise) {
      this.contract = contract;
      this.promise = promise;
    }

    @Override
    public void begun(SagaMachine<?> machine, Instance<?> instance) {
      // the end is what counts
    }

    @Override
    public <S> void ended(SagaMachine<S> machine, Instance<S> instance) {
      R outcome;
      try {
        outcome = outcome(contract, machine.saga(), instance);
      } catch (RuntimeException e) {
        promise.tryFail(e);
        return;
      }
      promise.tryComplete(outcome);
    }

    @Override
    public void follow(String saga, String key) {
      loop.watch(saga, key, this);
    }

    @Override
    public void failed(Throwable failure) {
      promise.tryFail(failure);
    }
  }

  private final class BeginWaiter implements Waiter {
    private final Promise<SagaInstance> promise;

    BeginWaiter(Promise<SagaInstance> promise) {
      this.promise = promise;
    }

    @Override
    public void begun(SagaMachine<?> machine, Instance<?> instance) {
      List<SagaInstance.Step> steps = new ArrayList<>();
      List<String> names = machine.saga().stepNames();
      for (int i = 0; i < names.size(); i++) {
        steps.add(new SagaInstance.Step(names.get(i), instance.stepState(i)));
      }
      promise.tryComplete(new SagaInstance(
          instance.id(),
          machine.saga().name(),
          instance.key(),
          instance.status(),
          instance.version(),
          steps));
    }

    @Override
    public <S> void ended(SagaMachine<S> machine, Instance<S> instance) {
      begun(machine, instance);
    }

    @Override
    public void follow(String saga, String key) {
      log.find(saga, key)
          .map(row -> row.map(SagaEngine.this::view)
              .orElseThrow(() -> SagaException.logUnavailable(saga, key)))
          .onSuccess(promise::tryComplete)
          .onFailure(promise::tryFail);
    }

    @Override
    public void failed(Throwable failure) {
      promise.tryFail(failure);
    }
  }
}
