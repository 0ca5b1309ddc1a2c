package io.vertebra.saga;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;

/** An owner on a log in memory, with the calls to it done one after another; commands are kept. */
@NullUnmarked
final class TestNode implements SagaHost {
  private static final Duration LEASE = Duration.ofSeconds(2);

  final List<Order> sent = new ArrayList<>();
  final List<String> stalled = new ArrayList<>();
  final SagaOwner owner;
  private final String name;
  private final SagaLog log;
  private final LongSupplier clock;
  private final ArrayDeque<Runnable> calls = new ArrayDeque<>();
  private final ArrayDeque<Runnable> heldWrites = new ArrayDeque<>();
  private final SagaMachine<?> machine;
  private boolean holdsWrites;
  private int ids;

  TestNode(String name, SagaLog log, LongSupplier clock, Saga<?>... sagas) {
    this(name, log, clock, 100, sagas);
  }

  TestNode(String name, SagaLog log, LongSupplier clock, int maxActive, Saga<?>... sagas) {
    this.name = name;
    this.log = log;
    this.clock = clock;
    OwnerSettings settings = new OwnerSettings(
        name,
        SagaLog.PARTITIONS,
        LEASE.toMillis(),
        1_000,
        10_000,
        4,
        maxActive,
        () -> Instant.EPOCH);
    this.owner = new SagaOwner(this, settings, () -> name + ids++);
    SagaMachine<?> newest = null;
    for (Saga<?> saga : sagas) {
      newest = new SagaMachine<>(saga, new SimCodec(), () -> 0.5, MachineDriver.LIMITS);
      owner.add(newest);
    }
    this.machine = newest;
  }

  private long now() {
    return clock.getAsLong();
  }

  /** Leases what is free, and does what is due. */
  TestNode tick() {
    owner.tick(now());
    return pump();
  }

  private TestNode pump() {
    owner.flush(now());
    for (Runnable call = calls.poll(); call != null; call = calls.poll()) {
      call.run();
      owner.flush(now());
    }
    return this;
  }

  FakeWaiter start(String key) {
    return start(key, 1);
  }

  FakeWaiter start(String key, int weight) {
    FakeWaiter waiter = new FakeWaiter();
    owner.start(machine, new Shop.Place(key, weight), waiter, now());
    pump();
    return waiter;
  }

  /** Keeps writes on their way to the log until they are let go. */
  TestNode holdWrites() {
    holdsWrites = true;
    return this;
  }

  void letWritesGo() {
    holdsWrites = false;
    calls.addAll(heldWrites);
    heldWrites.clear();
    pump();
  }

  /** The last command sent for a step, or for its compensation. */
  Order sent(String command) {
    for (int i = sent.size() - 1; i >= 0; i--) {
      if (sent.get(i).messageId().endsWith("." + command)) {
        return sent.get(i);
      }
    }
    throw new AssertionError(command + " was not sent: " + sentIds());
  }

  List<String> sentIds() {
    return sent.stream().map(Order::messageId).toList();
  }

  void reply(String command) {
    Order order = sent(command);
    String step = command.replace(".undo", "");
    happened(order, new Input.Replied(order.messageId(), new Shop.Done(step)));
  }

  void refuse(String command) {
    Order order = sent(command);
    happened(order, new Input.Refused(order.messageId(), new Shop.No(command)));
  }

  /** The last attempt that can fail does. */
  void fail(String command) {
    Order order = sent(command);
    happened(order, new Input.Failed(order.messageId(), order.attempt(), "CODE", false, true));
  }

  void happened(Order order, Input input) {
    owner.happened(order.key(), order.instance(), input, now());
    pump();
  }

  @Override
  public void acquire(int wanted) {
    long sentAt = now();
    calls.add(() -> owner.granted(log.acquire(name, wanted, LEASE).result(), sentAt, now()));
  }

  @Override
  public void renew(List<SagaLog.Lease> leases) {
    long sentAt = now();
    calls.add(() -> owner.renewed(leases, log.renew(name, leases, LEASE).result(), sentAt));
  }

  @Override
  public void release(List<SagaLog.Lease> leases) {
    log.release(name, leases);
  }

  @Override
  public void leave() {
    log.leave(name);
  }

  @Override
  public void write(List<SagaLog.Transition> batch) {
    Runnable write = () -> owner.written(log.write(batch).result(), now());
    (holdsWrites ? heldWrites : calls).add(write);
  }

  @Override
  public void load(List<SagaLog.Lease> leases, @Nullable String after, int limit) {
    calls.add(() -> owner.loaded(log.load(leases, after, limit).result(), limit, now()));
  }

  @Override
  public void due(List<SagaLog.Lease> leases, int limit) {
    calls.add(() -> owner.dueFound(log.due(leases, limit).result(), now()));
  }

  @Override
  public void find(Entry.Key key) {
    calls.add(() -> owner.found(key, log.find(key.saga(), key.key()).result().orElse(null), now()));
  }

  @Override
  public void purge() {
    // nothing ends for long enough
  }

  @Override
  public void send(Order order) {
    sent.add(order);
  }

  @Override
  public void tell(SagaEvent event) {
    // the log has it
  }

  @Override
  public void stalled(SagaLog.Row row, String reason) {
    stalled.add(row.key());
  }
}
