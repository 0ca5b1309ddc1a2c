package io.vertebra.test.fault;

import io.vertebra.saga.SagaEvent;
import io.vertebra.saga.SagaLog;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** A saga log behind a gate. */
final class FaultyLog implements SagaLog {
  private final SagaLog log;
  private final StoreGate gate;

  FaultyLog(SagaLog log, StoreGate gate) {
    this.log = log;
    this.gate = gate;
  }

  @Override
  public Future<List<Result>> write(List<Transition> batch) {
    return gate.pass(batch.stream().map(FaultyLog::pointOf).toList(), () -> log.write(batch));
  }

  private static FaultPoint pointOf(Transition transition) {
    if (transition.isStart()) {
      return FaultPoint.SAGA_START;
    }
    return transition.row().status().isActive() ? FaultPoint.SAGA_STEP : FaultPoint.SAGA_END;
  }

  @Override
  public Future<Integer> purge(Duration retention, int limit) {
    return gate.pass(FaultPoint.SAGA_PURGE, () -> log.purge(retention, limit));
  }

  @Override
  public Future<SignalResult> signal(Signal signal) {
    return gate.pass(FaultPoint.SAGA_SIGNAL, () -> log.signal(signal));
  }

  @Override
  public Future<Grant> acquire(String owner, int wanted, Duration lease) {
    return gate.pass(FaultPoint.SAGA_LEASE, () -> log.acquire(owner, wanted, lease));
  }

  @Override
  public Future<List<Lease>> renew(String owner, List<Lease> leases, Duration lease) {
    return gate.pass(FaultPoint.SAGA_LEASE, () -> log.renew(owner, leases, lease));
  }

  @Override
  public Future<Void> release(String owner, List<Lease> leases) {
    return gate.pass(FaultPoint.SAGA_LEASE, () -> log.release(owner, leases));
  }

  @Override
  public Future<Void> leave(String owner) {
    return gate.pass(FaultPoint.SAGA_LEASE, () -> log.leave(owner));
  }

  @Override
  public Future<List<Row>> load(List<Lease> leases, @Nullable String afterId, int limit) {
    return gate.pass(FaultPoint.SAGA_READ, () -> log.load(leases, afterId, limit));
  }

  @Override
  public Future<List<Row>> due(List<Lease> leases, int limit) {
    return gate.pass(FaultPoint.SAGA_READ, () -> log.due(leases, limit));
  }

  @Override
  public Future<Optional<Row>> find(String saga, String key) {
    return gate.pass(FaultPoint.SAGA_READ, () -> log.find(saga, key));
  }

  @Override
  public Future<List<SagaEvent>> history(String saga, String key) {
    return gate.pass(FaultPoint.SAGA_READ, () -> log.history(saga, key));
  }

  @Override
  public Runnable onUnowned(IntConsumer listener) {
    return log.onUnowned(partition -> {
      if (!gate.isCrashed()) {
        listener.accept(partition);
      }
    });
  }
}
