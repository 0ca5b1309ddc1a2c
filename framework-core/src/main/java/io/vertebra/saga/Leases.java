package io.vertebra.saga;

import java.util.ArrayList;
import java.util.List;

/**
 * The partitions an owner holds. A lease counts from before it was asked for, on the owner's
 * monotonic clock, so it ends here no later than in the log.
 */
final class Leases {
  private final long[] epochs;
  private final long[] validUntil;
  private int count;

  Leases(int partitions) {
    this.epochs = new long[partitions];
    this.validUntil = new long[partitions];
  }

  /** The epoch under which a partition is held, or {@link SagaLog#UNOWNED}. */
  long epochOf(int partition, long now) {
    return epochs[partition] != SagaLog.UNOWNED && now < validUntil[partition]
        ? epochs[partition]
        : SagaLog.UNOWNED;
  }

  /** The lease of a partition, with epoch {@link SagaLog#UNOWNED} if there is none. */
  SagaLog.Lease lease(int partition) {
    return new SagaLog.Lease(partition, epochs[partition]);
  }

  int count() {
    return count;
  }

  /** Takes a new lease. */
  void add(SagaLog.Lease lease, long until) {
    if (epochs[lease.partition()] == SagaLog.UNOWNED) {
      count++;
    }
    epochs[lease.partition()] = lease.epoch();
    validUntil[lease.partition()] = until;
  }

  /** Lengthens a lease, unless it was lost meanwhile. */
  void extend(SagaLog.Lease lease, long until) {
    if (epochs[lease.partition()] == lease.epoch()) {
      validUntil[lease.partition()] = Math.max(validUntil[lease.partition()], until);
    }
  }

  /** Forgets a lease. */
  void remove(int partition) {
    if (epochs[partition] != SagaLog.UNOWNED) {
      epochs[partition] = SagaLog.UNOWNED;
      count--;
    }
  }

  /** All leases, also those whose time is up. */
  List<SagaLog.Lease> all() {
    List<SagaLog.Lease> all = new ArrayList<>(count);
    for (int partition = 0; partition < epochs.length; partition++) {
      if (epochs[partition] != SagaLog.UNOWNED) {
        all.add(new SagaLog.Lease(partition, epochs[partition]));
      }
    }
    return all;
  }

  /** The leases whose time is up. */
  List<SagaLog.Lease> expired(long now) {
    return all().stream().filter(lease -> now >= validUntil[lease.partition()]).toList();
  }
}
