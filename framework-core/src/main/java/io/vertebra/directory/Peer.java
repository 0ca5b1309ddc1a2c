package io.vertebra.directory;

import io.vertebra.directory.DirectoryMessage.Sender;
import io.vertebra.directory.DirectoryMessage.View;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a directory knows about one other member, and what that member says it knows of us. */
final class Peer {
  final String node;
  final NodeLoad load = new NodeLoad();

  /** Its incarnation, 0 until it spoke. */
  long incarnation;

  /** The sequence of the newest message heard. */
  private long sequence;

  /** Ours with the peer: what it says counts only if it says it of this session. */
  long session;

  /** Its session with us, 0 until it spoke. */
  private long theirSession;

  /** The newest version of its descriptor that it spoke of. */
  long announced;

  private @Nullable Descriptor descriptor;
  private final Map<Long, ServedContract> contracts = new HashMap<>();

  private Standing theirStanding = Standing.UNKNOWN;
  private long theirVersion;

  long heardAt;
  private boolean silent;
  private boolean gone;

  long linkEpoch;

  /** Whether the owner was told that the peer is usable. */
  boolean wasUsable;

  private long pulledVersion;
  private long pulledAt;
  private Standing toldStanding = Standing.UNKNOWN;
  private long toldVersion;

  Peer(String node, long session, long now) {
    this.node = node;
    this.session = session;
    this.heardAt = now;
  }

  /** Takes note of who speaks; false if a newer message was heard before. */
  boolean isNews(Sender sender) {
    return sender.sequence() > sequence;
  }

  /** Whether the peer began anew with us since it was heard last. */
  boolean hasNewSession(Sender sender) {
    return sender.session() > theirSession;
  }

  void hear(DirectoryMessage message, long ownIncarnation, long now) {
    Sender sender = message.sender();
    View view = message.view();
    sequence = sender.sequence();
    theirSession = sender.session();
    announced = Math.max(announced, sender.version());
    heardAt = now;
    silent = false;
    gone = false;
    boolean isCurrent = speaksOfThisSession(view, ownIncarnation);
    theirStanding = isCurrent ? view.standing() : Standing.UNKNOWN;
    theirVersion = isCurrent ? view.version() : 0;
  }

  /** Whether the view was formed after this session began, so that nothing in it is from before. */
  boolean speaksOfThisSession(View view, long ownIncarnation) {
    return view.incarnation() == ownIncarnation && view.session() == session;
  }

  void describe(Descriptor newer) {
    descriptor = newer;
    announced = Math.max(announced, newer.version());
    contracts.clear();
    for (ServedContract each : newer.contracts()) {
      contracts.put(each.id(), each);
    }
  }

  /** Forgets what was agreed: only what is heard in the new session counts from here on. */
  void forget(long newSession) {
    session = newSession;
    descriptor = null;
    contracts.clear();
    announced = 0;
    theirStanding = Standing.UNKNOWN;
    theirVersion = 0;
    wasUsable = false;
    pulledVersion = 0;
    toldStanding = Standing.UNKNOWN;
    toldVersion = 0;
    gone = true;
  }

  void becomeIncarnation(long newer) {
    incarnation = newer;
    sequence = 0;
    theirSession = 0;
    load.report(0);
  }

  void fallSilent() {
    silent = true;
  }

  @Nullable
  Descriptor descriptor() {
    return descriptor;
  }

  @Nullable
  ServedContract contract(long id) {
    return contracts.get(id);
  }

  long version() {
    return descriptor == null ? 0 : descriptor.version();
  }

  boolean isSilent() {
    return silent;
  }

  boolean isGone() {
    return gone;
  }

  boolean isUsable() {
    return descriptor != null && !silent && theirStanding.compareTo(Standing.HELD) >= 0;
  }

  /** Whether it makes sense to wait for the peer. */
  boolean isAwaitable() {
    return !silent && !gone && theirStanding != Standing.SUSPECT;
  }

  boolean hasTaken(long version) {
    return theirStanding == Standing.USABLE && theirVersion >= version;
  }

  Standing standing() {
    if (descriptor == null) {
      return Standing.UNKNOWN;
    }
    if (silent) {
      return Standing.SUSPECT;
    }
    return isUsable() ? Standing.USABLE : Standing.HELD;
  }

  /** The view to send now; the peer counts as told. */
  View tellView() {
    toldStanding = standing();
    toldVersion = version();
    return new View(incarnation, theirSession, toldVersion, toldStanding);
  }

  boolean hasToBeTold() {
    return toldStanding != standing() || toldVersion != version();
  }

  /** Whether to pull now; counts as pulled if so. */
  boolean shouldPull(long now, long pullAgainAfter) {
    boolean isMissing = announced > version();
    if (!isMissing || (announced <= pulledVersion && now - pulledAt < pullAgainAfter)) {
      return false;
    }
    pulledVersion = announced;
    pulledAt = now;
    return true;
  }
}
