package io.vertebra.cluster.postgres.crash;

import io.vertebra.saga.SagaEvent;
import io.vertebra.saga.SagaLog;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** A log with crash points before and after what it writes. */
final class CrashingLog implements SagaLog {
  private final SagaLog log;
  private final CrashPoint point;

  CrashingLog(SagaLog log, CrashPoint point) {
    this.log = log;
    this.point = point;
  }

  @Override
  public Future<List<Result>> write(List<Transition> batch) {
    pass(batch, ".before");
    return log.write(batch).map(results -> {
      pass(batch, ".after");
      return results;
    });
  }

  private void pass(List<Transition> batch, String when) {
    for (Transition transition : batch) {
      point.at(writePoint(transition) + when);
    }
  }

  /** W1 the start with its first command, W7 a reply with the next command, W9 the end. */
  private static String writePoint(Transition transition) {
    if (transition.isStart()) {
      return "W1";
    }
    return transition.row().status().isActive() ? "W7" : "W9";
  }

  @Override
  public Future<Integer> purge(Duration retention, int limit) {
    point.at("W10.before");
    return log.purge(retention, limit).map(purged -> {
      if (purged > 0) {
        point.at("W10.after");
      }
      return purged;
    });
  }

  @Override
  public Future<Grant> acquire(String owner, int wanted, Duration lease) {
    return log.acquire(owner, wanted, lease);
  }

  @Override
  public Future<List<Lease>> renew(String owner, List<Lease> leases, Duration lease) {
    return log.renew(owner, leases, lease);
  }

  @Override
  public Future<Void> release(String owner, List<Lease> leases) {
    return log.release(owner, leases);
  }

  @Override
  public Future<Void> leave(String owner) {
    return log.leave(owner);
  }

  @Override
  public Future<List<Row>> load(List<Lease> leases, @Nullable String afterId, int limit) {
    return log.load(leases, afterId, limit);
  }

  @Override
  public Future<List<Row>> due(List<Lease> leases, int limit) {
    return log.due(leases, limit);
  }

  @Override
  public Future<SignalResult> signal(Signal signal) {
    return log.signal(signal);
  }

  @Override
  public Future<Optional<Row>> find(String saga, String key) {
    return log.find(saga, key);
  }

  @Override
  public Future<List<SagaEvent>> history(String saga, String key) {
    return log.history(saga, key);
  }

  @Override
  public Runnable onUnowned(IntConsumer listener) {
    return log.onUnowned(listener);
  }
}
