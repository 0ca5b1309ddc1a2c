package io.vertebra.saga;

import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.LongConsumer;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;

/**
 * One simulated run: a few sagas, up to three owners on one log, participants behind a bad network.
 * Everything follows from the seed.
 */
@NullUnmarked
final class SagaWorld {
  static final int PARTITIONS = 4;
  private static final Duration LEASE = Duration.ofSeconds(1);
  private static final boolean PRINT = Boolean.getBoolean("saga.print");
  static final SimCodec CODEC = new SimCodec();

  final SplittableRandom random;
  final Saga<Shop.State> saga;
  final Faults faults;
  final Stats stats;
  final MemorySagaLog log = new MemorySagaLog(() -> now() * 1_000_000, 100_000, PARTITIONS);
  final SimParticipants participants = new SimParticipants(this);
  final SimOutsiders outsiders;
  final List<Node> nodes = new ArrayList<>();
  final Map<String, Customer> customers = new HashMap<>();
  private final PriorityQueue<Event> queue = new PriorityQueue<>();
  private long now = 1_000;
  private long sequence;
  private long traceHash;
  private int messages;
  final long chaosUntil;

  SagaWorld(long seed, Stats stats) {
    this.random = new SplittableRandom(seed);
    this.saga = random.nextBoolean() ? Shop.FULFIL : Shop.PREPAID;
    this.stats = stats;
    this.faults = Faults.choose(random);
    this.outsiders = new SimOutsiders(this);
    this.chaosUntil = now + 2_500;
  }

  /** Runs to the end, checks all invariants, and answers the hash of what happened. */
  long run() {
    int count = 1 + random.nextInt(3);
    for (int i = 0; i < count; i++) {
      Node node = new Node("n" + i, random.nextInt(1_000_000));
      nodes.add(node);
      node.start();
    }
    int sagas = 1 + random.nextInt(2);
    List<String> keys = keys();
    for (int i = 0; i < sagas; i++) {
      Customer customer = new Customer(keys.get(i), random.nextInt(20));
      customers.put(customer.key, customer);
      at(now + random.nextInt(500), customer::submit);
      if (random.nextInt(4) == 0) {
        at(now + random.nextInt(2_000), customer::submit);
      }
      outsiders.watch(customer.key);
    }
    nodes.forEach(node -> node.planChaos(chaosUntil));
    long end = now + 120_000;
    while (messages > 0 || now <= chaosUntil || !isQuiet()) {
      Event event = queue.remove();
      if (now > end) {
        throw new AssertionError("not every saga ends");
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

  private boolean isQuiet() {
    return customers.values().stream().allMatch(customer -> customer.isServed())
        && customers.keySet().stream().allMatch(key -> isEnded(row(key)));
  }

  private static boolean isEnded(SagaLog.@Nullable Row row) {
    return row != null
        && !row.status().isActive()
        && (row.status().isFinal()
            || row.signals().waiting().stream()
                .allMatch(signal -> signal.kind() == SagaLog.SignalKind.EVENT));
  }

  SagaLog.@Nullable Row row(String key) {
    return log.find(saga.name(), key).result().orElse(null);
  }

  private void check() {
    for (Customer customer : customers.values()) {
      SagaLog.Row row = row(customer.key);
      List<SagaEvent> history = log.history(saga.name(), customer.key).result();
      new SagaInvariants(this, customer, row, history).check();
      stats.ended.merge(row.status(), 1, Integer::sum);
      history.forEach(event -> stats.told.merge(event.kind(), 1, Integer::sum));
    }
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

  private List<String> keys() {
    List<String> keys = new ArrayList<>();
    for (int i = 0; keys.size() < 3; i++) {
      if (SagaLog.partitionOf(saga.name(), "o" + i) < PARTITIONS) {
        keys.add("o" + i);
      }
    }
    return keys;
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
      double loss,
      double duplicate,
      double late,
      double refusal,
      double notServed,
      double handlerFails,
      double unknownWrite,
      double logFails,
      int crashes,
      int pauses) {
    static Faults choose(SplittableRandom random) {
      boolean calm = random.nextInt(8) == 0;
      if (calm) {
        return new Faults(0, 0, 0, random.nextInt(2) * 0.2, 0, 0, 0, 0, 0, 0);
      }
      return new Faults(
          random.nextInt(3) * 0.08,
          random.nextInt(3) * 0.1,
          random.nextInt(2) * 0.1,
          random.nextInt(3) * 0.08,
          random.nextInt(2) * 0.1,
          random.nextInt(4) == 0 ? 0.5 : random.nextInt(2) * 0.08,
          random.nextInt(3) * 0.08,
          random.nextInt(3) * 0.05,
          random.nextInt(3),
          random.nextInt(2));
    }
  }

  /** What happened in many runs, so that a test can tell whether the faults were really met. */
  static final class Stats {
    final Map<SagaStatus, Integer> ended = new HashMap<>();
    int crashes;
    int pauses;
    int fenced;
    int conflicts;
    int unknownWrites;
    int attached;
    int refusedByFence;
    int emptyCompensations;
    int signals;
    final Map<SagaEvent.Kind, Integer> told = new EnumMap<>(SagaEvent.Kind.class);
    long ignored;
    int stillCommitted;

    synchronized void add(Stats other) {
      other.ended.forEach((status, count) -> ended.merge(status, count, Integer::sum));
      crashes += other.crashes;
      pauses += other.pauses;
      fenced += other.fenced;
      conflicts += other.conflicts;
      unknownWrites += other.unknownWrites;
      attached += other.attached;
      refusedByFence += other.refusedByFence;
      emptyCompensations += other.emptyCompensations;
      signals += other.signals;
      other.told.forEach((kind, count) -> told.merge(kind, count, Integer::sum));
      ignored += other.ignored;
      stillCommitted += other.stillCommitted;
    }

    @Override
    public String toString() {
      return "ended=" + ended + " crashes=" + crashes + " pauses=" + pauses + " fenced=" + fenced
          + " conflicts="
          + conflicts + " unknownWrites=" + unknownWrites + " stillCommitted=" + stillCommitted
          + " attached="
          + attached + " refusedByFence=" + refusedByFence + " emptyCompensations="
          + emptyCompensations + " ignored="
          + ignored + " signals=" + signals + " told=" + told;
    }
  }

  /** Somebody who places an order, again and again until it has an outcome. */
  final class Customer {
    final String key;
    final int weight;
    final List<Shop.Placed> outcomes = new ArrayList<>();
    final Set<String> ids = new HashSet<>();
    int stuck;
    private int waiting;

    Customer(String key, int weight) {
      this.key = key;
      this.weight = weight;
    }

    boolean isServed() {
      return waiting == 0 && outcomes.size() + stuck > 0;
    }

    void submit() {
      waiting++;
      Node node = nodes.get(random.nextInt(nodes.size()));
      if (!node.isUp()) {
        retry();
        return;
      }
      if (!ids.isEmpty()) {
        stats.attached++;
      }
      node.submit(this);
    }

    void answered(Shop.@Nullable Placed outcome) {
      waiting--;
      if (outcome == null) {
        stuck++;
      } else {
        outcomes.add(outcome);
      }
    }

    void retry() {
      waiting--;
      waiting++;
      after(100 + random.nextInt(400), () -> {
        waiting--;
        submit();
      });
    }
  }

  /** One process with an engine; after a crash the next incarnation has another name. */
  final class Node implements SagaHost {
    private final String name;
    private final long clockOffset;
    private int incarnation;
    private int ids;
    private SagaOwner owner;
    private SagaMachine<Shop.State> machine;
    private long pausedUntil;
    private final List<Customer> callers = new ArrayList<>();

    Node(String name, long clockOffset) {
      this.name = name;
      this.clockOffset = clockOffset;
      this.machine = new SagaMachine<>(saga, CODEC, random::nextDouble, MachineDriver.LIMITS);
    }

    boolean isUp() {
      return owner != null && pausedUntil <= now;
    }

    void start() {
      incarnation++;
      machine = new SagaMachine<>(saga, CODEC, random::nextDouble, MachineDriver.LIMITS);
      OwnerSettings settings = new OwnerSettings(
          name + "." + incarnation,
          PARTITIONS,
          LEASE.toMillis(),
          600,
          100_000,
          1 + random.nextInt(8),
          1 + random.nextInt(4),
          clock());
      SagaOwner fresh = new SagaOwner(this, settings, () -> name + "." + incarnation + "-" + ids++);
      fresh.add(machine);
      owner = fresh;
      tick(fresh);
    }

    private InstantSource clock() {
      return () -> Instant.ofEpochMilli(now);
    }

    private void tick(SagaOwner expected) {
      on(expected, time -> expected.tick(time));
      if (owner == expected) {
        long next = Math.max(pausedUntil, expected.nextTick() - clockOffset);
        after(Math.max(1, next - now), () -> tick(expected));
      }
    }

    /** Runs {@code action} in this process if it still lives; later if it is paused. */
    private void on(SagaOwner expected, LongConsumer action) {
      if (owner != expected) {
        return;
      }
      if (pausedUntil > now) {
        travel(pausedUntil - now, () -> on(expected, action));
        return;
      }
      action.accept(now + clockOffset);
      if (owner == expected) {
        expected.flush(now + clockOffset);
      }
    }

    /** Is told that somebody else wrote to a partition. */
    void tell(int partition) {
      SagaOwner current = owner;
      if (current != null) {
        on(current, time -> current.unowned(partition, time));
      }
    }

    void planChaos(long until) {
      for (int i = 0; i < faults.crashes; i++) {
        at(now + random.nextInt((int) (until - now)), this::crash);
      }
      for (int i = 0; i < faults.pauses; i++) {
        at(now + random.nextInt((int) (until - now)), this::pause);
      }
    }

    private void crash() {
      SagaOwner dying = owner;
      if (dying == null) {
        return;
      }
      trace("crash " + name);
      stats.crashes++;
      stats.ignored += dying.ignored();
      owner = null;
      pausedUntil = 0;
      List<Customer> orphans = List.copyOf(callers);
      callers.clear();
      orphans.forEach(Customer::retry);
      after(random.nextInt(2_000), this::start);
    }

    private void pause() {
      if (isUp()) {
        trace("pause " + name);
        stats.pauses++;
        pausedUntil = now + 500 + random.nextInt(3_000);
      }
    }

    void submit(Customer customer) {
      SagaOwner current = owner;
      callers.add(customer);
      on(
          current,
          time -> current.start(
              machine,
              new Shop.Place(customer.key, customer.weight),
              new Caller(customer, current),
              time));
    }

    @Override
    public void acquire(int wanted) {
      SagaOwner current = owner;
      long sentAt = now + clockOffset;
      String me = name + "." + incarnation;
      travel(1 + random.nextInt(20), () -> {
        if (chance(faults.logFails)) {
          return;
        }
        SagaLog.Grant grant = log.acquire(me, wanted, LEASE).result();
        travel(
            1 + random.nextInt(20),
            () -> on(current, time -> current.granted(grant, sentAt, time)));
      });
    }

    @Override
    public void renew(List<SagaLog.Lease> leases) {
      SagaOwner current = owner;
      long sentAt = now + clockOffset;
      String me = name + "." + incarnation;
      travel(1 + random.nextInt(20), () -> {
        if (chance(faults.logFails)) {
          return;
        }
        List<SagaLog.Lease> kept = log.renew(me, leases, LEASE).result();
        travel(
            1 + random.nextInt(20),
            () -> on(current, time -> current.renewed(leases, kept, sentAt)));
      });
    }

    @Override
    public void release(List<SagaLog.Lease> leases) {
      String me = name + "." + incarnation;
      travel(1 + random.nextInt(20), () -> log.release(me, leases));
    }

    @Override
    public void leave() {
      throw new AssertionError("nobody closes an engine here");
    }

    @Override
    public void write(List<SagaLog.Transition> batch) {
      SagaOwner current = owner;
      boolean unknown = chance(faults.unknownWrite);
      boolean lost = unknown && random.nextInt(3) == 0;
      boolean slow = chance(faults.logFails);
      long commit = 1L + random.nextInt(slow ? 4_000 : unknown ? 400 : 30);
      if (unknown) {
        stats.unknownWrites++;
        travel(1 + random.nextInt(50), () -> on(current, time -> current.writeFailed(time)));
      }
      if (!lost) {
        travel(commit, () -> {
          List<SagaLog.Result> results = commit(batch);
          if (!unknown) {
            travel(
                1 + random.nextInt(30), () -> on(current, time -> current.written(results, time)));
          } else if (results.contains(SagaLog.Result.WRITTEN)) {
            stats.stillCommitted++;
          }
        });
      }
    }

    private List<SagaLog.Result> commit(List<SagaLog.Transition> batch) {
      Future<List<SagaLog.Result>> written = log.write(batch);
      if (written.failed()) {
        throw new AssertionError("a batch is refused", written.cause());
      }
      for (int i = 0; i < batch.size(); i++) {
        SagaLog.Result result = written.result().get(i);
        SagaLog.Row row = batch.get(i).row();
        trace(result + row.id() + row.version() + row.steps());
        stats.fenced += result == SagaLog.Result.FENCED ? 1 : 0;
        stats.conflicts += result == SagaLog.Result.VERSION_CONFLICT ? 1 : 0;
        if (result == SagaLog.Result.WRITTEN) {
          customers.get(row.key()).ids.add(row.id());
        }
      }
      return written.result();
    }

    @Override
    public void load(List<SagaLog.Lease> leases, @Nullable String after, int limit) {
      SagaOwner current = owner;
      travel(1 + random.nextInt(30), () -> {
        if (chance(faults.logFails)) {
          travel(20, () -> on(current, time -> current.loadFailed()));
          return;
        }
        List<SagaLog.Row> rows = log.load(leases, after, limit).result();
        travel(
            1 + random.nextInt(30), () -> on(current, time -> current.loaded(rows, limit, time)));
      });
    }

    @Override
    public void due(List<SagaLog.Lease> leases, int limit) {
      SagaOwner current = owner;
      after(1 + random.nextInt(30), () -> {
        if (chance(faults.logFails)) {
          after(20, () -> on(current, time -> current.dueFailed()));
          return;
        }
        List<SagaLog.Row> rows = log.due(leases, limit).result();
        Runnable answer = () -> on(current, time -> current.dueFound(rows, time));
        long delay = 1L + random.nextInt(30);
        if (rows.isEmpty()) {
          after(delay, answer);
        } else {
          travel(delay, answer);
        }
      });
    }

    @Override
    public void find(Entry.Key key) {
      SagaOwner current = owner;
      travel(1 + random.nextInt(30), () -> {
        if (chance(faults.logFails)) {
          travel(20, () -> on(current, time -> current.findFailed(key, time)));
          return;
        }
        SagaLog.Row row = log.find(key.saga(), key.key()).result().orElse(null);
        travel(1 + random.nextInt(30), () -> on(current, time -> current.found(key, row, time)));
      });
    }

    @Override
    public void purge() {
      // keys are kept for the whole run
    }

    @Override
    public void tell(SagaEvent event) {
      trace(event.kind() + event.step() + event.attempt());
    }

    @Override
    public void stalled(SagaLog.Row row, String reason) {
      throw new AssertionError("stalled: " + reason);
    }

    @Override
    public void send(Order order) {
      SagaOwner current = owner;
      participants.sent(order);
      if (chance(faults.notServed)) {
        fail(current, order, "NOT_SERVED", false, 1);
        return;
      }
      Exchange exchange = new Exchange(order, current);
      travel(order.timeout().toMillis(), exchange::timeOut);
      int copies = chance(faults.duplicate) ? 2 : 1;
      for (int i = 0; i < copies; i++) {
        if (!chance(faults.loss)) {
          travel(delay(), exchange::arrive);
        }
      }
    }

    private void fail(SagaOwner current, Order order, String code, boolean mayHaveRun, long delay) {
      Input input = new Input.Failed(order.messageId(), order.attempt(), code, true, mayHaveRun);
      travel(
          delay,
          () -> on(current, time -> current.happened(order.key(), order.instance(), input, time)));
    }

    private long delay() {
      return chance(faults.late) ? 300 + random.nextInt(4_000) : 1 + random.nextInt(100);
    }

    /** One attempt at a command. */
    private final class Exchange {
      private final Order order;
      private final SagaOwner sender;
      private boolean ended;

      Exchange(Order order, SagaOwner sender) {
        this.order = order;
        this.sender = sender;
      }

      void arrive() {
        if (chance(faults.handlerFails)) {
          ended = true;
          fail(sender, order, "HANDLER_FAILED", true, delay());
          return;
        }
        Object answer = participants.handle(order);
        int copies = chance(faults.duplicate) ? 2 : 1;
        for (int i = 0; i < copies && answer != null; i++) {
          if (!chance(faults.loss)) {
            travel(delay(), () -> answer(answer));
          }
        }
      }

      private void answer(Object answer) {
        ended = true;
        Input input = answer instanceof Shop.No no
            ? new Input.Refused(order.messageId(), no)
            : new Input.Replied(order.messageId(), answer);
        on(sender, time -> sender.happened(order.key(), order.instance(), input, time));
      }

      void timeOut() {
        if (!ended) {
          fail(sender, order, "DEADLINE_EXCEEDED", true, 1);
        }
      }
    }

    /** A start call on this node. */
    private final class Caller implements Waiter {
      private final Customer customer;
      private final SagaOwner asked;

      Caller(Customer customer, SagaOwner asked) {
        this.customer = customer;
        this.asked = asked;
      }

      @Override
      public boolean begun(SagaMachine<?> its, Instance<?> instance) {
        if (!instance.key().equals(customer.key)) {
          throw new AssertionError(customer.key + " is told of " + instance.key());
        }
        return true;
      }

      @Override
      public <S> void ended(SagaMachine<S> its, Instance<S> instance) {
        if (callers.remove(customer)) {
          Object outcome = instance.status().isFinal()
              ? its.saga().start().outcome().apply(instance.state())
              : null;
          customer.answered((Shop.Placed) outcome);
        }
      }

      @Override
      public void follow(String saga, String key) {
        travel(100, () -> on(asked, time -> look(saga, key, time)));
      }

      private void look(String saga, String key, long time) {
        SagaLog.Row row = log.find(saga, key).result().orElse(null);
        if (row == null) {
          failed(new IllegalStateException("no saga"));
        } else if (row.status().isActive()) {
          follow(saga, key);
        } else {
          ended(machine, machine.read(row, time));
        }
      }

      @Override
      public void failed(Throwable failure) {
        if (callers.remove(customer)) {
          customer.retry();
        }
      }
    }
  }
}
