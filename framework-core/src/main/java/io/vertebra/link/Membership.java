package io.vertebra.link;

import io.vertebra.contract.Contract;
import io.vertebra.contract.Topic;
import io.vertebra.directory.Directory;
import io.vertebra.directory.DirectoryEffects;
import io.vertebra.directory.DirectoryMessage;
import io.vertebra.directory.DirectoryOptions;
import io.vertebra.directory.GoneReason;
import io.vertebra.directory.NodeRoute;
import io.vertebra.directory.RoutingTable;
import io.vertebra.directory.ServedContract;
import io.vertebra.directory.ServingState;
import io.vertebra.directory.TapInterest;
import io.vertebra.dispatch.Engine;
import io.vertebra.dispatch.Instance;
import io.vertebra.dispatch.Lane;
import io.vertebra.dispatch.Route;
import io.vertebra.dispatch.Timed;
import io.vertebra.dispatch.TopicRoute;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.spi.cluster.ClusterManager;
import io.vertx.core.spi.cluster.NodeListener;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs the directory on the link lane: feeds it what the cluster manager, the links and the clock
 * say, and turns what it decides into routes. All state is confined to the link lane; futures complete
 * on their caller's context, since no code of users may run on the link loop.
 */
public final class Membership implements DirectoryEffects, NodeListener {
  private final Engine engine;
  private final Lane lane;
  private final Links links;
  private final Directory directory;
  private final Runnable onServed;
  private final BiConsumer<String, List<TapInterest>> onTaps;
  private final Tick tick = new Tick();
  /** What the contracts are that somebody serves. */
  private final Map<Long, ServedContract> known = new HashMap<>();

  private final Map<Long, ServedContract> published = new HashMap<>();
  private final TreeMap<Long, Promise<Void>> awaiting = new TreeMap<>();
  private long tickAt;
  private boolean hasLeft;
  private @Nullable MessageConsumer<Object> consumer;

  /**
   * Membership of a node that has not joined yet.
   *
   * @param onServed called when what this node serves has changed
   * @param onTaps called with what another node wants to see of calls
   */
  public Membership(
      Engine engine,
      Links links,
      DirectoryOptions options,
      Runnable onServed,
      BiConsumer<String, List<TapInterest>> onTaps) {
    this.engine = engine;
    this.lane = links.lane();
    this.links = links;
    this.onServed = onServed;
    this.onTaps = onTaps;
    this.directory =
        new Directory(engine.nodeId(), links.incarnation(), options, this, System.nanoTime());
  }

  /** The directory, for the links. */
  public Directory directory() {
    return directory;
  }

  /** Listens for other nodes and tells them about this one; completes on the caller's context once the address is known to the cluster. */
  public Future<Void> join(ContextInternal linkContext, ClusterManager cluster) {
    Promise<Void> joined = engine.vertx().promise();
    linkContext.runOnContext(start -> {
      consumer = engine
          .vertx()
          .eventBus()
          .consumer(
              Links.addressOf(engine.nodeId()),
              message -> whileJoined(() -> links.receive(message)));
      cluster.nodeListener(this);
      for (String node : cluster.getNodes()) {
        directory.peerJoined(node, System.nanoTime());
      }
      engine.onServiceChange(this::announce);
      after();
      consumer.completion().onComplete(joined);
    });
    return joined.future();
  }

  /** Stops listening and talking; calls that still wait for an answer end. Any thread. */
  public Future<Void> leave() {
    Promise<Void> left = engine.vertx().promise();
    lane.post(() -> {
      hasLeft = true;
      lane.disarm(tick);
      links.close();
      engine.onServiceChange(Future::succeededFuture);
      awaiting.values().forEach(Promise::tryComplete);
      awaiting.clear();
      MessageConsumer<Object> listening = consumer;
      if (listening == null) {
        left.complete();
      } else {
        listening.unregister().onComplete(left);
      }
    });
    return left.future();
  }

  /** Tells the others a new state; completes once those alive route by it. Any thread. */
  public Future<Void> changeState(ServingState state) {
    return change(() -> directory.changeState(state, System.nanoTime()));
  }

  /** Tells the others what this node wants to see of their calls; completes once those alive know. Any thread. */
  public Future<Void> tap(List<TapInterest> interests) {
    return change(() -> directory.tap(interests, System.nanoTime()));
  }

  private Future<Void> change(LongSupplier newVersion) {
    Promise<Void> known = engine.vertx().promise();
    lane.post(() -> {
      if (hasLeft) {
        known.complete();
      } else {
        await(newVersion.getAsLong(), known);
        after();
      }
    });
    return known.future();
  }

  /** Tells the others what is served now; completes once those alive route by it. Any thread. */
  private Future<Void> announce() {
    Promise<Void> known = engine.vertx().promise();
    lane.post(() -> {
      if (hasLeft) {
        known.complete();
        return;
      }
      onServed.run();
      long version = publishDifferences();
      if (version < 0) {
        known.complete();
      } else {
        await(version, known);
      }
      after();
    });
    return known.future();
  }

  private void await(long version, Promise<Void> known) {
    Promise<Void> earlier = awaiting.putIfAbsent(version, known);
    if (earlier != null) {
      earlier.future().onComplete(known);
    }
  }

  private long publishDifferences() {
    Map<Long, ServedContract> served = new HashMap<>();
    for (Route route : engine.routes()) {
      describe(route, served);
    }
    for (TopicRoute<?> route : engine.topics().routes()) {
      describe(route, served);
    }
    long now = System.nanoTime();
    long version = -1;
    for (ServedContract contract : served.values()) {
      if (!contract.equals(published.get(contract.id()))) {
        version = directory.serve(contract, now);
      }
    }
    for (Long id : new ArrayList<>(published.keySet())) {
      if (!served.containsKey(id)) {
        version = directory.withdraw(id, now);
      }
    }
    published.clear();
    published.putAll(served);
    if (version < 0 && !awaiting.isEmpty()) {
      return awaiting.lastKey();
    }
    return version;
  }

  private static void describe(Route route, Map<Long, ServedContract> served) {
    List<Instance<?, ?>> instances = route.localInstances();
    if (instances.isEmpty()) {
      return;
    }
    Contract contract = instances.get(0).contract();
    int capacity = instances.stream().mapToInt(each -> each.admission().limit()).sum();
    boolean keyed =
        instances.get(0).contract().isKeyed() || instances.get(0).contract().isIdempotent();
    String name = contract.id();
    long id = ServedContract.requestId(name);
    served.put(
        id,
        new ServedContract(
            id, name, contract.fingerprint(), instances.size(), capacity, keyed, false));
  }

  private void describe(TopicRoute<?> route, Map<Long, ServedContract> served) {
    Topic<?> topic = engine.topics().subscribedTopic(route.topic());
    if (topic != null && route.subscribers() > 0) {
      String name = topic.id();
      long id = ServedContract.topicId(name);
      served.put(
          id,
          new ServedContract(
              id, name, topic.fingerprint(), route.subscribers(), 0, topic.isKeyed(), true));
    }
  }

  // --- what the cluster manager says, on its threads

  @Override
  public void nodeAdded(String node) {
    whileJoined(() -> directory.peerJoined(node, System.nanoTime()));
  }

  @Override
  public void nodeLeft(String node) {
    whileJoined(() -> {
      directory.peerLeft(node);
      links.peerGone(node, true);
    });
  }

  private void whileJoined(Runnable news) {
    lane.post(() -> {
      if (!hasLeft) {
        news.run();
        after();
      }
    });
  }

  // --- what the directory decides

  @Override
  public void send(String peer, DirectoryMessage message) {
    links.sendDirectory(peer, message);
  }

  @Override
  public void routesChanged(RoutingTable table) {
    List<RemoteTarget> targets = new ArrayList<>();
    ServedContract served = known.remove(table.contractId());
    for (NodeRoute route : table.routes()) {
      if (route.served().hasOwnId()) {
        served = route.served();
        known.put(table.contractId(), served);
        if (route.isReady() && !route.node().equals(engine.nodeId())) {
          targets.add(new RemoteTarget(links, route));
        }
      }
    }
    if (served == null) {
      return;
    }
    if (served.isTopic()) {
      engine.topics().route(served.name()).setTargets(targets);
    } else {
      engine.route(served.name()).setTargets(List.copyOf(targets), served.isKeyed());
    }
  }

  @Override
  public void peerUsable(String peer, long incarnation) {
    links.peerUsable(peer);
  }

  @Override
  public void peerSuspect(String peer, long incarnation) {
    // Its routes have been withdrawn before; calls under way go on waiting.
  }

  @Override
  public void peerGone(String peer, long incarnation, GoneReason reason) {
    links.peerGone(peer, false);
  }

  @Override
  public void tapsChanged(String peer, List<TapInterest> taps) {
    onTaps.accept(peer, taps);
  }

  @Override
  public void acknowledged(long version, Set<String> without) {
    while (!awaiting.isEmpty() && awaiting.firstKey() <= version) {
      awaiting.pollFirstEntry().getValue().tryComplete();
    }
  }

  // --- time

  /** Looks again at when the directory wants the clock. */
  private void after() {
    long next = directory.nextTick();
    if (hasLeft) {
      return;
    }
    if (tickAt == 0 || next - tickAt < 0) {
      lane.disarm(tick);
      tickAt = next;
      lane.arm(tick, next);
    }
  }

  private final class Tick extends Timed {
    @Override
    protected void onDeadline(long nowNanos) {
      tickAt = 0;
      directory.tick(nowNanos);
      after();
    }
  }
}
