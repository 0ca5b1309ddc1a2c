package io.vertebra.saga;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** One partition of the log in memory. Not thread-safe; times are nanoseconds of the log's clock. */
final class MemoryPartition {
  private final Map<Key, Stored> rows = new HashMap<>();
  private final LinkedHashMap<Key, Long> ended = new LinkedHashMap<>();
  private @Nullable String owner;
  private long epoch;
  private long until;

  /** Answers the new epoch, or {@link SagaLog#UNOWNED} if somebody else holds the partition. */
  long take(String newOwner, long now, long newUntil) {
    if (owner != null && until - now > 0) {
      return SagaLog.UNOWNED;
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

  boolean release(String who) {
    return release(who, epoch);
  }

  boolean release(String who, long whichEpoch) {
    boolean held = who.equals(owner) && whichEpoch == epoch;
    if (held) {
      owner = null;
    }
    return held;
  }

  /** Adds what passes the filter, if the epoch is the partition's. */
  boolean read(long whichEpoch, Predicate<Stored> filter, List<Stored> target) {
    if (whichEpoch == epoch) {
      rows.values().stream().filter(filter).forEach(target::add);
    }
    return true;
  }

  @Nullable
  Stored find(String saga, String key) {
    return rows.get(new Key(saga, key));
  }

  SagaLog.Result write(SagaLog.Transition transition, long now) {
    SagaLog.Row row = transition.row();
    boolean unowned = transition.isStart() && transition.epoch() == SagaLog.UNOWNED;
    if (!unowned && transition.epoch() != epoch) {
      return SagaLog.Result.FENCED;
    }
    Key key = Key.of(row);
    Stored before = rows.get(key);
    long version = before == null ? 0 : before.row.version();
    if (version != row.version() - 1 || (before != null && !before.row.id().equals(row.id()))) {
      return SagaLog.Result.VERSION_CONFLICT;
    }
    rows.put(key, before == null ? Stored.begin(transition, now) : before.after(transition, now));
    if (row.status().isFinal()) {
      ended.put(key, now);
    }
    return SagaLog.Result.WRITTEN;
  }

  SagaLog.SignalResult signal(SagaLog.Signal signal, long now) {
    Key key = new Key(signal.saga(), signal.key());
    Stored stored = rows.get(key);
    if (stored == null) {
      return SagaLog.SignalResult.UNKNOWN_INSTANCE;
    } else if (stored.signalIds.contains(signal.id())) {
      return SagaLog.SignalResult.DUPLICATE;
    } else if (!signal.kind().isFor(stored.row.status())) {
      return SagaLog.SignalResult.UNKNOWN_INSTANCE;
    }
    rows.put(key, stored.with(signal, now));
    return SagaLog.SignalResult.ACCEPTED;
  }

  /** How many of its instances have ended. */
  int ended() {
    return ended.size();
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

  /** The identity of an instance. */
  record Key(String saga, String key) {
    static Key of(SagaLog.Row row) {
      return new Key(row.saga(), row.key());
    }
  }

  /**
   * An instance.
   *
   * @param waiting the signals that are not consumed
   * @param signalIds of all signals, consumed or not
   */
  record Stored(
      SagaLog.Row row,
      @Nullable Long dueAt,
      long deadlineAt,
      List<SagaEvent> history,
      List<SagaLog.Signal> waiting,
      Set<String> signalIds) {

    static Stored begin(SagaLog.Transition start, long now) {
      SagaLog.Row row = start.row();
      long deadlineAt = now + row.deadline().toNanos();
      return new Stored(row, dueAt(row, now), deadlineAt, start.events(), List.of(), Set.of());
    }

    private static @Nullable Long dueAt(SagaLog.Row row, long now) {
      Duration due = row.due();
      return due == null ? null : Long.valueOf(now + due.toNanos());
    }

    Stored after(SagaLog.Transition transition, long now) {
      SagaLog.Row next = transition.row();
      List<SagaEvent> events = new ArrayList<>(history);
      events.addAll(transition.events());
      List<SagaLog.Signal> left = waiting.stream()
          .filter(signal -> !transition.consumed().contains(signal.id()))
          .toList();
      boolean unseen =
          next.signals().count() < signalIds.size() && !next.status().isFinal();
      Long due = unseen ? Long.valueOf(now) : dueAt(next, now);
      return new Stored(next, due, deadlineAt, List.copyOf(events), left, signalIds);
    }

    Stored with(SagaLog.Signal signal, long now) {
      List<SagaLog.Signal> all = new ArrayList<>(waiting);
      all.add(signal);
      Set<String> ids = new HashSet<>(signalIds);
      ids.add(signal.id());
      return new Stored(row, now, deadlineAt, history, List.copyOf(all), ids);
    }

    boolean isDue(long now) {
      return dueAt != null && dueAt - now <= 0;
    }

    /** Orders what is due, the longest overdue first. */
    int compareDue(Stored other) {
      long mine = dueAt == null ? 0 : dueAt;
      long others = other.dueAt == null ? 0 : other.dueAt;
      return Long.compare(mine - others, 0);
    }

    SagaLog.Row read(long now) {
      return new SagaLog.Row(
          row.id(),
          row.saga(),
          row.key(),
          row.version(),
          row.definition(),
          row.status(),
          row.steps(),
          row.state(),
          row.commands(),
          dueAt == null ? null : Duration.ofNanos(dueAt - now),
          Duration.ofNanos(deadlineAt - now),
          row.events(),
          new SagaLog.Signals(signalIds.size(), waiting));
    }
  }
}
