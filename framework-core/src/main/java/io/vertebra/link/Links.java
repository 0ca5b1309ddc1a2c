package io.vertebra.link;

import io.vertebra.directory.Directory;
import io.vertebra.directory.DirectoryMessage;
import io.vertebra.directory.InboundFrames;
import io.vertebra.directory.PendingCalls;
import io.vertebra.directory.ServedContract;
import io.vertebra.dispatch.Distrust;
import io.vertebra.dispatch.Engine;
import io.vertebra.dispatch.GuardLog;
import io.vertebra.dispatch.Lane;
import io.vertebra.error.CallException;
import io.vertebra.error.OverloadedException;
import io.vertebra.error.VertebraException;
import io.vertebra.messaging.GuardEvent;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.internal.logging.Logger;
import io.vertx.core.internal.logging.LoggerFactory;
import io.vertx.core.tracing.TracingPolicy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** All links of a node, over the Vert.x event bus. Confined to the link lane. */
public final class Links {
  private static final Logger LOG = LoggerFactory.getLogger(Links.class);
  private static final String ADDRESS_PREFIX = "vertebra.node.";
  /** Epochs of a later incarnation are greater than all of an earlier one. */
  private static final int EPOCH_BITS = 32;

  private static final long LOAD_EVERY_NANOS = 1_000_000L;

  private final Engine engine;
  private final Lane lane;
  private final FrameWriter writer;
  private final byte[] nodeBytes;
  private final ContractForms forms;
  private final Map<String, PeerLink> peers = new HashMap<>();
  private final Map<String, Map<Long, Refusals>> refusals = new HashMap<>();
  private final Map<String, Room> rooms = new HashMap<>();
  private final Map<Long, String> breakers = new HashMap<>();
  private final PendingCalls<RemoteCall<?, ?>> pending = new PendingCalls<>();
  private final Queue<PeerLink> dirty = new ArrayDeque<>();
  private final long incarnation;
  private final int maxFrame;
  private final int window;
  private long epochs;
  private boolean closed;
  private long loadMeasuredAt = System.nanoTime();
  private volatile int load;
  private @Nullable BatchReader reader;
  private @Nullable Directory directory;
  private @Nullable Inbound inbound;

  /**
   * Links of a node that has not joined yet.
   *
   * @param incarnation larger than that of every earlier node under the same id
   * @param window bytes that each other node may have on the way to this one, and that may wait here
   *     for each of them
   */
  public Links(Engine engine, long incarnation, int maxFrame, int window) {
    this.incarnation = incarnation;
    this.epochs = incarnation << EPOCH_BITS;
    this.engine = engine;
    this.lane = engine.control();
    this.maxFrame = maxFrame;
    this.window = window;
    this.writer = new FrameWriter(engine.settings().format(), maxFrame);
    this.nodeBytes = engine.nodeId().getBytes(StandardCharsets.UTF_8);
    this.forms = new ContractForms(engine);
    lane.neverSpin();
    lane.afterTurn(this::flushAll);
  }

  /** Sets who decides about members and about what comes in. */
  public void connect(Directory directory, Inbound inbound) {
    this.directory = directory;
    this.inbound = inbound;
    this.reader = new BatchReader(this, pending, directory, inbound);
  }

  /** Sets for which contracts calls to a node on which they fail stop for a while; before {@link #connect}. */
  public void breakOn(Set<String> contracts) {
    contracts.forEach(contract -> breakers.put(ServedContract.requestId(contract), contract));
  }

  static String addressOf(String node) {
    return ADDRESS_PREFIX + node;
  }

  ContractForms forms() {
    return forms;
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

  long incarnation() {
    return incarnation;
  }

  long nextEpoch() {
    return ++epochs;
  }

  int window() {
    return window;
  }

  GuardLog guard() {
    return engine.guard();
  }

  Distrust distrust() {
    return engine.distrust();
  }

  /** Bytes that a frame may have. */
  public int maxFrame() {
    return maxFrame;
  }

  /** The link to a node, or null if it is no member; nothing is ever kept of other nodes. */
  @Nullable
  PeerLink peer(String node) {
    PeerLink known = peers.get(node);
    if (known != null || !directory().isMember(node)) {
      return known;
    }
    DeliveryOptions options = new DeliveryOptions().setTracingPolicy(TracingPolicy.IGNORE);
    PeerLink made = new PeerLink(
        this,
        node,
        engine.vertx().eventBus().sender(addressOf(node), options),
        pending.newPeer(node));
    peers.put(node, made);
    return made;
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
    PeerLink peer = usable(call.node());
    if (peer == null) {
      refuse(call, goneWith(call, false));
      return;
    }
    VertebraException obstacle = obstacle(call);
    if (obstacle != null) {
      refuse(call, obstacle);
      return;
    }
    pending.put(peer.pending(), call.id(), call);
    call.load().started();
    peer.send(call);
  }

  private static void refuse(RemoteCall<?, ?> call, VertebraException why) {
    call.leaveRoom();
    call.exchange().rejected(why);
  }

  void send(OutgoingPublication publication) {
    PeerLink peer = usable(publication.node());
    if (peer == null) {
      publication.leaveRoom();
      publication.dropped();
    } else {
      peer.send(publication);
    }
  }

  /** The link to a node that can be talked to, or null. */
  private @Nullable PeerLink usable(String node) {
    PeerLink peer = closed ? null : peer(node);
    return peer == null || peer.isGone() ? null : peer;
  }

  /** Why the call is not even sent, or null if it is. */
  private @Nullable VertebraException obstacle(RemoteCall<?, ?> call) {
    String contract = call.exchange().contract().id();
    long now = lane.nanoTime();
    if (call.refusals().throttles(now)) {
      engine.guard().count(GuardEvent.Kind.THROTTLED, contract, "mostly-refused");
      return OverloadedException.throttled(contract, call.node());
    }
    PeerBreaker breaker = call.breaker();
    if (breaker == null) {
      return null;
    }
    int term = breaker.tryPass(now);
    if (term < 0) {
      engine.guard().count(GuardEvent.Kind.THROTTLED, contract, "breaker-open");
      return OverloadedException.broken(
          contract, call.node(), Duration.ofNanos(breaker.remaining(now)));
    }
    call.passedIn(term);
    return null;
  }

  /** What is known of the refusals of a node; kept for as long as it is a member. */
  Refusals refusals(String node, long contractId) {
    return refusals
        .computeIfAbsent(node, fresh -> new HashMap<>())
        .computeIfAbsent(contractId, id -> {
          String contract = breakers.get(id);
          return new Refusals(
              incarnation ^ node.hashCode() ^ id,
              contract == null ? null : new PeerBreaker(engine.guard(), contract, node));
        });
  }

  /** What may wait here for a node; kept for as long as it is a member. */
  Room room(String node) {
    return rooms.computeIfAbsent(node, fresh -> new Room(window));
  }

  /** Sends a message of the directory ahead of data. */
  public void sendDirectory(String node, DirectoryMessage message) {
    PeerLink peer = peer(node);
    if (peer != null) {
      peer.appendControl(FrameWriter.directory(message.encode()));
    }
  }

  void cancel(RemoteCall<?, ?> call) {
    if (call.isPending()) {
      pending.remove(call.id());
      call.load().ended();
      long now = lane.nanoTime();
      call.unanswered(call.exchange().deadlineNanos() - now <= 0, now);
      PeerLink peer = peer(call.node());
      if (peer != null && call.isSent()) {
        peer.appendControl(FrameWriter.cancel(call.id()));
      } else if (peer != null) {
        peer.forget(call);
      }
    }
  }

  int load() {
    return load;
  }

  private void measureLoad() {
    long now = System.nanoTime();
    if (now - loadMeasuredAt > LOAD_EVERY_NANOS) {
      loadMeasuredAt = now;
      load = engine.load();
      directory().reportLoad(load);
    }
  }

  // --- faults

  void writeFailed(PeerLink peer, PeerLink.Batch batch, Throwable cause) {
    LOG.debug("A batch to node " + peer.node() + " could not be written", cause);
    long epoch = batch.epoch();
    long sequence = batch.sequence();
    for (int i = 0; i < batch.publications(); i++) {
      engine.guard().count(GuardEvent.Kind.DROPPED, peer.node(), "link-failed");
    }
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
    peer.dropWaiting();
    pending.peerGone(peer.pending(), this::lost);
    inbound().callerGone(peer);
    if (left) {
      refusals.remove(node);
      rooms.remove(node);
      peers.remove(node);
    } else {
      peer.setGone(true);
      // So that the other node notices which of its calls were dropped here.
      peer.reopen();
    }
  }

  /** The directory says that the node can be used. */
  void peerUsable(String node) {
    PeerLink peer = peers.get(node);
    if (peer != null) {
      peer.setGone(false);
    }
  }

  /** A call has left the pending ones without an answer. */
  void lost(RemoteCall<?, ?> call, boolean mayHaveRun) {
    call.load().ended();
    call.unanswered(true, lane.nanoTime());
    call.exchange().rejected(goneWith(call, mayHaveRun));
  }

  private static CallException goneWith(RemoteCall<?, ?> call, boolean mayHaveRun) {
    return CallException.peerGone(call.exchange().contract().name(), call.node(), mayHaveRun);
  }

  /** This node leaves: ends the calls that still wait for an answer, since none will arrive. */
  void close() {
    closed = true;
    for (PeerLink peer : peers.values()) {
      pending.peerGone(peer.pending(), (call, ran) -> {
        call.load().ended();
        if (ran) {
          peer.appendControl(FrameWriter.cancel(call.id()));
        }
        call.exchange()
            .rejected(CallException.cancelled(call.exchange().contract().name(), ran));
      });
      peer.dropWaiting();
      inbound().callerGone(peer);
    }
  }

  // --- receiving

  /** A message came to this node's address. */
  void receive(Message<?> message) {
    required(reader).receive(message);
  }

  BatchReader reader() {
    return required(reader);
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
