package io.vertebra.outbox;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The partitions a relay holds, by its own clock. What it says runs out earlier than in the outbox,
 * since times count from before the lease was asked for.
 */
final class HeldLeases {
  private final Outbox.@Nullable Lease[] leases;
  private final long[] until;
  private int count;

  HeldLeases(int partitions) {
    this.leases = new Outbox.Lease[partitions];
    this.until = new long[partitions];
  }

  /** The lease of a partition that is held. */
  Outbox.Lease of(int partition) {
    return Objects.requireNonNull(leases[partition]);
  }

  /** When a partition's lease runs out. */
  long until(int partition) {
    return until[partition];
  }

  boolean holds(Outbox.Lease lease) {
    return lease.equals(leases[lease.partition()]);
  }

  int count() {
    return count;
  }

  void add(Outbox.Lease lease, long end) {
    if (leases[lease.partition()] == null) {
      count++;
    }
    leases[lease.partition()] = lease;
    until[lease.partition()] = end;
  }

  /** Lengthens a lease, unless it was lost meanwhile. */
  void extend(Outbox.Lease lease, long end) {
    if (holds(lease)) {
      until[lease.partition()] = Math.max(until[lease.partition()], end);
    }
  }

  void remove(Outbox.Lease lease) {
    if (holds(lease)) {
      leases[lease.partition()] = null;
      until[lease.partition()] = Long.MIN_VALUE;
      count--;
    }
  }

  /** All leases, also those whose time is up. */
  List<Outbox.Lease> all() {
    List<Outbox.Lease> all = new ArrayList<>(count);
    for (Outbox.Lease lease : leases) {
      if (lease != null) {
        all.add(lease);
      }
    }
    return all;
  }

  /** The leases whose time is up. */
  List<Outbox.Lease> expired(long now) {
    List<Outbox.Lease> all = List.of();
    for (int partition = 0; partition < leases.length; partition++) {
      if (leases[partition] != null && now >= until[partition]) {
        all = all.isEmpty() ? new ArrayList<>() : all;
        all.add(of(partition));
      }
    }
    return all;
  }
}
