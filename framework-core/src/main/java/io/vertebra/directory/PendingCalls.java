package io.vertebra.directory;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The calls that wait for a reply, by call id and by the peer that has them. An entry leaves it
 * once, by whoever removes it first: the reply, the deadline, the caller or the loss of the peer.
 *
 * <p>An open-addressing table with linear probing and a list per peer that runs through the entries
 * themselves, so that nothing is allocated for a call but its entry. Belongs to one thread.
 *
 * @param <E> what is kept of a call
 */
public final class PendingCalls<E extends PendingCalls.Entry> {
  /** What is kept of a call. It is in at most one table, and in it once at a time. */
  public abstract static class Entry {
    private long callId;
    private long order;
    private @Nullable Peer peer;
    private @Nullable Entry previous;
    private @Nullable Entry next;
    private long epoch;
    private long frame;

    /** For subclasses. */
    protected Entry() {}

    /** The id under which the reply will come. */
    public final long callId() {
      return callId;
    }

    /** Whether it waits. */
    public final boolean isPending() {
      return peer != null;
    }

    /** Whether it was handed to the link, so that the peer may have run it. */
    public final boolean isSent() {
      return frame > 0;
    }

    /** Notes the frame that takes it to the peer; frames of an epoch count from 1. */
    public final void sentIn(long epoch, long frame) {
      this.epoch = epoch;
      this.frame = frame;
    }

    private boolean isSentFrom(long fromEpoch, long fromFrame) {
      return isSent() && InboundFrames.compare(epoch, frame, fromEpoch, fromFrame) >= 0;
    }

    private boolean isSentUpTo(long toEpoch, long toFrame) {
      return isSent() && InboundFrames.compare(epoch, frame, toEpoch, toFrame) <= 0;
    }
  }

  /** The calls of one peer. */
  public static final class Peer {
    private final String node;
    private final PendingCalls<?> table;
    private @Nullable Entry first;
    private @Nullable Entry last;
    private int size;

    private Peer(String node, PendingCalls<?> table) {
      this.node = node;
      this.table = table;
    }

    /** The peer's node id. */
    public String node() {
      return node;
    }

    /** How many calls wait for it. */
    public int size() {
      return size;
    }
  }

  /** Is told of each call that failed. It may put and remove calls. */
  @FunctionalInterface
  public interface Failed<E> {
    /**
     * The call has left the table without a reply.
     *
     * @param mayHaveRun false only if the peer has not run it and will not
     */
    void failed(E entry, boolean mayHaveRun);
  }

  private static final int SMALLEST = 64;

  private long[] ids = new long[SMALLEST];
  private @Nullable Entry[] entries = new @Nullable Entry[SMALLEST];
  private int size;
  private long puts;
  private long lateReplies;

  /** An empty table. */
  public PendingCalls() {}

  /** A group for the calls of one peer, or of one link to it. */
  public Peer newPeer(String node) {
    return new Peer(node, this);
  }

  /**
   * Adds a call that has not been sent yet.
   *
   * @throws IllegalStateException if the entry or the call id is in use
   */
  public void put(Peer peer, long callId, E entry) {
    Entry added = entry;
    if (added.peer != null || peer.table != this) {
      throw new IllegalStateException("the entry waits already, or the peer is of another table");
    }
    if (2 * (size + 1) > ids.length) {
      grow();
    }
    int slot = slot(callId);
    if (entries[slot] != null) {
      throw new IllegalStateException("call id " + callId + " is in use");
    }
    ids[slot] = callId;
    entries[slot] = added;
    size++;
    added.callId = callId;
    added.order = ++puts;
    added.epoch = 0;
    added.frame = 0;
    append(peer, added);
  }

  private static void append(Peer peer, Entry added) {
    Entry last = peer.last;
    added.peer = peer;
    added.previous = last;
    if (last == null) {
      peer.first = added;
    } else {
      last.next = added;
    }
    peer.last = added;
    peer.size++;
  }

  /** The call with this id, or null. */
  public @Nullable E find(long callId) {
    return cast(entries[slot(callId)]);
  }

  /** Takes the call with this id out, or returns null if it has left before. */
  public @Nullable E remove(long callId) {
    int slot = slot(callId);
    Entry entry = entries[slot];
    if (entry == null) {
      return null;
    }
    removeSlot(slot);
    unlink(entry);
    return cast(entry);
  }

  /**
   * As {@link #remove}, for a reply that {@code from} sent: one that comes too late, or from a peer
   * that was not asked, is counted and changes nothing.
   */
  public @Nullable E reply(Peer from, long callId) {
    Entry entry = entries[slot(callId)];
    if (entry == null || entry.peer != from) {
      lateReplies++;
      return null;
    }
    return remove(callId);
  }

  /**
   * Fails all calls of a peer that is gone. Those that were sent may have run; the owner must not
   * send the others any more.
   */
  public void peerGone(Peer peer, Failed<? super E> failed) {
    long last = puts;
    Entry entry = peer.first;
    while (entry != null && entry.order <= last) {
      boolean isSent = entry.isSent();
      E gone = remove(entry.callId);
      if (gone != null) {
        failed.failed(gone, isSent);
      }
      entry = peer.first;
    }
  }

  /** Fails the calls in frames that the peer has not got and will not take any more: they have not run. */
  public void requestsLost(Peer peer, InboundFrames.Loss loss, Failed<? super E> failed) {
    List<Entry> lost = new ArrayList<>();
    for (Entry each = peer.first; each != null; each = each.next) {
      if (each.isSentFrom(loss.fromEpoch(), loss.fromFrame())
          && each.isSentUpTo(loss.toEpoch(), loss.toFrame())) {
        lost.add(each);
      }
    }
    fail(lost, false, failed);
  }

  /**
   * Fails the calls whose replies may have been in frames of the peer that got lost: they may have
   * run.
   *
   * @param epoch and {@code frame}: the newest frame of ours that the peer had seen when it sent the
   *     frame after the loss. What it had not seen then it cannot have answered before.
   */
  public void repliesLost(Peer peer, long epoch, long frame, Failed<? super E> failed) {
    List<Entry> lost = new ArrayList<>();
    for (Entry each = peer.first; each != null; each = each.next) {
      if (each.isSentUpTo(epoch, frame)) {
        lost.add(each);
      }
    }
    fail(lost, true, failed);
  }

  private void fail(List<Entry> lost, boolean mayHaveRun, Failed<? super E> failed) {
    for (Entry each : lost) {
      Entry present = entries[slot(each.callId)];
      if (present == each) {
        remove(each.callId);
        E entry = cast(each);
        if (entry != null) {
          failed.failed(entry, mayHaveRun);
        }
      }
    }
  }

  /** Shows all calls of a peer, the oldest first; the table must not be changed meanwhile. */
  public void forEach(Peer peer, Consumer<? super E> consumer) {
    for (Entry each = peer.first; each != null; each = each.next) {
      E entry = cast(each);
      if (entry != null) {
        consumer.accept(entry);
      }
    }
  }

  /** How many calls wait. */
  public int size() {
    return size;
  }

  /** How many replies came for calls that had left, or from peers that were not asked. */
  public long lateReplies() {
    return lateReplies;
  }

  @SuppressWarnings("unchecked") // only E goes in
  private @Nullable E cast(@Nullable Entry entry) {
    return (E) entry;
  }

  private static void unlink(Entry entry) {
    Peer peer = entry.peer;
    Entry previous = entry.previous;
    Entry next = entry.next;
    if (peer == null) {
      return;
    }
    if (previous == null) {
      peer.first = next;
    } else {
      previous.next = next;
    }
    if (next == null) {
      peer.last = previous;
    } else {
      next.previous = previous;
    }
    peer.size--;
    entry.peer = null;
    entry.previous = null;
    entry.next = null;
  }

  /** The slot that has the id, or the empty one where it would go. */
  private int slot(long callId) {
    int mask = ids.length - 1;
    int slot = home(callId, mask);
    while (entries[slot] != null && ids[slot] != callId) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  /** Fibonacci hashing; ids that count up spread evenly. */
  private static int home(long callId, int mask) {
    return (int) ((callId * 0x9e3779b97f4a7c15L) >>> 32) & mask;
  }

  /** Empties the slot and moves back what had to go around it, so that no tombstone is left. */
  private void removeSlot(int emptied) {
    int mask = ids.length - 1;
    int hole = emptied;
    int slot = (hole + 1) & mask;
    while (entries[slot] != null) {
      int home = home(ids[slot], mask);
      if (((slot - home) & mask) >= ((slot - hole) & mask)) {
        ids[hole] = ids[slot];
        entries[hole] = entries[slot];
        hole = slot;
      }
      slot = (slot + 1) & mask;
    }
    entries[hole] = null;
    size--;
  }

  private void grow() {
    @Nullable Entry[] old = entries;
    entries = new @Nullable Entry[2 * old.length];
    ids = Arrays.copyOf(ids, 2 * old.length);
    for (Entry each : old) {
      if (each != null) {
        int slot = slot(each.callId);
        ids[slot] = each.callId;
        entries[slot] = each;
      }
    }
  }
}
