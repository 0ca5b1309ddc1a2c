package io.vertebra.outbox;

import io.vertebra.outbox.Outbox.Lane;
import io.vertebra.outbox.Outbox.Lease;
import io.vertebra.outbox.Outbox.Row;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.LongConsumer;
import org.jspecify.annotations.NullUnmarked;

/**
 * One simulated run: transactions that write rows, up to three relays on one outbox, receivers behind a
 * bad network. Everything follows from the seed.
 */
@NullUnmarked
final class RelayWorld {
  static final int MAX_ATTEMPTS = 4;
  static final int MAX_IN_FLIGHT = 24;
  private static final Duration LEASE = Duration.ofSeconds(1);
  private static final List<String> CONTRACTS = List.of("pick", "pack");
  private static final boolean PRINT = Boolean.getBoolean("outbox.print");

  final SplittableRandom random;
  final Faults faults;
  final Stats stats;
  final MemoryOutbox outbox = new MemoryOutbox(() -> now() * 1_000_000);
  final Receivers receivers = new Receivers();
  final List<Node> nodes = new ArrayList<>();
  final Map<String, Written> written = new HashMap<>();
  private final PriorityQueue<Event> queue = new PriorityQueue<>();
  private long now = 1_000;
  private long sequence;
  private long traceHash;
  private int messages;
  private final long chaosUntil;

  RelayWorld(long seed, Stats stats) {
    this.random = new SplittableRandom(seed);
    this.stats = stats;
    this.faults = Faults.choose(random);
    this.chaosUntil = now + 3_000;
  }

  /** A row that was committed. */
  record Written(String id, long row, String line, boolean late) {}

  /** Runs to the end, checks all invariants, and answers the hash of what happened. */
  long run() {
    int count = 1 + random.nextInt(3);
    for (int i = 0; i < count; i++) {
      Node node = new Node("n" + i, random.nextInt(1_000_000));
      nodes.add(node);
      node.start();
    }
    int transactions = 1 + random.nextInt(12);
    for (int i = 0; i < transactions; i++) {
      at(now + random.nextInt(2_000), this::write);
    }
    nodes.forEach(node -> node.planChaos(chaosUntil));
    long end = now + 300_000;
    while (messages > 0 || now <= chaosUntil || !isQuiet()) {
      Event event = queue.remove();
      if (now > end) {
        throw new AssertionError("not every row ends: " + left());
      }
      now = event.at;
      event.action.run();
    }
    check();
    return traceHash;
  }

  long now() {
    return now;
  }

  /** Writes some rows; a slow transaction has its ids early and its rows late. */
  private void write() {
    boolean late = random.nextInt(4) == 0;
    long wait = late ? random.nextInt(800) : 0;
    int rows = 1 + random.nextInt(6);
    for (int i = 0; i < rows; i++) {
      long row = outbox.nextId();
      String id = "m" + row;
      String contract = CONTRACTS.get(random.nextInt(CONTRACTS.size()));
      String key = "k" + random.nextInt(1 + random.nextInt(6));
      OutboxMessage message =
          new OutboxMessage(contract, key, id, Buffer.buffer(contract + key), Map.of());
      written.put(id, new Written(id, row, contract + key, late));
      travel(wait, () -> {
        trace("written " + id + " " + contract + key);
        outbox.insert(row, message);
      });
    }
  }

  private boolean isQuiet() {
    int ended = receivers.firsts.size() + outbox.deadLetters(1_000).result().size();
    return ended >= written.size() && left().isEmpty();
  }

  private Set<String> left() {
    Set<String> left = new HashSet<>(written.keySet());
    left.removeAll(receivers.firsts.keySet());
    outbox
        .deadLetters(1_000)
        .result()
        .forEach(letter -> left.remove(letter.message().messageId()));
    List<Outbox.Stop> stops = outbox
        .stopped(java.util.stream.IntStream.range(0, OutboxMessage.PARTITIONS)
            .mapToObj(p -> new Lease(p, 0))
            .toList())
        .result();
    stops.forEach(stop -> left.add("stop of " + stop.lane().contract() + stop.key()));
    for (int p = 0; p < OutboxMessage.PARTITIONS; p++) {
      for (String contract : CONTRACTS) {
        outbox
            .ready(List.of(new Lane(contract, p)), List.of(100))
            .result()
            .forEach(row -> left.add("row " + row.id()));
        for (int k = 0; k < 6; k++) {
          outbox
              .aside(new Lane(contract, p), "k" + k, 100)
              .result()
              .forEach(row -> left.add("aside " + row.id()));
        }
      }
    }
    return left;
  }

  private void check() {
    Set<Long> dead = new HashSet<>();
    outbox.deadLetters(1_000).result().forEach(letter -> dead.add(letter.id()));
    Map<String, Long> last = new HashMap<>();
    Set<String> lateLines = new HashSet<>();
    written.values().stream().filter(Written::late).forEach(row -> lateLines.add(row.line));
    for (String id : receivers.order) {
      Written row = written.get(id);
      if (!lateLines.contains(row.line) && !dead.contains(row.row)) {
        Long before = last.put(row.line, row.row);
        if (before != null && before > row.row) {
          throw new AssertionError(row.line + ": " + row.row + " came after " + before);
        }
      }
    }
    for (Written row : written.values()) {
      boolean arrived = receivers.firsts.containsKey(row.id);
      if (!arrived && !dead.contains(row.row)) {
        throw new AssertionError(row + " is lost");
      }
    }
    stats.givenUp += dead.size();
    stats.arrived += receivers.firsts.size();
  }

  void at(long time, Runnable action) {
    queue.add(new Event(Math.max(time, now), sequence++, action));
  }

  void after(long delay, Runnable action) {
    at(now + delay, action);
  }

  /** A message on its way: the run is not over before it has arrived. */
  void travel(long delay, Runnable arrival) {
    messages++;
    after(delay, () -> {
      messages--;
      arrival.run();
    });
  }

  void trace(String text) {
    traceHash = traceHash * 31 + text.hashCode() + now;
    if (PRINT) {
      System.out.println(now + " " + text);
    }
  }

  boolean chance(double probability) {
    return probability > 0 && random.nextDouble() < probability && now < chaosUntil;
  }

  private record Event(long at, long order, Runnable action) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      int byTime = Long.compare(at, other.at);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
  }

  /** How bad the world is. */
  record Faults(
      double refusal,
      double poison,
      double hopeless,
      double replyLost,
      double slow,
      double unknownSettle,
      double outboxFails,
      int outages,
      int crashes,
      int pauses) {
    static Faults choose(SplittableRandom random) {
      if (random.nextInt(8) == 0) {
        return new Faults(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
      }
      return new Faults(
          random.nextInt(3) * 0.1,
          random.nextInt(3) * 0.08,
          random.nextInt(2) * 0.05,
          random.nextInt(3) * 0.08,
          random.nextInt(3) * 0.1,
          random.nextInt(3) * 0.1,
          random.nextInt(3) * 0.05,
          random.nextInt(3),
          random.nextInt(3),
          random.nextInt(3));
    }
  }

  /** What happened in many runs, so that a test can tell whether the faults were really met. */
  static final class Stats {
    long arrived;
    long repeated;
    long refused;
    long unreachable;
    long givenUp;
    long fenced;
    long unknownSettles;
    long notSent;
    long crashes;
    long pauses;

    synchronized void add(Stats other) {
      arrived += other.arrived;
      repeated += other.repeated;
      refused += other.refused;
      unreachable += other.unreachable;
      givenUp += other.givenUp;
      fenced += other.fenced;
      unknownSettles += other.unknownSettles;
      notSent += other.notSent;
      crashes += other.crashes;
      pauses += other.pauses;
    }

    @Override
    public String toString() {
      return "arrived=" + arrived + " repeated=" + repeated + " refused=" + refused
          + " unreachable="
          + unreachable + " givenUp=" + givenUp + " fenced=" + fenced + " unknownSettles="
          + unknownSettles + " notSent=" + notSent + " crashes=" + crashes + " pauses=" + pauses;
    }
  }

  /** Those who take messages, and know what came when. */
  final class Receivers {
    final Map<String, Integer> firsts = new HashMap<>();
    final List<String> order = new ArrayList<>();
    private final Map<String, Boolean> poison = new HashMap<>();
    private final Map<String, Long> outUntil = new HashMap<>();

    boolean isOut(String contract) {
      return now < outUntil.getOrDefault(contract, 0L);
    }

    void outage() {
      String contract = CONTRACTS.get(random.nextInt(CONTRACTS.size()));
      outUntil.put(contract, now + random.nextInt(2_000));
      trace("out " + contract);
    }

    SendResult take(Row row) {
      String id = row.message().messageId();
      if (isOut(row.message().contract())) {
        stats.unreachable++;
        return new SendResult(SendResult.Kind.UNREACHABLE, "nobody is there");
      }
      if (poison.computeIfAbsent(id, any -> random.nextDouble() < faults.poison)) {
        stats.refused++;
        boolean hopeless = chance(faults.hopeless);
        return new SendResult(
            hopeless ? SendResult.Kind.HOPELESS : SendResult.Kind.REFUSED, "poison");
      }
      if (chance(faults.refusal)) {
        stats.refused++;
        return new SendResult(SendResult.Kind.REFUSED, "not today");
      }
      trace("takes " + id);
      if (firsts.merge(id, 1, Integer::sum) == 1) {
        order.add(id);
      } else {
        stats.repeated++;
      }
      return chance(faults.replyLost)
          ? new SendResult(SendResult.Kind.REFUSED, "no answer")
          : SendResult.SENT;
    }
  }

  /** One process with a relay; after a crash the next incarnation has another name. */
  final class Node implements RelayHost {
    private final String name;
    private final long clockOffset;
    private int incarnation;
    private RelayCore core;
    private long pausedUntil;
    private Runnable unlisten = () -> {};

    Node(String name, long clockOffset) {
      this.name = name;
      this.clockOffset = clockOffset;
    }

    void start() {
      incarnation++;
      RelaySettings settings = new RelaySettings(
          CONTRACTS,
          OutboxMessage.PARTITIONS,
          LEASE.toMillis(),
          400,
          1 + random.nextInt(8),
          1 + random.nextInt(MAX_IN_FLIGHT),
          MAX_ATTEMPTS,
          1 + random.nextInt(4),
          new Backoff(20, 300),
          new Backoff(20, 300),
          random::nextDouble);
      RelayCore fresh = new RelayCore(this, settings);
      core = fresh;
      unlisten = outbox.onAppended(partitions -> {
        if (random.nextInt(3) > 0) {
          travel(1 + random.nextInt(30), () -> on(fresh, time -> fresh.appended(partitions)));
        }
      });
      tick(fresh);
    }

    private void tick(RelayCore expected) {
      on(expected, expected::tick);
      if (core == expected) {
        long next = Math.max(pausedUntil, expected.nextTick() - clockOffset);
        after(Math.max(1, next - now), () -> tick(expected));
      }
    }

    /** Runs {@code action} in this process if it still lives; later if it is paused. */
    private void on(RelayCore expected, LongConsumer action) {
      if (core != expected) {
        return;
      }
      if (pausedUntil > now) {
        travel(pausedUntil - now, () -> on(expected, action));
        return;
      }
      action.accept(now + clockOffset);
      if (core == expected) {
        expected.flush(now + clockOffset);
        if (expected.size() > MAX_IN_FLIGHT + 128) {
          throw new AssertionError(expected.size() + " rows in memory");
        }
      }
    }

    void planChaos(long until) {
      for (int i = 0; i < faults.crashes; i++) {
        at(now + random.nextInt((int) (until - now)), this::crash);
      }
      for (int i = 0; i < faults.pauses; i++) {
        at(now + random.nextInt((int) (until - now)), this::pause);
      }
      for (int i = 0; i < faults.outages; i++) {
        at(now + random.nextInt((int) (until - now)), receivers::outage);
      }
    }

    private void crash() {
      if (core == null) {
        return;
      }
      trace("crash " + name);
      stats.crashes++;
      core = null;
      unlisten.run();
      pausedUntil = 0;
      after(random.nextInt(2_000), this::start);
    }

    private void pause() {
      if (core != null && pausedUntil <= now) {
        trace("pause " + name);
        stats.pauses++;
        pausedUntil = now + 200 + random.nextInt(3_000);
      }
    }

    private String me() {
      return name + "." + incarnation;
    }

    @Override
    public void acquire(int wanted) {
      RelayCore current = core;
      long sentAt = now + clockOffset;
      String me = me();
      travel(1 + random.nextInt(20), () -> {
        if (!chance(faults.outboxFails)) {
          Outbox.Grant grant = outbox.acquire(me, wanted, LEASE).result();
          travel(1 + random.nextInt(20), () -> on(current, time -> current.granted(grant, sentAt)));
        }
      });
    }

    @Override
    public void renew(List<Lease> leases) {
      RelayCore current = core;
      long sentAt = now + clockOffset;
      String me = me();
      travel(1 + random.nextInt(20), () -> {
        if (!chance(faults.outboxFails)) {
          List<Lease> kept = outbox.renew(me, leases, LEASE).result();
          travel(
              1 + random.nextInt(20),
              () -> on(current, time -> current.renewed(leases, kept, sentAt)));
        }
      });
    }

    @Override
    public void release(List<Lease> leases) {
      String me = me();
      travel(1 + random.nextInt(20), () -> outbox.release(me, leases));
    }

    @Override
    public void leave() {
      throw new AssertionError("nobody closes a relay here");
    }

    @Override
    public void findStops(List<Lease> leases) {
      RelayCore current = core;
      travel(1 + random.nextInt(20), () -> {
        if (chance(faults.outboxFails)) {
          travel(20, () -> on(current, time -> current.stopsNotFound(leases)));
          return;
        }
        List<Outbox.Stop> stops = outbox.stopped(leases).result();
        travel(
            1 + random.nextInt(20),
            () -> on(current, time -> current.stopsFound(leases, stops, time)));
      });
    }

    @Override
    public void fetch(List<Lane> lanes, List<Integer> most) {
      RelayCore current = core;
      travel(1 + random.nextInt(20), () -> {
        if (chance(faults.outboxFails)) {
          travel(20, () -> on(current, current::notFetched));
          return;
        }
        List<Row> rows = outbox.ready(lanes, most).result();
        travel(1 + random.nextInt(20), () -> on(current, time -> current.fetched(rows, time)));
      });
    }

    @Override
    public void fetchAside(Lane lane, String key, int limit) {
      RelayCore current = core;
      travel(1 + random.nextInt(20), () -> {
        if (chance(faults.outboxFails)) {
          travel(20, () -> on(current, time -> current.asideNotFetched(lane, key, time)));
          return;
        }
        List<Row> rows = outbox.aside(lane, key, limit).result();
        travel(
            1 + random.nextInt(20),
            () -> on(current, time -> current.asideFetched(lane, key, rows, limit, time)));
      });
    }

    @Override
    public void settle(List<Lease> leases, List<Outbox.Change> changes) {
      RelayCore current = core;
      boolean unknown = chance(faults.unknownSettle);
      boolean lost = unknown && random.nextBoolean();
      if (unknown) {
        stats.unknownSettles++;
        travel(1 + random.nextInt(50), () -> on(current, current::notSettled));
      }
      if (!lost) {
        travel(1 + random.nextInt(unknown ? 400 : 30), () -> {
          Set<Lease> fenced = outbox.settle(leases, changes).result();
          stats.fenced += fenced.size();
          trace("settle " + changes + fenced);
          if (!unknown) {
            travel(
                1 + random.nextInt(20), () -> on(current, time -> current.settled(fenced, time)));
          }
        });
      }
    }

    @Override
    public void send(Row row, int attempt, long until) {
      RelayCore current = core;
      if (attempt > MAX_ATTEMPTS) {
        throw new AssertionError("attempt " + attempt + " of " + row);
      }
      if (now + clockOffset >= until) {
        throw new AssertionError("sent after the lease was over");
      }
      trace(name + " sends " + row.id() + " " + attempt);
      long delay = chance(faults.slow) ? 300 + random.nextInt(1_500) : 1 + random.nextInt(40);
      if (random.nextInt(200) == 0) {
        stats.notSent++;
        travel(1, () -> on(current, time -> current.sent(row, SendResult.NOT_SENT, time)));
        return;
      }
      travel(delay, () -> {
        SendResult result = receivers.take(row);
        travel(1 + random.nextInt(20), () -> on(current, time -> current.sent(row, result, time)));
      });
    }

    @Override
    public void givenUp(Row row, int attempts, String cause) {
      trace("given up " + row.id());
    }
  }
}
