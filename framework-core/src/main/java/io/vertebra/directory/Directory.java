package io.vertebra.directory;

import io.vertebra.directory.DirectoryMessage.Described;
import io.vertebra.directory.DirectoryMessage.Heartbeat;
import io.vertebra.directory.DirectoryMessage.Pull;
import io.vertebra.directory.DirectoryMessage.Sender;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Who serves what, as one node knows it. Every member tells every other in each message which
 * version of its descriptor is the newest and which version of the other's it holds, so that any
 * message may be lost, doubled or late: the next heartbeat repeats what matters.
 *
 * <p>Two nodes use each other from when both hold the other's descriptor. What was agreed belongs to
 * a session; a node that declares a peer gone begins a new one, in which a descriptor counts only if
 * it was sent after the peer had heard of the session. So nothing late revives a peer.
 *
 * <p>Times are in nanoseconds of one monotonic clock. Belongs to one thread.
 */
public final class Directory {
  private final LocalNode local;
  private final DirectoryOptions options;
  private final DirectoryEffects effects;
  private final Map<String, Peer> peers = new TreeMap<>();
  private final RouteBook routes;
  private final AwaitedVersions awaited;

  private long sequence;
  private long sessions;
  private long heartbeatAt;
  private long tickedAt;
  private int load;
  private long ignored;

  /**
   * A node that serves nothing yet and knows nobody.
   *
   * @param node the node id
   * @param incarnation larger than that of every earlier process with the same node id
   */
  public Directory(
      String node, long incarnation, DirectoryOptions options, DirectoryEffects effects, long now) {
    this.local = new LocalNode(node, incarnation);
    this.options = options;
    this.effects = effects;
    this.routes = new RouteBook(local, peers.values(), effects);
    this.awaited = new AwaitedVersions(effects);
    this.heartbeatAt = now;
    this.tickedAt = now;
  }

  // What the own node does. Own routes change at once, the others hear of it within changesWithin.

  /**
   * Serves the contract, or changes how it is served.
   *
   * @return the version for {@link DirectoryEffects#acknowledged}, which comes with a later call
   */
  public long serve(ServedContract contract, long now) {
    local.put(contract);
    routes.refresh(contract.id());
    return changed(now);
  }

  /** Ends serving the contract; returns a version as {@link #serve} does. */
  public long withdraw(long contractId, long now) {
    local.remove(contractId);
    routes.refresh(contractId);
    return changed(now);
  }

  /** Drains, quiesces or resumes; returns a version as {@link #serve} does. */
  public long changeState(ServingState state, long now) {
    local.changeState(state);
    for (long each : local.contractIds()) {
      routes.refresh(each);
    }
    return changed(now);
  }

  /** Says what this node wants to see of calls; returns a version as {@link #serve} does. */
  public long tap(List<TapInterest> interests, long now) {
    local.tap(interests);
    return changed(now);
  }

  /** The load that heartbeats carry from now on, not negative. */
  public void reportLoad(int load) {
    this.load = load;
    local.load.report(load);
  }

  private long changed(long now) {
    return local.changed(peers.isEmpty() ? now : now + options.changesWithin());
  }

  // What the membership and the links report.

  /** A member joined. */
  public void peerJoined(String node, long now) {
    if (!node.equals(local.node) && !peers.containsKey(node)) {
      Peer peer = new Peer(node, ++sessions, now);
      peers.put(node, peer);
      sendHeartbeat(peer);
    }
  }

  /** A member left, or was removed. */
  public void peerLeft(String node) {
    Peer peer = peers.get(node);
    if (peer != null) {
      declareGone(peer, GoneReason.LEFT);
      peers.remove(node);
    }
  }

  /** A link to the peer was opened; epochs of links to one peer ascend. */
  public void linkOpened(String node, long epoch) {
    Peer peer = peers.get(node);
    if (peer != null) {
      peer.linkEpoch = Math.max(peer.linkEpoch, epoch);
    }
  }

  /** A link to the peer closed; ignored if a newer one has been opened. */
  public void linkClosed(String node, long epoch) {
    Peer peer = peers.get(node);
    if (peer != null && epoch >= peer.linkEpoch && peer.descriptor() != null) {
      declareGone(peer, GoneReason.LINK_CLOSED);
    }
  }

  // What peers say.

  /** A message arrived. Those of nodes that are no members, and of old incarnations, are ignored. */
  public void receive(DirectoryMessage message, long now) {
    Sender sender = message.sender();
    Peer peer = peers.get(sender.node());
    if (peer == null || sender.incarnation() < peer.incarnation) {
      ignored++;
      return;
    }
    if (sender.incarnation() > peer.incarnation) {
      if (peer.descriptor() != null) {
        declareGone(peer, GoneReason.REPLACED);
      }
      peer.becomeIncarnation(sender.incarnation());
    }
    if (peer.isNews(sender)) {
      hear(peer, message, now);
    }
    if (message instanceof Described described && isNewer(peer, described)) {
      takeDescriptor(peer, described.descriptor());
    } else {
      settle(peer);
    }
    if (message instanceof Pull) {
      send(peer, new Described(tellSender(peer), peer.tellView(), local.published()));
    }
    if (peer.shouldPull(now, options.pullAgainAfter())) {
      send(peer, new Pull(tellSender(peer), peer.tellView()));
    }
    if (peer.hasToBeTold()) {
      sendHeartbeat(peer);
    }
  }

  private void hear(Peer peer, DirectoryMessage message, long now) {
    if (peer.hasNewSession(message.sender()) && peer.descriptor() != null) {
      declareGone(peer, GoneReason.RESET);
    }
    peer.hear(message, local.incarnation, now);
    if (message instanceof Heartbeat heartbeat) {
      peer.load.report(heartbeat.load());
    }
  }

  private boolean isNewer(Peer peer, Described message) {
    return peer.speaksOfThisSession(message.view(), local.incarnation)
        && message.descriptor().version() > peer.version();
  }

  private void takeDescriptor(Peer peer, Descriptor descriptor) {
    Descriptor old = peer.descriptor();
    peer.describe(descriptor);
    routes.refresh(old);
    routes.refresh(descriptor);
    if (!descriptor.taps().equals(old == null ? List.of() : old.taps())) {
      effects.tapsChanged(peer.node, descriptor.taps());
    }
    settle(peer);
  }

  /** Draws the consequences of what changed about a peer: routes first, then the peer itself. */
  private void settle(Peer peer) {
    boolean isUsable = peer.isUsable();
    if (isUsable != peer.wasUsable) {
      peer.wasUsable = isUsable;
      routes.refresh(peer.descriptor());
      if (isUsable) {
        effects.peerUsable(peer.node, peer.incarnation);
      } else {
        effects.peerSuspect(peer.node, peer.incarnation);
      }
    }
    awaited.reconsider(peer);
  }

  private void declareGone(Peer peer, GoneReason reason) {
    Descriptor before = peer.descriptor();
    peer.forget(++sessions);
    if (before != null) {
      routes.refresh(before);
      if (!before.taps().isEmpty()) {
        effects.tapsChanged(peer.node, List.of());
      }
      effects.peerGone(peer.node, peer.incarnation, reason);
    }
    awaited.reconsider(peer);
  }

  // Time.

  /** When {@link #tick} has to be called next. Changes with every call of another method. */
  public long nextTick() {
    long next = awaited.nextExpiry(local.nextPublish(heartbeatAt));
    for (Peer each : peers.values()) {
      if (!each.isGone()) {
        long judgeAt =
            each.heardAt + (each.isSilent() ? options.goneAfter() : options.suspectAfter());
        next = judgeAt - next < 0 ? judgeAt : next;
      }
    }
    return next;
  }

  /** Does what is due: heartbeats, changes of the own descriptor, judging silent peers. */
  public void tick(long now) {
    if (now - tickedAt > options.pausedAfter()) {
      for (Peer each : peers.values()) {
        each.heardAt = now;
      }
    }
    tickedAt = now;
    for (Peer each : peers.values()) {
      judge(each, now);
    }
    awaited.expire(now);
    boolean isPublishing = local.isPublishDue(now);
    if (isPublishing) {
      local.publish();
    }
    if (isPublishing || heartbeatAt - now <= 0) {
      heartbeatAt = now + options.heartbeatEvery();
      for (Peer each : peers.values()) {
        sendHeartbeat(each);
      }
    }
    if (isPublishing) {
      awaited.await(local.published().version(), now + options.acknowledgeWithin(), peers.values());
    }
  }

  private void judge(Peer peer, long now) {
    long silence = now - peer.heardAt;
    if (peer.isGone() || silence < options.suspectAfter()) {
      return;
    }
    if (!peer.isSilent()) {
      peer.fallSilent();
      settle(peer);
    }
    if (silence >= options.goneAfter()) {
      declareGone(peer, GoneReason.SILENT);
    }
  }

  private void sendHeartbeat(Peer peer) {
    send(peer, new Heartbeat(tellSender(peer), peer.tellView(), load));
  }

  private Sender tellSender(Peer peer) {
    return new Sender(
        local.node, local.incarnation, local.published().version(), ++sequence, peer.session);
  }

  private void send(Peer peer, DirectoryMessage message) {
    effects.send(peer.node, message);
  }

  // What is known.

  /** The routes of a contract, empty if nobody serves it. */
  public RoutingTable routes(long contractId) {
    return routes.find(contractId);
  }

  /** The routes of every contract that somebody serves. */
  public Collection<RoutingTable> allRoutes() {
    return routes.all();
  }

  /** What the other members have been told, or are being told. */
  public Descriptor descriptor() {
    return local.published();
  }

  /** The descriptor of a peer, or null while none is held. */
  public @Nullable Descriptor findDescriptor(String node) {
    Peer peer = peers.get(node);
    return peer == null ? null : peer.descriptor();
  }

  /** How the peer stands; {@code UNKNOWN} also for a node that is no member. */
  public Standing standing(String node) {
    Peer peer = peers.get(node);
    return peer == null ? Standing.UNKNOWN : peer.standing();
  }

  /** The incarnation of a peer, 0 if it has not spoken. */
  public long incarnation(String node) {
    Peer peer = peers.get(node);
    return peer == null ? 0 : peer.incarnation;
  }

  /** Whether the node is one of the other members. */
  public boolean isMember(String node) {
    return peers.containsKey(node);
  }

  /** The other members, by ascending node id. */
  public List<String> members() {
    return new ArrayList<>(peers.keySet());
  }

  /** How many messages came from no member or from an old incarnation. */
  public long ignoredMessages() {
    return ignored;
  }
}
