package io.vertebra.link;

import io.vertebra.directory.Directory;
import io.vertebra.directory.DirectoryMessage;
import io.vertebra.directory.InboundFrames;
import io.vertebra.directory.PendingCalls;
import io.vertebra.error.HandlerException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.Message;
import io.vertx.core.internal.logging.Logger;
import io.vertx.core.internal.logging.LoggerFactory;
import org.jspecify.annotations.Nullable;

/**
 * Takes batches of frames apart. Whatever the bytes are, it counts and skips what it cannot read and
 * goes on with the next frame; it keeps nothing of nodes that are no members. Confined to the link
 * lane.
 */
final class BatchReader {
  private static final Logger LOG = LoggerFactory.getLogger(BatchReader.class);
  private static final long COMPLAIN_EVERY_NANOS = 60_000_000_000L;

  private final Links links;
  private final PendingCalls<RemoteCall<?, ?>> pending;
  private final Directory directory;
  private final Inbound inbound;
  private long malformed;
  private long ofStrangers;
  private long unexpected;
  private long complainedAt;

  BatchReader(
      Links links, PendingCalls<RemoteCall<?, ?>> pending, Directory directory, Inbound inbound) {
    this.links = links;
    this.pending = pending;
    this.directory = directory;
    this.inbound = inbound;
  }

  /** Batches and frames that could not be read. */
  long malformed() {
    return malformed;
  }

  /** Batches of nodes that are no members, or in their name. */
  long ofStrangers() {
    return ofStrangers;
  }

  /** Answers nobody waited for from that node, and frames of kinds that this release does not know. */
  long unexpected() {
    return unexpected;
  }

  /** A message came to this node's address. */
  void receive(Message<?> message) {
    Object body;
    try {
      body = message.body();
    } catch (RuntimeException undecodable) {
      complain(undecodable);
      return;
    }
    if (body instanceof Buffer batch) {
      read(batch);
    } else {
      complain(new IndexOutOfBoundsException("it is no batch of frames"));
    }
  }

  void read(Buffer batch) {
    FrameReader in = new FrameReader(batch, 0);
    PeerLink peer;
    try {
      peer = readHeader(in);
    } catch (RuntimeException unreadable) {
      complain(unreadable);
      return;
    }
    if (peer != null) {
      readFrames(peer, in);
      peer.tellCredit();
    }
  }

  /** Whom the batch is from; null if it is not to be read. */
  private @Nullable PeerLink readHeader(FrameReader in) {
    if (!PeerLink.isVersion(in.int8())) {
      throw new IndexOutOfBoundsException("it has another protocol version");
    }
    String sender = in.text();
    long epoch = in.int64();
    long sequence = in.int64();
    long seenEpoch = in.int64();
    long seenSequence = in.int64();
    long position = in.int64();
    long granted = in.int64();
    in.endHeader();
    PeerLink peer = links.peer(sender);
    if (peer == null) {
      ofStrangers++;
      return null;
    }
    if (!peer.inbound().accept(epoch, sequence)) {
      return null;
    }
    peer.grant().begin(epoch, position);
    if (!peer.granted(seenEpoch, granted)) {
      links
          .distrust()
          .report(
              sender,
              "credit",
              () -> "it grants credit for a link that is not there, or without end");
    }
    InboundFrames.Loss loss = peer.inbound().loss();
    if (loss != null) {
      pending.repliesLost(peer.pending(), seenEpoch, seenSequence, links::lost);
      peer.appendControl(
          FrameWriter.lost(loss.fromEpoch(), loss.fromFrame(), loss.toEpoch(), loss.toFrame()));
    }
    return peer;
  }

  private void readFrames(PeerLink peer, FrameReader in) {
    while (true) {
      try {
        if (!in.nextFrame()) {
          return;
        }
      } catch (IndexOutOfBoundsException noMoreFrames) {
        complain(noMoreFrames);
        return;
      }
      try {
        dispatch(peer, in);
      } catch (RuntimeException unreadable) {
        complain(unreadable);
      }
    }
  }

  private void dispatch(PeerLink peer, FrameReader in) {
    byte kind = in.int8();
    switch (kind) {
      case FrameKind.REQUEST -> {
        peer.grant().take(in.frameBytes());
        inbound.request(peer, RequestFrame.read(in, peer.node()));
      }
      case FrameKind.REPLY, FrameKind.FAILURE -> answer(peer, kind, in);
      case FrameKind.CANCEL -> inbound.cancel(peer, in.int64());
      case FrameKind.PUBLISH, FrameKind.PUBLISH_ACKNOWLEDGED -> {
        peer.grant().take(in.frameBytes());
        inbound.publication(peer, RequestFrame.read(in, peer.node()));
      }
      case FrameKind.DIRECTORY -> directory(peer, DirectoryMessage.decode(in.rest()));
      case FrameKind.LOST ->
        pending.requestsLost(
            peer.pending(),
            new InboundFrames.Loss(in.int64(), in.int64(), in.int64(), in.int64()),
            (call, ran) -> links.lost(call, false));
      default -> {
        unexpected++;
        LOG.debug("A frame of unknown kind " + kind + " is ignored");
      }
    }
  }

  private void answer(PeerLink peer, byte kind, FrameReader in) {
    long id = in.int64();
    int load = in.int32();
    RemoteCall<?, ?> call = pending.reply(peer.pending(), id);
    if (call == null) {
      unexpected++;
      return;
    }
    call.load().ended();
    call.load().report(load);
    try {
      if (kind == FrameKind.REPLY) {
        long now = links.lane().nanoTime();
        call.refusals().taken(now);
        call.answered(null, now);
        AnswerFrame.reply(in, call, links.maxFrame());
      } else {
        AnswerFrame.failure(in, call, links.lane().nanoTime());
      }
    } catch (IndexOutOfBoundsException unreadable) {
      call.exchange()
          .rejected(HandlerException.replyInvalid(
              call.exchange().contract().name(), String.valueOf(unreadable.getMessage())));
      throw unreadable;
    }
  }

  private void directory(PeerLink peer, DirectoryMessage message) {
    if (message.sender().node().equals(peer.node())) {
      directory.receive(message, System.nanoTime());
    } else {
      ofStrangers++;
    }
  }

  private void complain(RuntimeException reason) {
    malformed++;
    long now = System.nanoTime();
    if (complainedAt == 0 || now - complainedAt > COMPLAIN_EVERY_NANOS) {
      complainedAt = now;
      LOG.warn(malformed + " batches or frames could not be read so far; the last one: " + reason);
    }
  }
}
