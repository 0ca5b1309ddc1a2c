package io.vertebra.outbox;

import io.vertebra.outbox.Outbox.Lane;
import io.vertebra.outbox.Outbox.Lease;
import io.vertebra.outbox.Outbox.Row;
import io.vertebra.outbox.Outbox.Stop;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The relay without Vert.x: holds partitions, decides which rows are sent now, and says what became of
 * them. One method per thing that can happen, each with the time, in milliseconds of a monotonic clock;
 * what it wants done goes to the {@link RelayHost}. Not thread-safe.
 *
 * <p>Rows of a key are sent one after another. A row that is refused stops its key and nothing else; a
 * contract that nobody serves closes its {@link Way} and uses up no attempts. What it holds in memory is
 * bounded, whatever waits in the outbox.
 */
final class RelayCore {
  /** So many lanes are asked at one time, even if there is room for fewer rows. */
  private static final int LANES = 128;

  private final RelayHost host;
  private final RelaySettings settings;
  private final HeldLeases leases;
  private final Settling settling;
  private final LaneBook lanes = new LaneBook();
  private final RelayLines lines;
  private final Set<Long> settledMeanwhile = new HashSet<>();
  private final List<Lease> withoutStops = new ArrayList<>();
  private boolean fetching;
  private int wanted;
  private long nextRenewal;
  private long nextPoll;
  private long againAt;
  private long lastTick;
  private boolean closing;
  private long leaveAt = Long.MAX_VALUE;
  private boolean left;

  RelayCore(RelayHost host, RelaySettings settings) {
    this.host = host;
    this.settings = settings;
    this.leases = new HeldLeases(settings.partitions());
    this.settling = new Settling(settings.maxBatch());
    this.lines = new RelayLines(host, settings, settling, lanes);
    this.wanted = settings.partitions();
  }

  /** How many rows are in memory. */
  int size() {
    return lines.size();
  }

  /** New leases, asked for at {@code sentAt}. */
  void granted(Outbox.Grant grant, long sentAt) {
    if (closing) {
      host.release(grant.leases());
      return;
    }
    grant.leases().forEach(lease -> leases.add(lease, sentAt + settings.leaseMillis()));
    int share = (settings.partitions() + grant.owners() - 1) / grant.owners();
    wanted = Math.max(0, share - leases.count());
    if (leases.count() > share) {
      List<Lease> surplus = leases.all().subList(share, leases.count());
      lose(surplus);
      host.release(surplus);
    }
    List<Lease> kept = grant.leases().stream().filter(leases::holds).toList();
    if (!kept.isEmpty()) {
      host.findStops(kept);
    }
  }

  /** The leases that could be renewed, asked for at {@code sentAt}. Others are lost. */
  void renewed(List<Lease> asked, List<Lease> kept, long sentAt) {
    kept.forEach(lease -> leases.extend(lease, sentAt + settings.leaseMillis()));
    List<Lease> lost = new ArrayList<>(asked);
    lost.removeAll(kept);
    lose(lost);
  }

  /** The stopped keys of new partitions: now their rows can be told from others. */
  void stopsFound(List<Lease> of, List<Stop> stops, long now) {
    withoutStops.removeAll(of);
    Set<Integer> held = new HashSet<>();
    for (Lease lease : of) {
      if (leases.holds(lease) && held.add(lease.partition())) {
        for (String contract : settings.contracts()) {
          lanes.add(new Lane(contract, lease.partition()));
        }
      }
    }
    for (Stop stop : stops) {
      if (held.contains(stop.lane().partition()) && lanes.find(stop.lane()) != null) {
        lines.addStop(stop, now);
      }
    }
  }

  /** The stopped keys could not be read; they are asked for again by and by. */
  void stopsNotFound(List<Lease> of) {
    withoutStops.addAll(of);
  }

  /** Rows were written to partitions, one bit each. */
  void appended(long partitions) {
    lanes.hunger(partitions);
  }

  /** The rows of lanes that were asked for. */
  void fetched(List<Row> rows, long now) {
    for (Row row : rows) {
      LaneBook.State state = lanes.find(new Lane(row.message().contract(), row.partition()));
      if (state != null) {
        state.found();
        if (!lines.isHere(row) && !settledMeanwhile.contains(row.id())) {
          lines.take(state, row, now);
        }
      }
    }
    lanes.answered();
    fetchOver();
  }

  /** The rows could not be read. */
  void notFetched(long now) {
    lanes.notAnswered();
    fetchOver();
    againAt = Math.max(againAt, now + settings.ways().first());
  }

  private void fetchOver() {
    fetching = false;
    settledMeanwhile.clear();
  }

  /** A page of the rows of a stopped key. */
  void asideFetched(Lane lane, String key, List<Row> rows, int limit, long now) {
    lines.asideFetched(lane, key, rows, limit, now);
  }

  /** The page could not be read. */
  void asideNotFetched(Lane lane, String key, long now) {
    lines.asideNotFetched(lane, key, now);
  }

  /** What became of a row that was sent. */
  void sent(Row row, SendResult result, long now) {
    lines.sent(row, result, now);
  }

  /** The group was told; nothing was done for the lost leases. */
  void settled(Set<Lease> lost, long now) {
    Settling.Group group = settling.done();
    lose(lost);
    if (fetching) {
      group.rows().forEach(each -> settledMeanwhile.add(each.row().id()));
    }
    lines.settled(group, now);
  }

  /**
   * Nobody knows whether the group was told, nor whether it still will be. So its partitions are given
   * back: under their next epoch it can come true no more, and what was done is read.
   */
  void notSettled(long now) {
    Settling.Group group = settling.done();
    giveBack(
        leases.all().stream()
            .filter(lease -> group.partitions().contains(lease.partition()))
            .toList(),
        now);
  }

  /** Forgets partitions that are to be leased anew. */
  private void giveBack(List<Lease> doubtful, long now) {
    if (!doubtful.isEmpty()) {
      lose(doubtful);
      host.release(doubtful);
      wanted += doubtful.size();
      nextRenewal = Math.min(nextRenewal, now + settings.ways().first());
    }
  }

  /** Sends what can be sent, tells what was decided, asks for more. Call it after all that happened at one time. */
  void flush(long now) {
    giveBack(leases.expired(now), now);
    if (!closing) {
      lines.send(leases, now);
    }
    if (now >= againAt) {
      settle();
      fetch(now);
    }
    if (closing && !left && (now >= leaveAt || isDone())) {
      left = true;
      host.leave();
    }
  }

  private boolean isDone() {
    return settling.isEmpty() && lines.isNothingSent();
  }

  private void settle() {
    Settling.Group group = settling.next();
    if (!group.isEmpty()) {
      List<Lease> of = new ArrayList<>();
      group.partitions().forEach(partition -> of.add(leases.of(partition)));
      host.settle(of, group.changes());
    }
  }

  private void fetch(long now) {
    int room = settings.maxInFlight() - lines.size();
    if (fetching || closing || room <= 0) {
      return;
    }
    List<LaneBook.State> hungry =
        lanes.hungry(Math.max(room, LANES), lane -> lines.mayTake(lane, now));
    if (hungry.isEmpty()) {
      return;
    }
    int share = Math.max(1, Math.min(settings.maxBatch(), room) / hungry.size());
    List<Lane> which = new ArrayList<>(hungry.size());
    List<Integer> most = new ArrayList<>(hungry.size());
    for (LaneBook.State state : hungry) {
      which.add(state.lane);
      most.add(state.ask(lines.isWayOpen(state.lane) ? share : 1));
    }
    fetching = true;
    host.fetch(which, most);
  }

  /** Time has passed. */
  void tick(long now) {
    lastTick = now;
    if (now >= nextRenewal && !left) {
      nextRenewal = now + settings.leaseMillis() / 3;
      if (leases.count() > 0) {
        host.renew(leases.all());
      }
      if (!closing) {
        host.acquire(wanted);
      }
    }
    if (now >= nextPoll) {
      nextPoll = now + settings.pollMillis();
      lanes.hunger(-1L);
      lines.setAsideBehindSlowRows(now);
      List<Lease> unknown = withoutStops.stream().filter(leases::holds).toList();
      withoutStops.clear();
      if (!unknown.isEmpty()) {
        host.findStops(unknown);
      }
    }
    lines.wake(now);
  }

  /** When {@link #tick} is to be called next. */
  long nextTick() {
    long next = Math.min(nextRenewal, nextPoll);
    if (againAt > lastTick) {
      next = Math.min(next, againAt);
    }
    return Math.min(next, Math.min(leaveAt, lines.nextTime(lastTick)));
  }

  /** Sends nothing more, waits for what is on its way until a time, and gives everything back. */
  void close(long until) {
    closing = true;
    leaveAt = until;
  }

  private void lose(Collection<Lease> lost) {
    Set<Integer> gone = new HashSet<>();
    for (Lease lease : lost) {
      if (leases.holds(lease)) {
        leases.remove(lease);
        gone.add(lease.partition());
      }
    }
    if (!gone.isEmpty()) {
      lanes.removePartitions(gone);
      settling.forget(line -> gone.contains(line.lane.partition()));
      lines.lose(gone);
    }
  }
}
