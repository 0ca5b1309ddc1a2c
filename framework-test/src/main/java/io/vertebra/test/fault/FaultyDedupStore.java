package io.vertebra.test.fault;

import io.vertebra.idempotency.DedupStore;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;

/** A dedup store behind a gate. */
final class FaultyDedupStore implements DedupStore {
  private final DedupStore store;
  private final StoreGate gate;

  FaultyDedupStore(DedupStore store, StoreGate gate) {
    this.store = store;
    this.gate = gate;
  }

  @Override
  public Future<Begin> begin(String consumer, String key, String fingerprint, Duration lease) {
    return gate.pass(FaultPoint.DEDUP_BEGIN, () -> store.begin(consumer, key, fingerprint, lease));
  }

  @Override
  public Future<Completion> complete(Token token, Buffer reply) {
    return gate.pass(FaultPoint.DEDUP_COMPLETE, () -> store.complete(token, reply));
  }

  @Override
  public Future<Void> release(Token token) {
    return gate.pass(FaultPoint.DEDUP_RELEASE, () -> store.release(token));
  }

  @Override
  public Future<Boolean> extend(Token token, Duration lease) {
    return gate.pass(FaultPoint.DEDUP_EXTEND, () -> store.extend(token, lease));
  }
}
