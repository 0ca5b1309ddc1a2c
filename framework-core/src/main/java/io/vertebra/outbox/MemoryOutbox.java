package io.vertebra.outbox;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * The outbox in memory. A partition is a cell of a concurrent map and only touched inside the map's
 * {@code compute}, which is what makes the epoch check and the change one step.
 */
final class MemoryOutbox implements Outbox {
  private final ConcurrentHashMap<Integer, MemoryPartition> cells = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<String, Long> owners = new ConcurrentHashMap<>();
  private final CopyOnWriteArrayList<LongConsumer> listeners = new CopyOnWriteArrayList<>();
  private final AtomicLong ids = new AtomicLong();
  private final LongSupplier nanos;

  MemoryOutbox(LongSupplier nanos) {
    this.nanos = nanos;
    for (int partition = 0; partition < OutboxMessage.PARTITIONS; partition++) {
      cells.put(partition, new MemoryPartition(partition));
    }
  }

  private <T> T in(int partition, Function<MemoryPartition, T> step) {
    List<T> result = new ArrayList<>(1);
    cells.computeIfPresent(partition, (p, cell) -> {
      result.add(step.apply(cell));
      return cell;
    });
    return result.get(0);
  }

  @Override
  public Future<Void> append(List<OutboxMessage> messages) {
    messages.forEach(message -> insert(nextId(), message));
    return Future.succeededFuture();
  }

  /** Takes an id, as a transaction does some time before it is committed. */
  long nextId() {
    return ids.incrementAndGet();
  }

  /** Makes a row visible under an id that was taken before. */
  void insert(long id, OutboxMessage message) {
    int partition = message.partition();
    in(partition, cell -> {
      cell.insert(new Row(id, partition, message));
      return true;
    });
    listeners.forEach(listener -> listener.accept(1L << partition));
  }

  @Override
  public Future<Grant> acquire(String owner, int wanted, Duration lease) {
    long now = nanos.getAsLong();
    owners.put(owner, now + lease.toNanos());
    owners.values().removeIf(until -> until - now <= 0);
    List<Lease> leases = new ArrayList<>();
    for (int p = 0; p < OutboxMessage.PARTITIONS && leases.size() < wanted; p++) {
      in(p, cell -> {
        Lease taken = cell.take(owner, now, now + lease.toNanos());
        return taken != null && leases.add(taken);
      });
    }
    return Future.succeededFuture(new Grant(leases, owners.size()));
  }

  @Override
  public Future<List<Lease>> renew(String owner, List<Lease> leases, Duration lease) {
    long now = nanos.getAsLong();
    long until = now + lease.toNanos();
    return Future.succeededFuture(leases.stream()
        .filter(l -> in(l.partition(), cell -> cell.renew(owner, l.epoch(), now, until)))
        .toList());
  }

  @Override
  public Future<Void> release(String owner, List<Lease> leases) {
    for (Lease lease : leases) {
      in(lease.partition(), cell -> {
        if (cell.isEpoch(lease.epoch())) {
          cell.release(owner);
        }
        return true;
      });
    }
    return Future.succeededFuture();
  }

  @Override
  public Future<Void> leave(String owner) {
    owners.remove(owner);
    for (int p = 0; p < OutboxMessage.PARTITIONS; p++) {
      in(p, cell -> {
        cell.release(owner);
        return true;
      });
    }
    return Future.succeededFuture();
  }

  @Override
  public Future<List<Stop>> stopped(List<Lease> leases) {
    long now = nanos.getAsLong();
    List<Stop> all = new ArrayList<>();
    leases.forEach(
        lease -> all.addAll(in(lease.partition(), cell -> cell.stops(now).toList())));
    return Future.succeededFuture(all);
  }

  @Override
  public Future<List<Row>> ready(List<Lane> lanes, List<Integer> most) {
    List<Row> all = new ArrayList<>();
    for (int i = 0; i < lanes.size(); i++) {
      Lane lane = lanes.get(i);
      int limit = most.get(i);
      all.addAll(in(lane.partition(), cell -> cell.ready(lane.contract(), limit)));
    }
    return Future.succeededFuture(all);
  }

  @Override
  public Future<List<Row>> aside(Lane lane, String key, int limit) {
    return Future.succeededFuture(
        in(lane.partition(), cell -> cell.aside(lane.contract(), key, limit)));
  }

  @Override
  public Future<Set<Lease>> settle(List<Lease> leases, List<Change> changes) {
    long now = nanos.getAsLong();
    Map<Integer, List<Change>> byPartition = new HashMap<>();
    for (Change change : changes) {
      byPartition.computeIfAbsent(change.partition(), p -> new ArrayList<>()).add(change);
    }
    Set<Lease> lost = new HashSet<>();
    for (Lease lease : leases) {
      boolean valid = in(lease.partition(), cell -> {
        if (cell.isEpoch(lease.epoch())) {
          byPartition
              .getOrDefault(lease.partition(), List.of())
              .forEach(change -> cell.settle(change, now));
          return true;
        }
        return false;
      });
      if (!valid) {
        lost.add(lease);
      }
    }
    return Future.succeededFuture(lost);
  }

  @Override
  public Future<List<DeadLetter>> deadLetters(int limit) {
    List<DeadLetter> all = new ArrayList<>();
    for (int p = 0; p < OutboxMessage.PARTITIONS; p++) {
      all.addAll(in(p, MemoryPartition::dead));
    }
    all.sort(Comparator.comparing(DeadLetter::id));
    return Future.succeededFuture(List.copyOf(all.subList(0, Math.min(limit, all.size()))));
  }

  @Override
  public Future<Void> redrive(List<Long> letters) {
    List<OutboxMessage> messages = new ArrayList<>();
    for (long id : letters) {
      for (int p = 0; p < OutboxMessage.PARTITIONS; p++) {
        DeadLetter letter =
            in(p, cell -> java.util.Optional.ofNullable(cell.takeDead(id))).orElse(null);
        if (letter != null) {
          messages.add(letter.message());
        }
      }
    }
    return append(messages);
  }

  @Override
  public Runnable onAppended(LongConsumer listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }
}
