package io.vertebra.outbox;

import io.vertebra.outbox.Outbox.Lane;
import io.vertebra.outbox.Outbox.Row;
import io.vertebra.outbox.Outbox.Stop;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;

/**
 * The rows that a relay has in memory: what is sent next, and what becomes of a key whose row was not
 * taken. Not thread-safe.
 */
final class RelayLines {
  private static final int PAGE = 64;
  /** What waits behind a row that takes longer than this is set aside, so that other keys get by. */
  private static final long SLOW_MILLIS = 500;

  private final RelayHost host;
  private final RelaySettings settings;
  private final Settling settling;
  private final LaneBook lanes;
  private final Map<String, Way> ways = new HashMap<>();
  private final Map<String, Integer> stoppedKeys = new HashMap<>();
  private final Map<LineKey, Line> lines = new HashMap<>();
  private final Map<Long, Line> inMemory = new HashMap<>();
  private final ArrayDeque<Line> sendable = new ArrayDeque<>();
  private final PriorityQueue<Alarm> alarms = new PriorityQueue<>();

  RelayLines(RelayHost host, RelaySettings settings, Settling settling, LaneBook lanes) {
    this.host = host;
    this.settings = settings;
    this.settling = settling;
    this.lanes = lanes;
    settings.contracts().forEach(contract -> ways.put(contract, new Way(settings.ways())));
  }

  private record LineKey(Lane lane, String key) {}

  private record Alarm(long at, Line line) implements Comparable<Alarm> {
    @Override
    public int compareTo(Alarm other) {
      return Long.compare(at, other.at);
    }
  }

  /** How many rows are in memory. */
  int size() {
    return inMemory.size();
  }

  boolean isHere(Row row) {
    return inMemory.containsKey(row.id());
  }

  boolean isNothingSent() {
    return lines.values().stream().allMatch(line -> line.sending == null);
  }

  boolean isWayOpen(Lane lane) {
    return way(lane).isOpen();
  }

  /** Whether rows of a lane could be sent. */
  boolean mayTake(Lane lane, long now) {
    Way way = way(lane);
    return stoppedKeys.getOrDefault(lane.contract(), 0) < settings.maxStopped()
        && (way.isOpen() || way.wantsProbe(now));
  }

  /** A key that was stopped by an earlier owner. */
  void addStop(Stop stop, long now) {
    Line line = new Line(stop.lane(), stop.key());
    line.stop(stop, now);
    lines.put(new LineKey(stop.lane(), stop.key()), line);
    stoppedKeys.merge(stop.lane().contract(), 1, Integer::sum);
    alarms.add(new Alarm(line.due, line));
  }

  /** A row that is ready and not here. */
  void take(LaneBook.State state, Row row, long now) {
    Line line = lines.computeIfAbsent(
        new LineKey(state.lane, row.message().key()), id -> new Line(state.lane, id.key()));
    Way way = way(state.lane);
    if (line.isAside()) {
      line.missed = true;
      remember(state, line, row);
      settling.add(line, row, new Outbox.SetAside(state.lane.partition(), row.id()));
    } else if (way.isOpen() || way.wantsProbe(now)) {
      remember(state, line, row);
      line.rows.add(row);
      sendable.add(line);
    } else {
      state.hunger();
      forgetIfDone(line);
    }
  }

  private void remember(LaneBook.State state, Line line, Row row) {
    inMemory.put(row.id(), line);
    state.came();
  }

  private void forgetRow(Line line, Row row) {
    if (inMemory.remove(row.id(), line)) {
      LaneBook.State state = lanes.find(line.lane);
      if (state != null) {
        state.went();
      }
    }
  }

  /** A page of the rows of a stopped key. */
  void asideFetched(Lane lane, String key, List<Row> rows, int limit, long now) {
    Line line = lines.get(new LineKey(lane, key));
    LaneBook.State state = lanes.find(lane);
    if (line == null || state == null || !line.reading) {
      return;
    }
    line.reading = false;
    line.caughtUp = rows.size() < limit && !line.missed;
    for (Row row : rows) {
      if (isHere(row)) {
        break; // it was set aside meanwhile, and whether it is has yet to be confirmed
      }
      remember(state, line, row);
      line.rows.add(row);
    }
    goOn(line, now);
  }

  /** The page could not be read. */
  void asideNotFetched(Lane lane, String key, long now) {
    Line line = lines.get(new LineKey(lane, key));
    if (line != null && line.reading) {
      line.reading = false;
      alarms.add(new Alarm(now + settings.pollMillis(), line));
    }
  }

  /** Sends the first row of each line that has not sent one. */
  void send(HeldLeases leases, long now) {
    for (Line line = sendable.poll(); line != null; line = sendable.poll()) {
      if (!isCurrent(line) || !line.maySend()) {
        continue;
      }
      Row row = line.rows.element();
      Way way = way(line.lane);
      if (way.admits(row, now)) {
        line.rows.remove();
        line.sending = row;
        line.sendingSince = now;
        host.send(row, line.attemptAt(row), leases.until(line.lane.partition()));
      } else {
        letGo(line, way.opensAt());
        forgetIfDone(line);
      }
    }
  }

  /** What became of a row that was sent. */
  void sent(Row row, SendResult result, long now) {
    Line line = inMemory.get(row.id());
    if (line == null || !line.isSending(row)) {
      return;
    }
    line.sending = null;
    Way way = way(line.lane);
    switch (result.kind()) {
      case SENT -> {
        way.arrived();
        settling.add(line, row, new Outbox.Sent(line.lane.partition(), row.id()));
      }
      case REFUSED -> {
        way.arrived();
        refused(line, row, result.cause(), now);
      }
      case HOPELESS -> {
        way.forget(row);
        giveUp(line, row, line.attemptAt(row), result.cause());
      }
      case UNREACHABLE -> unreachable(line, row, now);
      case NOT_SENT -> {
        way.forget(row);
        line.rows.addFirst(row);
        letGo(line, now);
      }
    }
    goOn(line, now);
  }

  private void unreachable(Line line, Row row, long now) {
    Way way = way(line.lane);
    boolean closed = way.failed(row, now, settings.random().getAsDouble());
    line.rows.addFirst(row);
    if (closed) {
      List.copyOf(lines.values()).stream()
          .filter(other -> other.lane.contract().equals(line.lane.contract()))
          .forEach(other -> letGo(other, way.opensAt()));
    } else {
      letGo(line, Math.min(way.opensAt(), now + settings.pollMillis()));
    }
  }

  private void refused(Line line, Row row, String cause, long now) {
    int attempt = line.attemptAt(row);
    if (attempt >= settings.maxAttempts()) {
      giveUp(line, row, attempt, cause);
      return;
    }
    long wait = settings.keys().after(attempt, settings.random().getAsDouble());
    line.rows.addFirst(row);
    stop(
        line,
        new Stop(line.lane, line.key, row.id(), attempt, Duration.ofMillis(wait), cause),
        now);
  }

  /** Stops a key, and sets aside what waits in its line. */
  private void stop(Line line, Stop stop, long now) {
    if (!line.stopped) {
      stoppedKeys.merge(line.lane.contract(), 1, Integer::sum);
    }
    line.stop(stop, now);
    settling.addStop(line, new Outbox.Stopped(stop));
    for (Row each : line.rows) {
      settling.add(line, each, new Outbox.SetAside(line.lane.partition(), each.id()));
    }
    line.rows.clear();
    alarms.add(new Alarm(line.due, line));
  }

  private void giveUp(Line line, Row row, int attempts, String cause) {
    line.givingUp = true;
    settling.add(line, row, new Outbox.GivenUp(line.lane.partition(), row.id(), attempts, cause));
  }

  /** Makes room for other keys where many rows wait behind one that takes long. */
  void setAsideBehindSlowRows(long now) {
    for (Line line : List.copyOf(lines.values())) {
      Row slow = line.sending;
      if (slow != null && !line.rows.isEmpty() && now - line.sendingSince >= SLOW_MILLIS) {
        String cause = "a row takes long";
        int before = line.attemptAt(slow) - 1;
        settling.add(line, slow, new Outbox.SetAside(line.lane.partition(), slow.id()));
        stop(line, new Stop(line.lane, line.key, slow.id(), before, Duration.ZERO, cause), now);
      }
    }
  }

  /** Lets go of what a line holds but has not sent; it is read again when there is a way. */
  private void letGo(Line line, long again) {
    line.rows.forEach(row -> forgetRow(line, row));
    line.rows.clear();
    if (line.stopped && !line.resuming) {
      line.caughtUp = false;
      line.due = Math.max(line.due, again == Long.MAX_VALUE ? line.due : again);
      alarms.add(new Alarm(line.due, line));
    }
    LaneBook.State state = lanes.find(line.lane);
    if (state != null) {
      state.hunger();
    }
  }

  /** The outbox has done what it was told. */
  void settled(Settling.Group group, long now) {
    for (Settling.OfRow each : group.rows()) {
      if (isCurrent(each.line())) {
        confirmed(each);
      }
    }
    group.stops().forEach((line, change) -> {
      if (isCurrent(line) && change instanceof Outbox.Resumed && line.resuming) {
        line.resume();
        stoppedKeys.merge(line.lane.contract(), -1, Integer::sum);
      }
    });
    group.rows().forEach(each -> goOn(each.line(), now));
    group.stops().keySet().forEach(line -> goOn(line, now));
  }

  private void confirmed(Settling.OfRow each) {
    if (!each.line().isSending(each.row())) {
      forgetRow(each.line(), each.row());
    }
    if (each.change() instanceof Outbox.GivenUp givenUp) {
      each.line().givingUp = false;
      host.givenUp(each.row(), givenUp.attempts(), givenUp.cause());
    }
  }

  private boolean isCurrent(Line line) {
    return lines.get(new LineKey(line.lane, line.key)) == line;
  }

  /** Does what comes next for a line. */
  private void goOn(Line line, long now) {
    if (!isCurrent(line)) {
      return;
    }
    if (line.maySend()) {
      sendable.add(line);
    } else if (line.isIdle()) {
      if (line.stopped && line.caughtUp && !line.resuming) {
        line.resuming = true;
        settling.addStop(line, new Outbox.Resumed(line.lane, line.key));
      } else if (line.isAside() && !line.reading && now >= line.due) {
        read(line, now);
      }
      forgetIfDone(line);
    }
  }

  private void read(Line line, long now) {
    Way way = way(line.lane);
    if (!way.isOpen() && !way.wantsProbe(now)) {
      alarms.add(new Alarm(now + settings.pollMillis(), line));
      return;
    }
    line.reading = true;
    line.missed = false;
    host.fetchAside(line.lane, line.key, PAGE);
  }

  private void forgetIfDone(Line line) {
    if (line.isIdle() && !line.stopped) {
      lines.remove(new LineKey(line.lane, line.key), line);
    }
  }

  /** Goes on with the keys whose time has come. */
  void wake(long now) {
    for (Alarm alarm = alarms.peek(); alarm != null && alarm.at <= now; alarm = alarms.peek()) {
      alarms.remove();
      goOn(alarm.line, now);
    }
  }

  /** When a key's time comes, or a way may be tried, that had not come at {@code last}. */
  long nextTime(long last) {
    Alarm alarm = alarms.peek();
    long next = alarm == null ? Long.MAX_VALUE : alarm.at;
    for (Way way : ways.values()) {
      if (way.opensAt() > last) {
        next = Math.min(next, way.opensAt());
      }
    }
    return next;
  }

  /** Forgets all rows of partitions. */
  void lose(Collection<Integer> partitions) {
    List.copyOf(lines.values()).stream()
        .filter(line -> partitions.contains(line.lane.partition()))
        .forEach(this::drop);
    inMemory.values().removeIf(line -> partitions.contains(line.lane.partition()));
  }

  private void drop(Line line) {
    lines.remove(new LineKey(line.lane, line.key));
    Row row = line.sending;
    if (row != null) {
      way(line.lane).forget(row);
    }
    if (line.stopped) {
      stoppedKeys.merge(line.lane.contract(), -1, Integer::sum);
    }
  }

  private Way way(Lane lane) {
    return Objects.requireNonNull(ways.get(lane.contract()), lane.contract());
  }
}
