package io.vertebra.link;

import io.netty.util.collection.LongObjectHashMap;
import io.netty.util.collection.LongObjectMap;
import io.vertebra.directory.CancelledCalls;
import io.vertebra.directory.InboundFrames;
import io.vertebra.directory.PendingCalls;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.MessageProducer;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The link to one other node: two queues of frames, control first, that leave together as one
 * message of the event bus. Confined to the link lane.
 */
public final class PeerLink {
  private static final byte VERSION = 2;
  private static final int HEADER_ROOM = 80;
  private static final int FLUSH_AT = 64 * 1024;
  private static final long REMEMBER_CANCELS_NANOS = 1_000_000_000L;
  private static final int MOST_CANCELS = 10_000;

  private final Links links;
  private final String node;
  private final MessageProducer<Buffer> producer;
  private final PendingCalls.Peer pending;
  private final InboundFrames inbound = new InboundFrames();
  private TransitClock transit = new TransitClock();
  private final CancelledCalls cancelled = new CancelledCalls(REMEMBER_CANCELS_NANOS, MOST_CANCELS);
  private final LongObjectMap<RemoteWork> served = new LongObjectHashMap<>();
  private final SendCredit credit;
  private final ReceiveCredit grant;
  /** What has no credit yet, oldest first. */
  private final Set<Outgoing> waiting = new LinkedHashSet<>();

  private long epoch;
  private long sequence;
  private long position;
  private int publications;
  private @Nullable Buffer control;
  private @Nullable Buffer data;
  private boolean dirty;
  private boolean telling;
  private boolean gone;

  PeerLink(Links links, String node, MessageProducer<Buffer> producer, PendingCalls.Peer pending) {
    this.links = links;
    this.node = node;
    this.producer = producer;
    this.pending = pending;
    this.epoch = links.nextEpoch();
    this.credit = new SendCredit(epoch);
    this.grant = new ReceiveCredit(links.window());
  }

  /** The other node. */
  public String node() {
    return node;
  }

  /** Requests of that node which have not been answered yet, by call id. */
  public LongObjectMap<RemoteWork> served() {
    return served;
  }

  /** Forgets what belonged to the session that ended with the other node. */
  public void reset() {
    served.clear();
    cancelled.clear();
    transit = new TransitClock();
  }

  /** How long a frame waited in queues on its way. */
  public long queuedNanos(long sentNanos, long receivedNanos) {
    return transit.queued(sentNanos, receivedNanos);
  }

  /** Cancels that came before their request. */
  public CancelledCalls cancelled() {
    return cancelled;
  }

  PendingCalls.Peer pending() {
    return pending;
  }

  InboundFrames inbound() {
    return inbound;
  }

  /** Appends a frame that overtakes data: heartbeats, cancels, rejections. */
  public void appendControl(Buffer frame) {
    Buffer queue = control;
    if (queue == null) {
      control = frame;
    } else {
      queue.appendBuffer(frame);
    }
    markDirty();
  }

  /** Sends a request or publication as soon as the other node grants that. */
  void send(Outgoing message) {
    if (waiting.isEmpty() && credit.isAvailable()) {
      go(message);
    } else {
      waiting.add(message);
    }
  }

  private void go(Outgoing message) {
    Buffer frame = message.frame();
    message.leaveRoom();
    message.goesBy(this);
    credit.spend(frame.length());
    appendData(frame);
  }

  /** Its caller has given up; if it has not gone yet, it never will. */
  void forget(Outgoing message) {
    if (waiting.remove(message)) {
      message.leaveRoom();
    }
  }

  /** Nothing that waits will go any more. */
  void dropWaiting() {
    for (Outgoing message : waiting) {
      message.leaveRoom();
      message.dropped();
    }
    waiting.clear();
  }

  /** The other node says how far this one may send. False if no honest node would say that. */
  boolean granted(long grantedEpoch, long limit) {
    boolean isHonest = credit.granted(grantedEpoch, limit);
    Iterator<Outgoing> next = waiting.iterator();
    while (next.hasNext() && credit.isAvailable()) {
      Outgoing message = next.next();
      next.remove();
      go(message);
    }
    return isHonest;
  }

  /** How far the other node may send. */
  ReceiveCredit grant() {
    return grant;
  }

  /** Sees to it that the other node hears of its credit, with the next batch or in one of its own. */
  void tellCredit() {
    if (grant.isDue()) {
      telling = true;
      markDirty();
    }
  }

  /** One more publication goes with the batch that is being filled. */
  void countPublication() {
    publications++;
  }

  /** Appends a frame of data that is owed to the other node; flushes when enough has piled up. */
  public void appendData(Buffer frame) {
    Buffer queue = data;
    if (queue == null) {
      queue = frame;
      data = frame;
    } else {
      queue.appendBuffer(frame);
    }
    if (queue.length() >= FLUSH_AT) {
      flush();
    } else {
      markDirty();
    }
  }

  private void markDirty() {
    if (!dirty) {
      dirty = true;
      links.flushLater(this);
    }
  }

  /** Epoch and number of the batch that is being filled. */
  void stamp(RemoteCall<?, ?> call) {
    call.sentIn(epoch, sequence + 1);
  }

  void flush() {
    dirty = false;
    Buffer first = control;
    Buffer second = data;
    if (first == null && second == null && !telling) {
      return;
    }
    control = null;
    data = null;
    telling = false;
    Batch sent = new Batch(epoch, ++sequence, publications);
    publications = 0;
    Buffer batch = header(first, second);
    position = credit.position();
    Future<Void> written;
    try {
      written = producer.write(batch);
    } catch (RuntimeException refused) {
      // The event bus throws where it finds its cluster manager closed or its socket closing.
      written = Future.failedFuture(refused);
    }
    if (written.succeeded()) {
      return;
    }
    written.onFailure(cause -> links.lane().post(() -> links.writeFailed(this, sent, cause)));
  }

  /**
   * What was sent at once.
   *
   * @param publications how many of its frames nobody misses if they get lost
   */
  record Batch(long epoch, long sequence, int publications) {}

  private Buffer header(@Nullable Buffer first, @Nullable Buffer second) {
    int size = (first == null ? 0 : first.length()) + (second == null ? 0 : second.length());
    Buffer batch = Buffer.buffer(size + HEADER_ROOM + node.length());
    byte[] sender = links.nodeBytes();
    batch.appendByte(VERSION).appendInt(sender.length).appendBytes(sender);
    batch
        .appendLong(epoch)
        .appendLong(sequence)
        .appendLong(inbound.epoch())
        .appendLong(inbound.frame())
        .appendLong(position)
        .appendLong(grant.tell());
    if (first != null) {
      batch.appendBuffer(first);
    }
    if (second != null) {
      batch.appendBuffer(second);
    }
    return batch;
  }

  /** The next batch belongs to a new link. What was stamped for the old one goes with that first. */
  void reopen() {
    flush();
    epoch = links.nextEpoch();
    sequence = 0;
    position = 0;
    credit.reopen(epoch);
  }

  long epoch() {
    return epoch;
  }

  /** Whether the directory has given the other node up, so that nobody would notice if no answer came. */
  boolean isGone() {
    return gone;
  }

  void setGone(boolean gone) {
    this.gone = gone;
  }

  static boolean isVersion(byte version) {
    return version == VERSION;
  }
}
