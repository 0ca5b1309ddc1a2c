package io.vertebra.saga;

import io.vertx.core.Future;
import io.vertx.core.internal.logging.Logger;
import io.vertx.core.internal.logging.LoggerFactory;
import io.vertx.core.shareddata.Shareable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.function.LongSupplier;
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

  private final ConcurrentHashMap<Integer, Cell> cells = new ConcurrentHashMap<>();
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
      cells.put(partition, new Cell());
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
      in(partition, cell -> cell.release(owner, cell.epoch));
    }
    return Future.succeededFuture();
  }

  @Override
  public Future<List<Result>> write(List<Transition> batch) {
    Set<Key> keys = new HashSet<>();
    for (Transition transition : batch) {
      if (!keys.add(Key.of(transition.row()))) {
        return Future.failedFuture(
            new IllegalArgumentException("a batch holds at most one transition of an instance"));
      }
    }
    long now = nanos.getAsLong();
    List<Result> results = new ArrayList<>(batch.size());
    for (Transition transition : batch) {
      int partition = transition.row().partition();
      results.add(in(partition, cell -> cell.write(transition, now)));
      if (transition.epoch() == UNOWNED) {
        listeners.forEach(listener -> listener.accept(partition));
      }
    }
    return Future.succeededFuture(results);
  }

  @Override
  public Future<List<Row>> load(List<Lease> leases, @Nullable String afterId, int limit) {
    return Future.succeededFuture(active(leases)
        .filter(stored -> afterId == null || stored.row.id().compareTo(afterId) > 0)
        .sorted(Comparator.comparing(stored -> stored.row.id()))
        .limit(limit)
        .map(this::read)
        .toList());
  }

  @Override
  public Future<List<Row>> due(List<Lease> leases, int limit) {
    long now = nanos.getAsLong();
    return Future.succeededFuture(active(leases)
        .filter(stored -> stored.dueAt - now <= 0)
        .sorted((a, b) -> Long.compare(a.dueAt - b.dueAt, 0))
        .limit(limit)
        .map(this::read)
        .toList());
  }

  private Stream<Stored> active(List<Lease> leases) {
    List<Stored> active = new ArrayList<>();
    for (Lease lease : leases) {
      in(lease.partition(), cell -> cell.active(lease.epoch(), active));
    }
    return active.stream();
  }

  @Override
  public Future<Optional<Row>> find(String saga, String key) {
    Stored stored = in(
            SagaLog.partitionOf(saga, key),
            cell -> Optional.ofNullable(cell.rows.get(new Key(saga, key))))
        .orElse(null);
    return Future.succeededFuture(Optional.ofNullable(stored).map(this::read));
  }

  @Override
  public Future<List<SagaEvent>> history(String saga, String key) {
    return Future.succeededFuture(in(SagaLog.partitionOf(saga, key), cell -> {
      Stored stored = cell.rows.get(new Key(saga, key));
      return stored == null ? List.<SagaEvent>of() : stored.history;
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

  private Row read(Stored stored) {
    long now = nanos.getAsLong();
    Row row = stored.row;
    Duration due = row.status().isActive() ? Duration.ofNanos(stored.dueAt - now) : null;
    Duration deadline = Duration.ofNanos(stored.deadlineAt - now);
    return new Row(
        row.id(),
        row.saga(),
        row.key(),
        row.version(),
        row.definition(),
        row.status(),
        row.steps(),
        row.state(),
        row.commands(),
        due,
        deadline);
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

  private <T> T in(int partition, Function<Cell, T> work) {
    List<T> result = new ArrayList<>(1);
    cells.computeIfPresent(partition, (p, cell) -> {
      result.add(work.apply(cell));
      return cell;
    });
    return result.get(0);
  }

  /** One partition. Only touched inside {@link #in}. */
  private final class Cell {
    final Map<Key, Stored> rows = new HashMap<>();
    final LinkedHashMap<Key, Long> ended = new LinkedHashMap<>();
    private @Nullable String owner;
    private long epoch;
    private long until;

    long take(String newOwner, long now, long newUntil) {
      if (owner != null && until - now > 0) {
        return UNOWNED;
      }
      owner = newOwner;
      until = newUntil;
      return ++epoch;
    }

    boolean renew(String who, long whichEpoch, long now, long newUntil) {
      boolean held = who.equals(owner) && whichEpoch == epoch && until - now > 0;
      if (held) {
        until = newUntil;
      }
      return held;
    }

    boolean release(String who, long whichEpoch) {
      boolean held = who.equals(owner) && whichEpoch == epoch;
      if (held) {
        owner = null;
      }
      return held;
    }

    boolean active(long whichEpoch, List<Stored> target) {
      for (Stored stored : whichEpoch == epoch ? rows.values() : List.<Stored>of()) {
        if (stored.row.status().isActive()) {
          target.add(stored);
        }
      }
      return true;
    }

    Result write(Transition transition, long now) {
      Row row = transition.row();
      boolean unowned = transition.isStart() && transition.epoch() == UNOWNED;
      if (!unowned && transition.epoch() != epoch) {
        return Result.FENCED;
      }
      Key key = Key.of(row);
      Stored before = rows.get(key);
      long version = before == null ? 0 : before.row.version();
      if (version != row.version() - 1 || (before != null && !before.row.id().equals(row.id()))) {
        return Result.VERSION_CONFLICT;
      }
      long deadlineAt = before == null ? now + row.deadline().toNanos() : before.deadlineAt;
      long dueAt = now + Objects.requireNonNullElse(row.due(), Duration.ZERO).toNanos();
      List<SagaEvent> history = new ArrayList<>(before == null ? List.of() : before.history);
      history.addAll(transition.events());
      rows.put(key, new Stored(row, dueAt, deadlineAt, List.copyOf(history)));
      if (row.status().isFinal()) {
        ended.put(key, now);
        if (ended.size() > maxEndedPerCell) {
          purge(now, 1);
          countForgotten();
        }
      }
      return Result.WRITTEN;
    }

    int purge(long before, int limit) {
      int purged = 0;
      Iterator<Map.Entry<Key, Long>> oldest = ended.entrySet().iterator();
      while (oldest.hasNext() && purged < limit) {
        Map.Entry<Key, Long> entry = oldest.next();
        if (entry.getValue() - before > 0) {
          break;
        }
        rows.remove(entry.getKey());
        oldest.remove();
        purged++;
      }
      return purged;
    }
  }

  private record Key(String saga, String key) {
    static Key of(Row row) {
      return new Key(row.saga(), row.key());
    }
  }

  private record Stored(Row row, long dueAt, long deadlineAt, List<SagaEvent> history) {}
}
