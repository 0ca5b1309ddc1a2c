package io.vertebra.outbox;

import io.vertebra.outbox.Outbox.DeadLetter;
import io.vertebra.outbox.Outbox.Lane;
import io.vertebra.outbox.Outbox.Lease;
import io.vertebra.outbox.Outbox.Row;
import io.vertebra.outbox.Outbox.Stop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One partition of an outbox in memory: its lease, its rows and its stopped keys. Used by one thread at a time. */
final class MemoryPartition {
  private final int partition;
  private final TreeMap<Long, Row> ready = new TreeMap<>();
  private final TreeMap<Long, Row> aside = new TreeMap<>();
  private final TreeMap<Long, DeadLetter> dead = new TreeMap<>();
  private final Map<String, Stopped> stops = new HashMap<>();
  private @Nullable String owner;
  private long epoch;
  private long until;

  MemoryPartition(int partition) {
    this.partition = partition;
  }

  /** A stop, with its time on the outbox's clock. */
  private record Stopped(Stop stop, long dueNanos) {}

  /** The new lease, or null if another owner has one. */
  @Nullable
  Lease take(String newOwner, long now, long newUntil) {
    if (owner != null && until - now > 0) {
      return null;
    }
    owner = newOwner;
    until = newUntil;
    return new Lease(partition, ++epoch);
  }

  boolean renew(String itsOwner, long itsEpoch, long now, long newUntil) {
    boolean kept = itsOwner.equals(owner) && isEpoch(itsEpoch) && until - now > 0;
    if (kept) {
      until = newUntil;
    }
    return kept;
  }

  void release(String itsOwner) {
    if (itsOwner.equals(owner)) {
      owner = null;
    }
  }

  boolean isEpoch(long itsEpoch) {
    return epoch == itsEpoch;
  }

  void insert(Row row) {
    ready.put(row.id(), row);
  }

  List<Row> ready(String contract, int most) {
    return ready.values().stream()
        .filter(row -> row.message().contract().equals(contract))
        .limit(most)
        .toList();
  }

  List<Row> aside(String contract, String key, int most) {
    return aside.values().stream()
        .filter(row -> row.message().contract().equals(contract))
        .filter(row -> row.message().key().equals(key))
        .limit(most)
        .toList();
  }

  Stream<Stop> stops(long now) {
    return stops.values().stream().map(stopped -> {
      Stop stop = stopped.stop();
      return new Stop(
          stop.lane(),
          stop.key(),
          stop.row(),
          stop.attempts(),
          Duration.ofNanos(stopped.dueNanos() - now),
          stop.cause());
    });
  }

  void settle(Outbox.Change change, long now) {
    if (change instanceof Outbox.Sent sent) {
      remove(sent.row());
    } else if (change instanceof Outbox.GivenUp givenUp) {
      Row row = remove(givenUp.row());
      if (row != null) {
        DeadLetter letter =
            new DeadLetter(row.id(), row.message(), givenUp.attempts(), givenUp.cause());
        dead.put(row.id(), letter);
      }
    } else if (change instanceof Outbox.SetAside setAside) {
      Row row = ready.remove(setAside.row());
      if (row != null) {
        aside.put(row.id(), row);
      }
    } else if (change instanceof Outbox.Stopped stopped) {
      Stop stop = stopped.stop();
      stops.put(
          name(stop.lane(), stop.key()), new Stopped(stop, now + stop.due().toNanos()));
    } else if (change instanceof Outbox.Resumed resumed) {
      stops.remove(name(resumed.lane(), resumed.key()));
    }
  }

  private @Nullable Row remove(long id) {
    Row row = ready.remove(id);
    return row != null ? row : aside.remove(id);
  }

  private static String name(Lane lane, String key) {
    return lane.contract() + '\n' + key;
  }

  List<DeadLetter> dead() {
    return new ArrayList<>(dead.values());
  }

  @Nullable
  DeadLetter takeDead(long id) {
    return dead.remove(id);
  }
}
