package io.vertebra.link;

import io.vertebra.directory.Directory;
import io.vertebra.directory.DirectoryMessage;
import io.vertebra.directory.InboundFrames;
import io.vertebra.directory.PendingCalls;
import io.vertebra.dispatch.Engine;
import io.vertebra.dispatch.Lane;
import io.vertebra.error.CallException;
import io.vertebra.error.ContractException;
import io.vertebra.error.VertebraException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.internal.logging.Logger;
import io.vertx.core.internal.logging.LoggerFactory;
import io.vertx.core.tracing.TracingPolicy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** All links of a node, over the Vert.x event bus. Confined to the link lane. */
public final class Links {
  private static final Logger LOG = LoggerFactory.getLogger(Links.class);
  private static final String ADDRESS_PREFIX = "vertebra.node.";
  private static final long LOAD_EVERY_NANOS = 1_000_000L;
  private static final long COMPLAIN_EVERY_NANOS = 60_000_000_000L;

  private final Engine engine;
  private final Lane lane;
  private final FrameWriter writer;
  private final byte[] nodeBytes;
  private final Map<String, PeerLink> peers = new HashMap<>();
  private final PendingCalls<RemoteCall<?, ?>> pending = new PendingCalls<>();
  private final Queue<PeerLink> dirty = new ArrayDeque<>();
  private long epochs;
  private long malformed;
  private long loadMeasuredAt = System.nanoTime();
  private volatile int load;
  private long complainedAt;
  private @Nullable Directory directory;
  private @Nullable Inbound inbound;

  /** Links of a node that has not joined yet. */
  public Links(Engine engine, int maxFrame) {
    this.engine = engine;
    this.lane = engine.control();
    this.writer = new FrameWriter(engine.settings().format(), maxFrame);
    this.nodeBytes = engine.nodeId().getBytes(StandardCharsets.UTF_8);
    lane.neverSpin();
    lane.afterTurn(this::flushAll);
  }

  /** Sets who decides about members and about what comes in. */
  public void connect(Directory directory, Inbound inbound) {
    this.directory = directory;
    this.inbound = inbound;
  }

  static String addressOf(String node) {
    return ADDRESS_PREFIX + node;
  }

  /** The lane everything here is confined to. */
  public Lane lane() {
    return lane;
  }

  FrameWriter writer() {
    return writer;
  }

  byte[] nodeBytes() {
    return nodeBytes;
  }

  long nextEpoch() {
    return ++epochs;
  }

  PeerLink peer(String node) {
    return peers.computeIfAbsent(node, name -> {
      DeliveryOptions options = new DeliveryOptions().setTracingPolicy(TracingPolicy.IGNORE);
      return new PeerLink(
          this,
          name,
          engine.vertx().eventBus().sender(addressOf(name), options),
          pending.newPeer(name));
    });
  }

  // --- sending

  void flushLater(PeerLink peer) {
    dirty.add(peer);
  }

  private void flushAll() {
    if (dirty.isEmpty()) {
      return;
    }
    measureLoad();
    for (PeerLink peer = dirty.poll(); peer != null; peer = dirty.poll()) {
      peer.flush();
    }
  }

  void send(RemoteCall<?, ?> call) {
    PeerLink peer = peer(call.node());
    pending.put(peer.pending(), call.id(), call);
    call.load().started();
    peer.stamp(call);
    peer.appendData(call.frame());
  }

  void sendData(String node, Buffer frame) {
    peer(node).appendData(frame);
  }

  /** Sends a message of the directory ahead of data. */
  public void sendDirectory(String node, DirectoryMessage message) {
    peer(node).appendControl(FrameWriter.directory(message.encode()));
  }

  void cancel(RemoteCall<?, ?> call) {
    if (call.isPending()) {
      pending.remove(call.id());
      call.load().ended();
      peer(call.node()).appendControl(FrameWriter.cancel(call.id()));
    }
  }

  int load() {
    return load;
  }

  private void measureLoad() {
    long now = System.nanoTime();
    if (now - loadMeasuredAt > LOAD_EVERY_NANOS) {
      loadMeasuredAt = now;
      load = engine.inFlight();
      directory().reportLoad(load);
    }
  }

  // --- faults

  void writeFailed(PeerLink peer, long epoch, long sequence, Throwable cause) {
    LOG.debug("A batch to node " + peer.node() + " could not be written", cause);
    pending.requestsLost(
        peer.pending(),
        new InboundFrames.Loss(epoch, sequence, epoch, sequence),
        (call, ran) -> lost(call, false));
    if (peer.epoch() == epoch) {
      peer.reopen();
      directory().linkClosed(peer.node(), epoch);
      directory().linkOpened(peer.node(), peer.epoch());
    }
  }

  /** The directory says that the node is gone: its calls end, and so do ours that it has. */
  public void peerGone(String node, boolean left) {
    PeerLink peer = peers.get(node);
    if (peer == null) {
      return;
    }
    pending.peerGone(peer.pending(), this::lost);
    inbound().callerGone(peer);
    if (left) {
      peers.remove(node);
    }
  }

  private void lost(RemoteCall<?, ?> call, boolean mayHaveRun) {
    call.load().ended();
    call.exchange()
        .rejected(
            CallException.peerGone(call.exchange().contract().name(), call.node(), mayHaveRun));
  }

  // --- receiving

  /** A batch came in. */
  void receive(Message<Buffer> message) {
    Buffer batch = message.body();
    try {
      read(batch);
    } catch (IndexOutOfBoundsException | ContractException malformedBatch) {
      malformed++;
      long now = System.nanoTime();
      if (complainedAt == 0 || now - complainedAt > COMPLAIN_EVERY_NANOS) {
        complainedAt = now;
        LOG.warn(malformed + " batches were malformed so far; the last one: "
            + malformedBatch.getMessage());
      }
    }
  }

  private void read(Buffer batch) {
    FrameReader in = new FrameReader(batch, 0);
    if (!PeerLink.isVersion(in.int8())) {
      throw new IndexOutOfBoundsException("a batch of another protocol version");
    }
    String sender = in.text();
    long epoch = in.int64();
    long sequence = in.int64();
    long seenEpoch = in.int64();
    long seenSequence = in.int64();
    in.endHeader();
    if (sender.equals(engine.nodeId())) {
      return;
    }
    PeerLink peer = peer(sender);
    if (!peer.inbound().accept(epoch, sequence)) {
      return;
    }
    InboundFrames.Loss loss = peer.inbound().loss();
    if (loss != null) {
      pending.repliesLost(peer.pending(), seenEpoch, seenSequence, this::lost);
      peer.appendControl(
          FrameWriter.lost(loss.fromEpoch(), loss.fromFrame(), loss.toEpoch(), loss.toFrame()));
    }
    while (in.nextFrame()) {
      dispatch(peer, in);
    }
  }

  private void dispatch(PeerLink peer, FrameReader in) {
    byte kind = in.int8();
    switch (kind) {
      case FrameKind.REQUEST -> inbound().request(peer, RequestFrame.read(in, peer.node()));
      case FrameKind.REPLY -> reply(in);
      case FrameKind.FAILURE -> failure(in);
      case FrameKind.CANCEL -> inbound().cancel(peer, in.int64());
      case FrameKind.PUBLISH, FrameKind.PUBLISH_ACKNOWLEDGED ->
        inbound().publication(peer, RequestFrame.read(in, peer.node()));
      case FrameKind.DIRECTORY ->
        directory().receive(DirectoryMessage.decode(in.rest()), System.nanoTime());
      case FrameKind.LOST ->
        pending.requestsLost(
            peer.pending(),
            new InboundFrames.Loss(in.int64(), in.int64(), in.int64(), in.int64()),
            (call, ran) -> lost(call, false));
      default -> LOG.debug("A frame of unknown kind " + kind + " is ignored");
    }
  }

  private void reply(FrameReader in) {
    RemoteCall<?, ?> call = answered(in);
    if (call != null) {
      AnswerFrame.reply(in, call);
    }
  }

  private void failure(FrameReader in) {
    RemoteCall<?, ?> call = answered(in);
    if (call != null) {
      VertebraException failure = AnswerFrame.failure(in, call.exchange().contract());
      call.exchange().rejected(failure);
    }
  }

  private @Nullable RemoteCall<?, ?> answered(FrameReader in) {
    RemoteCall<?, ?> call = pending.reply(in.int64());
    int load = in.int32();
    if (call != null) {
      call.load().ended();
      call.load().report(load);
    }
    return call;
  }

  private Directory directory() {
    return required(directory);
  }

  private Inbound inbound() {
    return required(inbound);
  }

  private static <T> T required(@Nullable T part) {
    if (part == null) {
      throw new IllegalStateException("the links are not connected yet");
    }
    return part;
  }
}
