package io.vertebra.directory;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One incarnation of a node in a simulation: the cores, and the least around them. It checks what
 * its directory does against what the other nodes really know.
 */
final class SimulatedNode implements DirectoryEffects {
  /** What the directory has said about one other node. */
  private static final class Known {
    boolean isUsable;
    long incarnation;
    long troubleAt = Long.MIN_VALUE;
    long goneAt = Long.MIN_VALUE;
    long joinedAt = Long.MIN_VALUE;

    /** The newest version of the other's descriptor by which this node has routed. */
    long routedVersion;

    long routedIncarnation;
  }

  /** A change that others have to acknowledge. */
  private record Change(long madeAt, List<Integer> aliveThen) {}

  final Simulation simulation;
  final int index;
  final String name;
  final long incarnation;
  final Directory directory;
  final SimulatedCalls calls;
  final Map<Long, ServedContract> serves = new HashMap<>();

  private final Known[] known;
  private final Map<Long, Change> changes = new HashMap<>();
  private final ArrayDeque<Runnable> inbox = new ArrayDeque<>();
  private ServingState state = ServingState.READY;
  private boolean isDead;
  private boolean isPaused;
  private long downSince;
  private long resumedAt = Long.MIN_VALUE;
  private boolean hasPausedLong;
  private long wakeAt = Long.MAX_VALUE;

  SimulatedNode(Simulation simulation, int index, long incarnation) {
    this.simulation = simulation;
    this.index = index;
    this.name = Simulation.nameOf(index);
    this.incarnation = incarnation;
    this.known = new Known[simulation.nodes.length];
    for (int i = 0; i < known.length; i++) {
      known[i] = new Known();
    }
    this.calls = new SimulatedCalls(simulation, this);
    this.directory = new Directory(name, incarnation, simulation.options, this, simulation.now);
    wake();
  }

  // Running, being paused and killed.

  /** Runs the step now, or when the node is resumed. */
  void arrive(Runnable step) {
    if (isPaused) {
      inbox.add(step);
    } else if (!isDead) {
      step.run();
      wake();
    }
  }

  private void wake() {
    long next = Math.max(directory.nextTick(), simulation.now);
    if (next < wakeAt) {
      wakeAt = next;
      simulation.at(next, () -> {
        if (wakeAt == next) {
          wakeAt = Long.MAX_VALUE;
          arrive(this::tick);
        }
      });
    }
  }

  private void tick() {
    if (directory.nextTick() <= simulation.now) {
      directory.tick(simulation.now);
    }
  }

  void pause() {
    simulation.note("pauses", this, 0);
    isPaused = true;
    downSince = simulation.now;
    simulation.expectGone(this);
  }

  void resume(boolean isTickFirst) {
    simulation.note("resumes", this, 0);
    isPaused = false;
    resumedAt = simulation.now;
    hasPausedLong = resumedAt - downSince > simulation.options.pausedAfter();
    if (isTickFirst) {
      tick();
    }
    while (!inbox.isEmpty()) {
      inbox.remove().run();
    }
    wakeAt = Long.MAX_VALUE;
    wake();
  }

  void kill() {
    simulation.note("dies", this, 0);
    downSince = isPaused ? downSince : simulation.now;
    isDead = true;
    isPaused = false;
    inbox.clear();
    simulation.expectGone(this);
  }

  boolean isDead() {
    return isDead;
  }

  boolean isPaused() {
    return isPaused;
  }

  /** Since when nothing comes from the node; only if it is paused or dead. */
  long downSince() {
    return downSince;
  }

  boolean isDown() {
    return isDead || isPaused;
  }

  long resumedAt() {
    return resumedAt;
  }

  // What the owner of the node does.

  ServingState state() {
    return state;
  }

  void serve(ServedContract contract) {
    serves.put(contract.id(), contract);
    expectAcknowledgement(directory.serve(contract, simulation.now));
  }

  void withdraw(long contractId) {
    serves.remove(contractId);
    expectAcknowledgement(directory.withdraw(contractId, simulation.now));
  }

  void changeState(ServingState to) {
    state = to;
    expectAcknowledgement(directory.changeState(to, simulation.now));
  }

  private void expectAcknowledgement(long version) {
    simulation.note("changes", this, version);
    if (!changes.containsKey(version)) {
      List<Integer> alive = new ArrayList<>();
      for (int i = 0; i < known.length; i++) {
        boolean hasJustJoined = known[i].joinedAt
            > Math.max(known[i].troubleAt, simulation.now - simulation.options.heartbeatEvery());
        if (known[i].isUsable || hasJustJoined) {
          alive.add(i);
        }
      }
      changes.put(version, new Change(simulation.now, alive));
    }
  }

  int openChanges() {
    return changes.size();
  }

  void memberJoined(int peer) {
    String peerName = Simulation.nameOf(peer);
    if (!directory.members().contains(peerName)) {
      known[peer].joinedAt = simulation.now;
    }
    directory.peerJoined(peerName, simulation.now);
  }

  void memberLeft(int peer) {
    known[peer].joinedAt = Long.MIN_VALUE;
    known[peer].troubleAt = simulation.now;
    directory.peerLeft(Simulation.nameOf(peer));
  }

  void closeLink(int peer, boolean isOldLink) {
    simulation.note("closes link to", this, peer);
    long epoch = calls.epochTo(peer);
    directory.linkOpened(Simulation.nameOf(peer), epoch);
    directory.linkClosed(Simulation.nameOf(peer), isOldLink ? epoch - 1 : epoch);
    simulation.check(isOldLink || !known[peer].isUsable, this, "uses after its link closed", peer);
  }

  void call(long contractId) {
    List<NodeRoute> ready = directory.routes(contractId).ready();
    NodeRoute route = ready.isEmpty() ? null : ready.get(simulation.random.nextInt(ready.size()));
    if (route != null && !route.node().equals(name)) {
      checkRoute(route, contractId);
      calls.start(route);
    }
  }

  private void checkRoute(NodeRoute route, long contractId) {
    int target = Simulation.indexOf(route.node());
    Known peer = known[target];
    simulation.check(
        peer.isUsable && peer.incarnation == route.incarnation(),
        this,
        "routes to a node that it may not use:",
        route);
    Descriptor descriptor = directory.findDescriptor(route.node());
    simulation.check(
        descriptor != null
            && descriptor.state() == ServingState.READY
            && descriptor.contracts().stream().anyMatch(each -> each.id() == contractId),
        this,
        "routes to a node that does not say it serves the contract:",
        route);
    simulation.checkNotFrozen(this, target, route.incarnation());
  }

  // What the directory hears and wants.

  private void hear(DirectoryMessage message, long sentAt) {
    String peer = message.sender().node();
    boolean hadDescriptor = directory.findDescriptor(peer) != null;
    directory.receive(message, simulation.now);
    Known about = known[Simulation.indexOf(peer)];
    Descriptor held = directory.findDescriptor(peer);
    boolean isUsable = directory.standing(peer) == Standing.USABLE;
    simulation.check(about.isUsable == isUsable, this, "has not been told the standing of", peer);
    simulation.check(
        hadDescriptor || held == null || sentAt > about.goneAt,
        this,
        "takes a descriptor from before it lost",
        peer);
    if (isUsable && held != null) {
      about.routedVersion = held.version();
      about.routedIncarnation = held.incarnation();
    }
    if (message.sender().incarnation() == directory.incarnation(peer)) {
      calls.checkNoneDropped(Simulation.indexOf(peer), sentAt);
    }
  }

  private boolean hasRoutedBy(SimulatedNode other, long version) {
    Known about = known[other.index];
    return about.routedIncarnation > other.incarnation
        || (about.routedIncarnation == other.incarnation && about.routedVersion >= version);
  }

  @Override
  public void send(String peer, DirectoryMessage message) {
    DirectoryMessage sent =
        simulation.isEncoding ? DirectoryMessage.decode(message.encode()) : message;
    simulation.noteMessage(this, peer, message);
    long sentAt = simulation.now;
    simulation.network.send(
        index, Simulation.indexOf(peer), receiver -> receiver.hear(sent, sentAt));
  }

  @Override
  public void routesChanged(RoutingTable routes) {
    simulation.note("routes", this, routes.contractId() * 100 + routes.ready().size());
  }

  @Override
  public void peerUsable(String peer, long peerIncarnation) {
    Known about = known[Simulation.indexOf(peer)];
    simulation.note("uses", this, about(peer, peerIncarnation));
    simulation.check(!about.isUsable, this, "is told twice that it can use", peer);
    simulation.check(
        about.incarnation == 0 || about.incarnation == peerIncarnation,
        this,
        "was not told that an incarnation is gone of",
        peer);
    about.isUsable = true;
    about.incarnation = peerIncarnation;
  }

  @Override
  public void peerSuspect(String peer, long peerIncarnation) {
    Known about = known[Simulation.indexOf(peer)];
    simulation.note("suspects", this, about(peer, peerIncarnation));
    simulation.check(about.isUsable, this, "suspects, but did not use", peer);
    simulation.check(!simulation.isHarmless(), this, "suspects without any reason", peer);
    about.isUsable = false;
    about.troubleAt = simulation.now;
    checkNotReady(peer);
  }

  @Override
  public void peerGone(String peer, long peerIncarnation, GoneReason reason) {
    Known about = known[Simulation.indexOf(peer)];
    simulation.note(reason.name(), this, about(peer, peerIncarnation));
    simulation.check(
        about.incarnation == 0 || about.incarnation == peerIncarnation,
        this,
        "loses another incarnation than it used of",
        peer);
    simulation.check(!simulation.isHarmless(), this, "loses without any reason", peer);
    simulation.check(
        reason != GoneReason.SILENT
            || !hasPausedLong
            || simulation.now - resumedAt >= simulation.options.goneAfter(),
        this,
        "has been paused itself, but blames",
        peer);
    about.isUsable = false;
    about.incarnation = 0;
    about.troubleAt = simulation.now;
    about.goneAt = simulation.now;
    checkNotReady(peer);
    calls.peerGone(Simulation.indexOf(peer));
  }

  private static long about(String peer, long incarnation) {
    return Simulation.indexOf(peer) * 1_000_000L + incarnation;
  }

  private void checkNotReady(String peer) {
    for (RoutingTable each : directory.allRoutes()) {
      for (NodeRoute route : each.ready()) {
        simulation.check(!route.node().equals(peer), this, "still routes to", peer);
      }
    }
  }

  @Override
  public void tapsChanged(String peer, List<TapInterest> taps) {}

  @Override
  public void acknowledged(long version, Set<String> without) {
    simulation.note("is acknowledged", this, version * 10 + without.size());
    Change change = changes.remove(version);
    simulation.check(change != null, this, "is told of a version it does not wait for:", version);
    if (change == null) {
      return;
    }
    for (int peer : change.aliveThen()) {
      SimulatedNode other = simulation.nodes[peer];
      boolean isConcerned = !without.contains(other.name)
          && known[peer].troubleAt < change.madeAt()
          && directory.incarnation(other.name) == other.incarnation;
      simulation.check(
          !isConcerned || other.hasRoutedBy(this, version),
          this,
          "is told that its newest version is taken, but not so by",
          other);
    }
  }

  @Override
  public String toString() {
    return name + "#" + incarnation;
  }
}
