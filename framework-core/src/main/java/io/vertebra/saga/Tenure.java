package io.vertebra.saga;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Gets an owner its share of the partitions, and keeps it. */
final class Tenure {
  private final SagaHost host;
  private final OwnerSettings settings;
  private final Leases leases;
  private int wanted;
  private long nextRenewal;

  Tenure(SagaHost host, OwnerSettings settings) {
    this.host = host;
    this.settings = settings;
    this.leases = new Leases(settings.partitions());
    this.wanted = settings.partitions();
  }

  Leases leases() {
    return leases;
  }

  /** The epoch under which the partition of an instance is held, or {@link SagaLog#UNOWNED}. */
  long epochOf(Entry.Key key, long now) {
    return leases.epochOf(key.partition(), now);
  }

  /** Takes new leases, asked for at {@code sentAt}; gives back, and answers, what is more than its share. */
  List<SagaLog.Lease> granted(SagaLog.Grant grant, long sentAt) {
    grant.leases().forEach(lease -> leases.add(lease, sentAt + settings.leaseMillis()));
    int share = (settings.partitions() + grant.owners() - 1) / grant.owners();
    wanted = Math.max(0, share - leases.count());
    if (leases.count() <= share) {
      return List.of();
    }
    List<SagaLog.Lease> surplus = leases.all().subList(share, leases.count());
    host.release(surplus);
    return surplus;
  }

  /** Lengthens the leases that were renewed, asked for at {@code sentAt}; answers those that are lost. */
  Set<SagaLog.Lease> renewed(List<SagaLog.Lease> asked, List<SagaLog.Lease> kept, long sentAt) {
    kept.forEach(lease -> leases.extend(lease, sentAt + settings.leaseMillis()));
    Set<SagaLog.Lease> lost = new HashSet<>(asked);
    kept.forEach(lost::remove);
    lost.removeIf(lease -> !leases.lease(lease.partition()).equals(lease));
    return lost;
  }

  /** Asks for what is due to be asked for. */
  void tick(long now) {
    if (now >= nextRenewal) {
      nextRenewal = now + settings.leaseMillis() / 3;
      if (leases.count() > 0) {
        host.renew(leases.all());
      }
      host.acquire(wanted);
    }
  }

  long nextTick() {
    return nextRenewal;
  }
}
