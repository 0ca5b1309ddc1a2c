package io.vertebra.outbox;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * Where messages wait that a transaction has decided to send: an SPI. An outbox stores rows, hands out
 * partitions by lease, and refuses what the owner of a lost lease says about rows.
 *
 * <p><b>Order.</b> Rows have ids that grow in the order of writing, but may become visible in another
 * order, because one transaction may take longer than the next. So nobody may conclude from a row that
 * all before it were seen.
 *
 * <p><b>Partitions.</b> A row belongs to one of {@value OutboxMessage#PARTITIONS} partitions. A
 * partition has at most one owner at a time, and an epoch that grows by one with each new lease. To own
 * a partition is the only claim there is: nothing is written into rows before they are sent. Time is
 * the outbox's own; only durations cross this interface.
 *
 * <p><b>Stopped keys.</b> A key whose first row cannot be sent is stopped until a time, and its rows
 * are set aside, where {@link #ready} does not meet them, so that its cost does not depend on how many
 * they are.
 *
 * <p>Each method may be called again when its future has failed, with the same result in the end.
 * Methods may be called from any thread and never block. The test kit is {@code OutboxContract}.
 */
public interface Outbox {

  /** An outbox in this process's memory; rows are lost with the process. */
  static Outbox inMemory() {
    return inMemory(System::nanoTime);
  }

  /** The same with a clock of the caller's that counts nanoseconds, for tests. */
  static Outbox inMemory(LongSupplier nanoTime) {
    return new MemoryOutbox(nanoTime);
  }

  /** Writes messages in a transaction of their own. */
  Future<Void> append(List<OutboxMessage> messages);

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

  /** The stopped keys of leased partitions. */
  Future<List<Stop>> stopped(List<Lease> leases);

  /**
   * The first rows of each lane that are not set aside, in order of their ids within a lane.
   *
   * @param most how many of each lane, in the same order as the lanes
   */
  Future<List<Row>> ready(List<Lane> lanes, List<Integer> most);

  /** The first rows of a key that are set aside, in order of their ids, at most {@code limit}. */
  Future<List<Row>> aside(Lane lane, String key, int limit);

  /**
   * Does what became of rows. A list holds at most one change of a row, and at most one of a key's
   * stop. Completes with the leases that were not valid any more: nothing was done for their
   * partitions, and everything for all others.
   */
  Future<Set<Lease>> settle(List<Lease> leases, List<Change> changes);

  /** The rows that were given up, the oldest first, at most {@code limit}. */
  Future<List<DeadLetter>> deadLetters(int limit);

  /** Puts rows that were given up back to where they are sent from, behind all others. Those that are not there are ignored. */
  Future<Void> redrive(List<Long> ids);

  /**
   * Has {@code listener} told of partitions, one bit each, with new rows. May be told late, more than
   * once, or never. Answers what takes the listener off again.
   */
  Runnable onAppended(LongConsumer listener);

  /**
   * A partition and the epoch under which it is owned.
   *
   * @param partition 0 to 63
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

  /**
   * The rows of one contract in one partition.
   *
   * @param contract id of the contract
   * @param partition 0 to 63
   */
  record Lane(String contract, int partition) {}

  /**
   * A message in an outbox.
   *
   * @param id grows in the order of writing
   * @param partition 0 to 63
   * @param message what is to be sent
   */
  record Row(long id, int partition, OutboxMessage message) {}

  /**
   * A key that is stopped.
   *
   * @param lane where it is
   * @param key the key
   * @param row the row that cannot be sent
   * @param attempts how often it was tried
   * @param due when to try again, from the moment of writing or reading; negative when read if the
   *     time has passed
   * @param cause why it cannot be sent
   */
  record Stop(Lane lane, String key, long row, int attempts, Duration due, String cause) {}

  /**
   * A row that was given up.
   *
   * @param id its id, for {@link #redrive}
   * @param message what was to be sent
   * @param attempts how often it was tried
   * @param cause why it could not be sent
   */
  record DeadLetter(long id, OutboxMessage message, int attempts, String cause) {}

  /** What became of rows. */
  sealed interface Change {
    /** The partition of the rows. */
    int partition();
  }

  /**
   * The row was sent: it goes.
   *
   * @param row its id
   */
  record Sent(int partition, long row) implements Change {}

  /**
   * The row is given up: it becomes a dead letter.
   *
   * @param row its id
   * @param attempts how often it was tried
   * @param cause why it could not be sent
   */
  record GivenUp(int partition, long row, int attempts, String cause) implements Change {}

  /**
   * The row is set aside behind its key's stop.
   *
   * @param row its id
   */
  record SetAside(int partition, long row) implements Change {}

  /**
   * The key is stopped, or stopped anew.
   *
   * @param stop replaces the key's stop, if there is one
   */
  record Stopped(Stop stop) implements Change {
    @Override
    public int partition() {
      return stop.lane().partition();
    }
  }

  /**
   * The key goes on, and none of its rows is aside any more.
   *
   * @param lane where it is
   * @param key the key
   */
  record Resumed(Lane lane, String key) implements Change {
    @Override
    public int partition() {
      return lane.partition();
    }
  }
}
