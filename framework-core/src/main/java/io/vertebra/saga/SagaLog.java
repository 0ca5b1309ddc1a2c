package io.vertebra.saga;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.shareddata.LocalMap;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Where saga instances are kept: an SPI. A log stores rows, hands out partitions by lease, and
 * refuses what an owner writes that has lost its lease.
 *
 * <p><b>Partitions.</b> Each instance belongs to one of {@value #PARTITIONS} partitions, by a hash of
 * saga name and business key. A partition has at most one owner at a time, and an epoch that grows by
 * one with each new lease. Time is the log's own: no owner's clock is compared with another's. Only
 * durations cross this interface.
 *
 * <p><b>Atomicity.</b> One transition (row, commands and events) is written whole or not at all. The
 * epoch is checked in the same atomic step as the write: once {@link #acquire} has answered a new
 * epoch, no transition of an older one is ever written, so what the new owner then reads stays true
 * until it writes itself. The transitions of a batch are independent of each other.
 *
 * <p><b>Signals.</b> What people and other systems have to say to an instance does not wait for its
 * owner: anybody may store a {@link Signal} beside it. That leaves the row and its version as they
 * are, and makes the instance due at once. Rows are read with the signals that wait; a transition
 * names those it consumes, and they are gone in the same atomic step. A transition whose writer has
 * not seen all signals, by {@link Signals#count()}, leaves the instance due.
 *
 * <p><b>What may repeat.</b> A write whose future fails has an unknown outcome: it may have been
 * written, may still be, or never. Its owner drops what it knows of those instances and reads them
 * again. Every other method may be called again at will.
 *
 * <p>Methods may be called from any thread and never block. The test kit is {@code SagaLogContract}.
 */
public interface SagaLog {

  /** The number of partitions: more than nodes by far, few enough to lease one by one. */
  int PARTITIONS = 256;

  /** The epoch of a transition that starts an instance in a partition its writer does not own. */
  long UNOWNED = 0;

  /** A log in this process's memory, for one node. Instances are lost with the process. */
  static SagaLog inMemory() {
    return inMemory(System::nanoTime);
  }

  /** The same with a clock of the caller's that counts nanoseconds, for tests. */
  static SagaLog inMemory(LongSupplier nanoTime) {
    return new MemorySagaLog(nanoTime, MemorySagaLog.MAX_ENDED);
  }

  /** The log in memory that all verticles of a Vert.x instance share; made when it is first asked for. */
  static SagaLog inMemory(Vertx vertx) {
    LocalMap<String, MemorySagaLog> logs = vertx.sharedData().getLocalMap("io.vertebra.saga.log");
    return logs.computeIfAbsent("log", name -> (MemorySagaLog) inMemory());
  }

  /** The partition of an instance: FNV-1a over the UTF-16 units of both names, folded to 8 bits. */
  static int partitionOf(String saga, String key) {
    int hash = 0x811c9dc5;
    for (int i = 0; i < saga.length(); i++) {
      hash = (hash ^ saga.charAt(i)) * 0x01000193;
    }
    hash = (hash ^ '\n') * 0x01000193;
    for (int i = 0; i < key.length(); i++) {
      hash = (hash ^ key.charAt(i)) * 0x01000193;
    }
    hash ^= hash >>> 16;
    return (hash ^ hash >>> 8) & (PARTITIONS - 1);
  }

  /**
   * Counts {@code owner} among the live owners for the time of {@code lease}, and leases it up to
   * {@code wanted} partitions that nobody owns or whose lease ran out, each with a new epoch.
   */
  Future<Grant> acquire(String owner, int wanted, Duration lease);

  /** Makes the leases of {@code owner} last {@code lease} from now. Completes with those that were still its own. */
  Future<List<Lease>> renew(String owner, List<Lease> leases, Duration lease);

  /** Gives leases back. Those that are not the owner's any more are ignored. */
  Future<Void> release(String owner, List<Lease> leases);

  /** Gives back all leases of an owner that stops, and no longer counts it among the live ones. */
  Future<Void> leave(String owner);

  /**
   * Writes a batch and completes with one result per transition, in order. A batch holds at most one
   * transition of an instance; otherwise nothing is written and the future fails with
   * {@link IllegalArgumentException}.
   */
  Future<List<Result>> write(List<Transition> batch);

  /**
   * Reads active instances of the leased partitions in order of {@link Row#id()}, those after
   * {@code afterId}, at most {@code limit}. A page with fewer is the last.
   */
  Future<List<Row>> load(List<Lease> leases, @Nullable String afterId, int limit);

  /**
   * Reads instances of the leased partitions whose {@link Row#due()} has passed, longest first, at
   * most {@code limit}: active ones, and those that wait for an operator and got a signal.
   */
  Future<List<Row>> due(List<Lease> leases, int limit);

  /**
   * Stores a signal beside its instance, whoever owns that. The same id is taken once per instance,
   * also if the first was consumed long ago.
   */
  Future<SignalResult> signal(Signal signal);

  /** The instance with this key, whoever owns it, as last written. */
  Future<Optional<Row>> find(String saga, String key);

  /** The events of the instance with this key in the order they were written. */
  Future<List<SagaEvent>> history(String saga, String key);

  /**
   * Forgets up to {@code limit} instances that ended {@code retention} ago or earlier, with their
   * history and signals, and completes with their number. Those that wait for an operator are kept.
   */
  Future<Integer> purge(Duration retention, int limit);

  /**
   * Has {@code listener} told of partitions for which somebody stored a signal, or wrote a start
   * without owning them, so that the owner need not wait until it next asks what is due. May be told late, more than once, or
   * never; default never. Answers what takes the listener off again.
   */
  default Runnable onUnowned(IntConsumer listener) {
    return () -> {};
  }

  /**
   * A partition and the epoch under which it is owned.
   *
   * @param partition 0 to 255
   * @param epoch from 1, grows with each new lease of the partition
   */
  record Lease(int partition, long epoch) {}

  /**
   * What {@link #acquire} came to.
   *
   * @param leases the new leases
   * @param owners how many owners are alive, the asking one included
   */
  record Grant(List<Lease> leases, int owners) {

    /** Copies the list. */
    public Grant {
      leases = List.copyOf(leases);
    }
  }

  /** What became of a transition. */
  enum Result {
    /** It is in the log. */
    WRITTEN,
    /** The epoch is not the partition's any more: somebody else owns it. */
    FENCED,
    /** The instance has another version than the transition starts from; for a start: it exists. */
    VERSION_CONFLICT
  }

  /**
   * One change of one instance.
   *
   * @param epoch of the writer's lease; {@link #UNOWNED} is allowed for a start and is not checked
   * @param row the instance after the change; it is written if the stored version is one less, and
   *     inserted if it is 1
   * @param events what to add to the history
   * @param consumed ids of signals that wait no more; ids that do not wait are ignored
   */
  record Transition(long epoch, Row row, List<SagaEvent> events, List<String> consumed) {

    /** Copies the lists. */
    public Transition {
      events = List.copyOf(events);
      consumed = List.copyOf(consumed);
    }

    /** Whether the transition starts an instance. */
    public boolean isStart() {
      return row.version() == 1;
    }
  }

  /**
   * One instance.
   *
   * @param id unique for ever, unlike the key
   * @param saga name of the saga
   * @param key business key, unique per saga name until the instance is purged
   * @param version counts the changes, from 1
   * @param definition hash of the definition it began with
   * @param status never {@link SagaStatus#STALLED}
   * @param steps one {@link StepState#letter()} per step
   * @param state the saga's state as JSON
   * @param commands what was sent or is to be sent and is still needed; several in a parallel group
   * @param due when an owner should look at it again, from the moment of writing or reading; null if
   *     it need not. Negative when read if the time has passed
   * @param deadline what is left until the saga's deadline; only the first transition sets it
   * @param events how many events its history has, with those of the transition that writes it
   * @param signals those that wait when it is read; of a row to write only the count is used
   */
  record Row(
      String id,
      String saga,
      String key,
      long version,
      String definition,
      SagaStatus status,
      String steps,
      Buffer state,
      List<Command> commands,
      @Nullable Duration due,
      Duration deadline,
      int events,
      Signals signals) {

    /** Copies the list. */
    public Row {
      commands = List.copyOf(commands);
    }

    /** The partition it belongs to. */
    public int partition() {
      return partitionOf(saga, key);
    }
  }

  /**
   * A command of a step, or of its compensation.
   *
   * @param step index of the step
   * @param messageId the same each time it is sent
   * @param body the bytes to send, the same each time
   * @param attempt how often it was sent, or is about to be
   * @param answer what came back, kept until the group's other answers are in; null before
   */
  record Command(
      int step,
      String messageId,
      Buffer body,
      int attempt,
      @Nullable Answer answer) {}

  /**
   * An answer to a command.
   *
   * @param refused whether it is a declared failure
   * @param body the reply or the failure, as it is encoded for the wire
   */
  record Answer(boolean refused, Buffer body) {}

  /**
   * The signals of an instance.
   *
   * @param count how many were stored for it so far, consumed ones included; when written, how many
   *     the writer knows of
   * @param waiting those that are not consumed, in the order in which they were stored
   */
  record Signals(long count, List<Signal> waiting) {
    /** No signal so far. */
    public static final Signals NONE = new Signals(0, List.of());

    /** Copies the list. */
    public Signals {
      waiting = List.copyOf(waiting);
    }
  }

  /**
   * Something said to an instance from outside.
   *
   * @param saga name of the saga
   * @param key business key of the instance
   * @param id unique per instance: a signal that is stored again is a duplicate
   * @param kind what it is about
   * @param name of the event, or of the step; empty for {@link SignalKind#CANCEL}
   * @param body the event, or the new message for the step; empty if the kind has none
   * @param by who says it; empty if nobody in particular
   * @param why for the history; may be empty
   */
  record Signal(
      String saga,
      String key,
      String id,
      SignalKind kind,
      String name,
      Buffer body,
      String by,
      String why) {

    /** The partition of its instance. */
    public int partition() {
      return partitionOf(saga, key);
    }
  }

  /** What a signal is about. */
  enum SignalKind {
    /** Something happened for which a step may wait. */
    EVENT,
    /** The instance is to be compensated, if that is still possible. */
    CANCEL,
    /** An operator has a stuck step tried again. */
    RETRY,
    /** An operator lets the instance go on without a stuck step. */
    SKIP,
    /** An operator has a stuck step tried again with another message. */
    EDIT;

    /** Whether an instance with this status can make use of it: of none once it has ended. */
    public boolean isFor(SagaStatus status) {
      return status.isActive() || (status == SagaStatus.NEEDS_OPERATOR && this != CANCEL);
    }
  }

  /** What became of a signal. */
  enum SignalResult {
    /** It waits beside its instance. */
    ACCEPTED,
    /** The instance has had a signal with this id before. */
    DUPLICATE,
    /** There is no such instance, or it is none {@linkplain SignalKind#isFor any more} for the signal. */
    UNKNOWN_INSTANCE
  }
}
