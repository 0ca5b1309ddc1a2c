package io.vertebra.test.fault;

import io.vertebra.outbox.Outbox;
import io.vertebra.outbox.OutboxMessage;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.LongConsumer;

/** An outbox behind a gate. */
final class FaultyOutbox implements Outbox {
  private final Outbox outbox;
  private final StoreGate gate;

  FaultyOutbox(Outbox outbox, StoreGate gate) {
    this.outbox = outbox;
    this.gate = gate;
  }

  @Override
  public Future<Void> append(List<OutboxMessage> messages) {
    return gate.pass(FaultPoint.OUTBOX_APPEND, () -> outbox.append(messages));
  }

  @Override
  public Future<Set<Lease>> settle(List<Lease> leases, List<Change> changes) {
    return gate.pass(FaultPoint.OUTBOX_SETTLE, () -> outbox.settle(leases, changes));
  }

  @Override
  public Future<Void> redrive(List<Long> ids) {
    return gate.pass(FaultPoint.OUTBOX_SETTLE, () -> outbox.redrive(ids));
  }

  @Override
  public Future<Grant> acquire(String owner, int wanted, Duration lease) {
    return gate.pass(FaultPoint.OUTBOX_LEASE, () -> outbox.acquire(owner, wanted, lease));
  }

  @Override
  public Future<List<Lease>> renew(String owner, List<Lease> leases, Duration lease) {
    return gate.pass(FaultPoint.OUTBOX_LEASE, () -> outbox.renew(owner, leases, lease));
  }

  @Override
  public Future<Void> release(String owner, List<Lease> leases) {
    return gate.pass(FaultPoint.OUTBOX_LEASE, () -> outbox.release(owner, leases));
  }

  @Override
  public Future<Void> leave(String owner) {
    return gate.pass(FaultPoint.OUTBOX_LEASE, () -> outbox.leave(owner));
  }

  @Override
  public Future<List<Stop>> stopped(List<Lease> leases) {
    return gate.pass(FaultPoint.OUTBOX_READ, () -> outbox.stopped(leases));
  }

  @Override
  public Future<List<Row>> ready(List<Lane> lanes, List<Integer> most) {
    return gate.pass(FaultPoint.OUTBOX_READ, () -> outbox.ready(lanes, most));
  }

  @Override
  public Future<List<Row>> aside(Lane lane, String key, int limit) {
    return gate.pass(FaultPoint.OUTBOX_READ, () -> outbox.aside(lane, key, limit));
  }

  @Override
  public Future<List<DeadLetter>> deadLetters(int limit) {
    return gate.pass(FaultPoint.OUTBOX_READ, () -> outbox.deadLetters(limit));
  }

  @Override
  public Runnable onAppended(LongConsumer listener) {
    return outbox.onAppended(partitions -> {
      if (!gate.isCrashed()) {
        listener.accept(partitions);
      }
    });
  }
}
