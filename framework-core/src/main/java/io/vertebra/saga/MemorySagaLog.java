package io.vertebra.saga;

import io.vertx.core.Future;
import io.vertx.core.internal.logging.Logger;
import io.vertx.core.internal.logging.LoggerFactory;
import io.vertx.core.shareddata.Shareable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The log in memory. A partition is a cell of a concurrent map and only touched inside the map's
 * {@code compute}, which is what makes the epoch check and the write one step.
 */
final class MemorySagaLog implements SagaLog, Shareable {
  /** Ended instances that are kept at most; the oldest of a partition go first. */
  static final int MAX_ENDED = 100_096;

  private static final Logger LOG = LoggerFactory.getLogger(MemorySagaLog.class);

  private final ConcurrentHashMap<Integer, MemoryPartition> cells = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<String, Long> owners = new ConcurrentHashMap<>();
  private final CopyOnWriteArrayList<IntConsumer> listeners = new CopyOnWriteArrayList<>();
  private final LongAdder forgotten = new LongAdder();
  private final LongSupplier nanos;
  private final int maxEndedPerCell;
  private final int partitions;

  MemorySagaLog(LongSupplier nanos, int maxEnded) {
    this(nanos, maxEnded, PARTITIONS);
  }

  /** With fewer partitions than keys are spread over, for simulations that have few keys. */
  MemorySagaLog(LongSupplier nanos, int maxEnded, int partitions) {
    this.nanos = nanos;
    this.maxEndedPerCell = Math.max(1, maxEnded / partitions);
    this.partitions = partitions;
    for (int partition = 0; partition < partitions; partition++) {
      cells.put(partition, new MemoryPartition());
    }
  }

  @Override
  public Future<Grant> acquire(String owner, int wanted, Duration lease) {
    long now = nanos.getAsLong();
    owners.put(owner, now + lease.toNanos());
    owners.values().removeIf(until -> until - now <= 0);
    List<Lease> leases = new ArrayList<>();
    for (int partition = 0; partition < partitions && leases.size() < wanted; partition++) {
      int p = partition;
      long epoch = in(p, cell -> cell.take(owner, now, now + lease.toNanos()));
      if (epoch != UNOWNED) {
        leases.add(new Lease(p, epoch));
      }
    }
    return Future.succeededFuture(new Grant(leases, owners.size()));
  }

  @Override
  public Future<List<Lease>> renew(String owner, List<Lease> leases, Duration lease) {
    long now = nanos.getAsLong();
    long until = now + lease.toNanos();
    List<Lease> kept = leases.stream()
        .filter(l -> in(l.partition(), cell -> cell.renew(owner, l.epoch(), now, until)))
        .toList();
    return Future.succeededFuture(kept);
  }

  @Override
  public Future<Void> release(String owner, List<Lease> leases) {
    leases.forEach(lease -> in(lease.partition(), cell -> cell.release(owner, lease.epoch())));
    return Future.succeededFuture();
  }

  @Override
  public Future<Void> leave(String owner) {
    owners.remove(owner);
    for (int partition = 0; partition < partitions; partition++) {
      in(partition, cell -> cell.release(owner));
    }
    return Future.succeededFuture();
  }

  @Override
  public Future<List<Result>> write(List<Transition> batch) {
    Set<MemoryPartition.Key> keys = new HashSet<>();
    for (Transition transition : batch) {
      if (!keys.add(MemoryPartition.Key.of(transition.row()))) {
        return Future.failedFuture(
            new IllegalArgumentException("a batch holds at most one transition of an instance"));
      }
    }
    long now = nanos.getAsLong();
    List<Result> results = new ArrayList<>(batch.size());
    for (Transition transition : batch) {
      int partition = transition.row().partition();
      Result result = in(partition, cell -> cell.write(transition, now));
      results.add(result);
      if (result == Result.WRITTEN && transition.row().status().isFinal()) {
        in(partition, cell -> forgetSurplus(cell, now));
      }
      if (transition.epoch() == UNOWNED) {
        listeners.forEach(listener -> listener.accept(partition));
      }
    }
    return Future.succeededFuture(results);
  }

  @Override
  public Future<List<Row>> load(List<Lease> leases, @Nullable String afterId, int limit) {
    long now = nanos.getAsLong();
    return Future.succeededFuture(stored(leases, stored -> stored.row().status().isActive())
        .filter(stored -> afterId == null || stored.row().id().compareTo(afterId) > 0)
        .sorted(Comparator.comparing(stored -> stored.row().id()))
        .limit(limit)
        .map(stored -> stored.read(now))
        .toList());
  }

  @Override
  public Future<List<Row>> due(List<Lease> leases, int limit) {
    long now = nanos.getAsLong();
    return Future.succeededFuture(stored(leases, stored -> stored.isDue(now))
        .sorted((a, b) -> a.compareDue(b))
        .limit(limit)
        .map(stored -> stored.read(now))
        .toList());
  }

  private Stream<MemoryPartition.Stored> stored(
      List<Lease> leases, Predicate<MemoryPartition.Stored> filter) {
    List<MemoryPartition.Stored> all = new ArrayList<>();
    for (Lease lease : leases) {
      in(lease.partition(), cell -> cell.read(lease.epoch(), filter, all));
    }
    return all.stream();
  }

  @Override
  public Future<SignalResult> signal(Signal signal) {
    long now = nanos.getAsLong();
    int partition = signal.partition();
    SignalResult result = in(partition, cell -> cell.signal(signal, now));
    if (result == SignalResult.ACCEPTED) {
      listeners.forEach(listener -> listener.accept(partition));
    }
    return Future.succeededFuture(result);
  }

  @Override
  public Future<Optional<Row>> find(String saga, String key) {
    long now = nanos.getAsLong();
    return Future.succeededFuture(in(
        SagaLog.partitionOf(saga, key),
        cell -> Optional.ofNullable(cell.find(saga, key)).map(stored -> stored.read(now))));
  }

  @Override
  public Future<List<SagaEvent>> history(String saga, String key) {
    return Future.succeededFuture(in(SagaLog.partitionOf(saga, key), cell -> {
      MemoryPartition.Stored stored = cell.find(saga, key);
      return stored == null ? List.<SagaEvent>of() : stored.history();
    }));
  }

  @Override
  public Future<Integer> purge(Duration retention, int limit) {
    long before = nanos.getAsLong() - retention.toNanos();
    int purged = 0;
    for (int partition = 0; partition < partitions && purged < limit; partition++) {
      int most = limit - purged;
      purged += in(partition, cell -> cell.purge(before, most));
    }
    return Future.succeededFuture(purged);
  }

  @Override
  public Runnable onUnowned(IntConsumer listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  private int forgetSurplus(MemoryPartition cell, long now) {
    int forgottenHere = cell.ended() > maxEndedPerCell ? cell.purge(now, 1) : 0;
    if (forgottenHere > 0) {
      countForgotten();
    }
    return forgottenHere;
  }

  private void countForgotten() {
    forgotten.increment();
    long count = forgotten.sum();
    if (Long.bitCount(count) == 1) {
      LOG.warn("The in-memory saga log has forgotten " + count
          + " ended sagas before their retention: it keeps at most " + maxEndedPerCell * partitions
          + ".");
    }
  }

  private <T> T in(int partition, Function<MemoryPartition, T> work) {
    List<T> result = new ArrayList<>(1);
    cells.computeIfPresent(partition, (p, cell) -> {
      result.add(work.apply(cell));
      return cell;
    });
    return result.get(0);
  }
}
