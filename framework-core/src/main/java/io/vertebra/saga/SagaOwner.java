package io.vertebra.saga;

import io.vertebra.error.NodeException;
import io.vertebra.error.SagaException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The engine without Vert.x: owns partitions, runs the instances in them through their machines, and
 * writes what changes in groups. One method per thing that can happen, each with the time, in
 * milliseconds of a monotonic clock; what it wants done goes to the {@link SagaHost}. Not thread-safe.
 *
 * <p>Nothing of a change is seen outside before it is written. An instance has at most one change on
 * its way; inputs that come meanwhile wait. After a write with an unknown outcome the instance is
 * forgotten and read again.
 */
final class SagaOwner {
  private final SagaHost host;
  private final OwnerSettings settings;
  private final Supplier<String> ids;
  private final Definitions definitions = new Definitions();
  private final Map<Entry.Key, Entry<?>> entries = new HashMap<>();
  private final ArrayDeque<Entry<?>> dirty = new ArrayDeque<>();
  private final Alarms alarms = new Alarms();
  private final Tenure tenure;
  private final Leases leases;
  private final Recovery recovery = new Recovery();
  private final Reads reads = new Reads();
  private List<Entry<?>> writing = List.of();
  private boolean isFailing;
  private long nextPoll;
  private long nextPurge;
  private long ignored;
  private boolean closed;

  SagaOwner(SagaHost host, OwnerSettings settings, Supplier<String> ids) {
    this.host = host;
    this.settings = settings;
    this.ids = ids;
    this.tenure = new Tenure(host, settings);
    this.leases = tenure.leases();
  }

  /** Adds a definition. Fails if another one has its name and version. */
  void add(SagaMachine<?> machine) {
    definitions.add(machine);
  }

  @Nullable
  SagaMachine<?> machine(String hash) {
    return definitions.find(hash);
  }

  /** How many instances are in memory. */
  int size() {
    return entries.size();
  }

  /** How many answers came too late or twice. */
  long ignored() {
    return ignored;
  }

  boolean isWriting() {
    return !writing.isEmpty();
  }

  /** Starts an instance, or attaches to the one that has its key. */
  <S> void start(SagaMachine<S> machine, Object message, Waiter waiter, long now) {
    if (closed) {
      waiter.failed(NodeException.closed(settings.owner()));
      return;
    }
    Decision<S> decision;
    try {
      decision = machine.start(ids.get(), message, now);
    } catch (RuntimeException e) {
      waiter.failed(e);
      return;
    }
    Entry.Key key = new Entry.Key(machine.saga().name(), decision.next().key());
    Entry<?> running = entries.get(key);
    if (running != null) {
      running.attach(waiter);
      return;
    }
    Entry<S> entry = new Entry<>(machine, key, tenure.epochOf(key, now));
    entries.put(key, entry);
    entry.attach(waiter);
    stage(entry, decision);
  }

  /** A command of an instance was answered, or an attempt failed. */
  void happened(Entry.Key key, String instance, Input input, long now) {
    Entry<?> entry = entries.get(key);
    if (entry == null || entry.current == null || !entry.current.id().equals(instance)) {
      ignored++;
      return;
    }
    entry.push(input);
    process(entry, now);
  }

  /** Writes what piled up, unless a write is under way. Call it after all that happened at one time. */
  void flush(long now) {
    while (writing.isEmpty() && !dirty.isEmpty()) {
      List<Entry<?>> group = new ArrayList<>();
      List<SagaLog.Transition> batch = new ArrayList<>();
      while (!dirty.isEmpty() && group.size() < settings.maxBatch()) {
        Entry<?> entry = dirty.poll();
        if (entries.get(entry.key) == entry && isOwner(entry, now)) {
          group.add(entry);
          batch.add(entry.transition(settings, now));
        }
      }
      writing = group;
      if (!batch.isEmpty()) {
        host.write(batch);
      }
    }
  }

  /** A batch came to this. */
  void written(List<SagaLog.Result> results, long now) {
    List<Entry<?>> group = writing;
    writing = List.of();
    isFailing = false;
    for (int i = 0; i < group.size(); i++) {
      Entry<?> entry = group.get(i);
      if (entries.get(entry.key) != entry) {
        continue;
      }
      switch (results.get(i)) {
        case WRITTEN -> applied(entry, now);
        case FENCED -> lose(List.of(leases.lease(entry.key.partition())));
        case VERSION_CONFLICT -> read(entry);
      }
    }
    recover();
  }

  /** Nobody knows what became of a batch. A log that fails time and again, its disk full, is given time. */
  void writeFailed(long now) {
    List<Entry<?>> group = writing;
    writing = List.of();
    for (Entry<?> entry : group) {
      if (entries.get(entry.key) == entry && isFailing) {
        forgetState(entry);
        alarms.set(entry, now + settings.pollMillis());
      } else if (entries.get(entry.key) == entry) {
        read(entry);
      }
    }
    isFailing = true;
  }

  /** What the log says of an instance whose state was unknown; null if it has none. */
  void found(Entry.Key key, SagaLog.@Nullable Row row, long now) {
    Entry<?> entry = entries.get(key);
    if (entry == null || !entry.reading) {
      return;
    }
    forget(entry);
    if (row == null) {
      entry.failed(SagaException.logUnavailable(key.saga(), key.key()));
      return;
    }
    Entry<?> fresh = adopt(row, true, now);
    if (fresh != null) {
      entry.moveWaiters(fresh);
      settle(fresh);
    } else {
      entry.follow();
    }
  }

  /** The log could not be asked. */
  void findFailed(Entry.Key key, long now) {
    Entry<?> entry = entries.get(key);
    if (entry != null && entry.reading) {
      alarms.set(entry, now + settings.pollMillis());
    }
  }

  /** New leases, asked for at {@code sentAt}. */
  void granted(SagaLog.Grant grant, long sentAt, long now) {
    if (closed) {
      host.leave();
      return;
    }
    lose(tenure.granted(grant, sentAt));
    if (!grant.leases().isEmpty()) {
      recovery.begin(grant.leases());
      recover();
    }
  }

  /** The leases that could be renewed, asked for at {@code sentAt}. Others are lost. */
  void renewed(List<SagaLog.Lease> asked, List<SagaLog.Lease> kept, long sentAt) {
    lose(tenure.renewed(asked, kept, sentAt));
  }

  /** A page of the instances of new partitions. */
  void loaded(List<SagaLog.Row> rows, int limit, long now) {
    if (reads.isCurrent()) {
      rows.forEach(row -> meet(row, now));
      recovery.pageRead(rows, limit);
    } else {
      recovery.pageFailed();
    }
    reads.done();
    recover();
  }

  /** The page could not be read; it is asked for again by and by. */
  void loadFailed() {
    recovery.pageFailed();
    reads.done();
  }

  /** Instances that nobody looked after for too long, or that got signals. */
  void dueFound(List<SagaLog.Row> rows, long now) {
    if (reads.isCurrent()) {
      rows.forEach(row -> meet(row, now));
    }
    reads.done();
  }

  /** The log could not be asked what is due; it is asked again by and by. */
  void dueFailed() {
    reads.done();
  }

  /** Somebody else wrote to a partition: if it is held here, it is looked at at once. */
  void unowned(int partition, long now) {
    if (leases.epochOf(partition, now) != SagaLog.UNOWNED) {
      askForDue(List.of(leases.lease(partition)));
    }
  }

  /** What cannot be run here is due for ever; the others must not wait behind it. */
  private void askForDue(List<SagaLog.Lease> held) {
    if (reads.isCurrent()) {
      reads.begin();
      host.due(held, settings.maxBatch() + definitions.stalled());
    }
  }

  /** Time has passed. */
  void tick(long now) {
    if (closed) {
      return;
    }
    lose(leases.expired(now));
    tenure.tick(now);
    if (now >= nextPoll) {
      nextPoll = now + settings.pollMillis();
      if (leases.count() > 0) {
        askForDue(leases.all());
      }
      recover();
    }
    if (now >= nextPurge) {
      nextPurge = now + settings.purgeMillis();
      host.purge();
    }
    for (Entry<?> entry = alarms.poll(now); entry != null; entry = alarms.poll(now)) {
      wake(entry, now);
    }
  }

  /** When {@link #tick} is to be called next. */
  long nextTick() {
    long next = Math.min(tenure.nextTick(), Math.min(nextPoll, nextPurge));
    return Math.min(next, alarms.next());
  }

  /** Takes no more work and gives everything back; who waits is told. */
  void close() {
    closed = true;
    for (Entry<?> entry : List.copyOf(entries.values())) {
      entry.failed(NodeException.closed(settings.owner()));
    }
    entries.clear();
    dirty.clear();
    host.leave();
  }

  private <S> void process(Entry<S> entry, long now) {
    Instance<S> current = entry.current;
    while (entry.staged == null && current != null) {
      Input input = entry.poll();
      if (input == null) {
        schedule(entry, current, now);
        return;
      }
      Decision<S> decision = entry.machine.step(current, input, now);
      if (decision.write()) {
        stage(entry, decision);
        return;
      }
      if (decision.sends().isEmpty() && isAnswer(input)) {
        ignored++;
      }
      entry.current = decision.next();
      current = decision.next();
      send(entry, decision.sends(), now);
    }
  }

  private static boolean isAnswer(Input input) {
    return !(input instanceof Input.Woken || input instanceof Input.Signalled);
  }

  private <S> void stage(Entry<S> entry, Decision<S> decision) {
    entry.staged = decision;
    dirty.add(entry);
  }

  private <S> void applied(Entry<S> entry, long now) {
    Decision<S> decision = entry.staged();
    Instance<S> current = decision.next();
    entry.events.forEach(host::tell);
    entry.events = List.of();
    entry.staged = null;
    entry.current = current;
    if (current.version() == 1) {
      entry.begun(current);
    }
    if (entry.epoch == SagaLog.UNOWNED) {
      forget(entry);
      entry.follow();
      return;
    }
    send(entry, decision.sends(), now);
    settle(entry);
    process(entry, now);
  }

  /** Lets go of an instance that needs no engine any more. */
  private <S> void settle(Entry<S> entry) {
    Instance<S> current = entry.current;
    boolean isIdle =
        entry.staged == null && current != null && !current.status().isActive();
    if (isIdle && forget(entry)) {
      reads.ended(entry.key);
      entry.ended(Objects.requireNonNull(current));
    }
  }

  /** Looks after an entry no more; answers whether it did. */
  private boolean forget(Entry<?> entry) {
    alarms.set(entry, Long.MAX_VALUE);
    return entries.remove(entry.key, entry);
  }

  private void send(Entry<?> entry, List<Pending> commands, long now) {
    for (Pending command : commands) {
      if (isOwner(entry, now)) {
        host.send(entry.order(command));
      }
    }
  }

  /** Whether what an entry wants done may still be done; what nobody owns here is let go. */
  private boolean isOwner(Entry<?> entry, long now) {
    if (entry.epoch == SagaLog.UNOWNED || tenure.epochOf(entry.key, now) == entry.epoch) {
      return true;
    }
    if (forget(entry)) {
      reads.ended(entry.key);
      entry.follow();
    }
    return false;
  }

  private void read(Entry<?> entry) {
    forgetState(entry);
    host.find(entry.key);
  }

  private static void forgetState(Entry<?> entry) {
    entry.current = null;
    entry.staged = null;
    entry.reading = true;
    entry.forgetInputs();
  }

  /** Takes over an instance that the log has shown, or only its new signals if it is here already. */
  private void meet(SagaLog.Row row, long now) {
    Entry.Key key = new Entry.Key(row.saga(), row.key());
    Entry<?> entry = entries.get(key);
    if (entry == null && !reads.mayBeOld(key)) {
      Entry<?> fresh = adopt(row, false, now);
      if (fresh != null) {
        settle(fresh);
      }
    } else if (entry != null && !entry.reading && !row.signals().waiting().isEmpty()) {
      entry.push(new Input.Signalled(row.signals()));
      process(entry, now);
    }
  }

  /**
   * Takes over an instance as the log has it; null if it cannot be run here. With {@code touch} its
   * version is counted up before anything is sent: a write of this owner's that is still on its way
   * must not come true afterwards, since it does not know what was sent in between.
   */
  private @Nullable Entry<?> adopt(SagaLog.Row row, boolean touch, long now) {
    SagaMachine<?> machine = definitions.find(row.definition());
    if (machine == null) {
      stall(row, "no definition of " + row.saga() + " here has the hash " + row.definition());
      return null;
    }
    if (row.status().isActive() && leases.epochOf(row.partition(), now) == SagaLog.UNOWNED) {
      return null;
    }
    return adopt(machine, row, touch, now);
  }

  private void stall(SagaLog.Row row, String reason) {
    if (definitions.stall(row.id())) {
      host.stalled(row, reason);
    }
  }

  private <S> @Nullable Entry<S> adopt(
      SagaMachine<S> machine, SagaLog.Row row, boolean touch, long now) {
    Instance<S> instance;
    try {
      instance = machine.read(row, now);
    } catch (RuntimeException e) {
      stall(row, "its state cannot be read: " + e.getMessage());
      return null;
    }
    Entry.Key key = new Entry.Key(row.saga(), row.key());
    Entry<S> entry = new Entry<>(machine, key, leases.epochOf(row.partition(), now));
    entry.current = instance;
    entries.put(key, entry);
    if (!row.signals().waiting().isEmpty() && entry.epoch != SagaLog.UNOWNED) {
      entry.push(new Input.Signalled(row.signals()));
    }
    if (instance.status().isActive() && touch) {
      stage(entry, machine.resume(instance));
    } else if (instance.status().isActive()) {
      send(entry, machine.resume(instance).sends(), now);
    }
    process(entry, now);
    return entry;
  }

  /** Lets go of partitions: whoever waits for their instances follows them in the log. */
  private void lose(Collection<SagaLog.Lease> lost) {
    if (lost.isEmpty()) {
      return;
    }
    definitions.forgetStalled();
    reads.outdate();
    lost.forEach(lease -> leases.remove(lease.partition()));
    for (Entry<?> entry : List.copyOf(entries.values())) {
      if (entry.epoch != SagaLog.UNOWNED
          && leases.lease(entry.key.partition()).epoch() != entry.epoch) {
        forget(entry);
        entry.follow();
      }
    }
  }

  /** Reads on where it can: what waits to be written already would only wait longer, and in memory. */
  private void recover() {
    boolean hasRoom = entries.size() < settings.maxActive() && dirty.size() < settings.maxBatch();
    if (hasRoom && reads.isCurrent() && recovery.load(host, leases, settings.maxBatch())) {
      reads.begin();
    }
  }

  private <S> void schedule(Entry<S> entry, Instance<S> current, long now) {
    long at = entry.machine.wakeAt(current);
    boolean isWanted = at != Long.MAX_VALUE && entries.get(entry.key) == entry;
    alarms.set(entry, isWanted ? Math.max(at, now) : Long.MAX_VALUE);
  }

  private void wake(Entry<?> entry, long now) {
    if (entry.reading) {
      host.find(entry.key);
    } else {
      entry.push(SagaMachine.woken());
      process(entry, now);
    }
  }
}
