package io.vertebra;

import io.netty.channel.EventLoop;
import io.vertebra.contract.Topic;
import io.vertebra.directory.ServingState;
import io.vertebra.dispatch.CallLocal;
import io.vertebra.dispatch.Engine;
import io.vertebra.dispatch.EngineSettings;
import io.vertebra.dispatch.Lane;
import io.vertebra.dispatch.Lanes;
import io.vertebra.error.NodeException;
import io.vertebra.idempotency.DedupStore;
import io.vertebra.idempotency.Idempotency;
import io.vertebra.idempotency.IdempotencyOptions;
import io.vertebra.limit.CpuPool;
import io.vertebra.limit.Stall;
import io.vertebra.limit.StallMonitor;
import io.vertebra.link.LinkLoopTransport;
import io.vertebra.messaging.Bus;
import io.vertebra.messaging.GuardEvent;
import io.vertebra.messaging.Subscription;
import io.vertebra.messaging.SubscriptionOptions;
import io.vertebra.observe.NodeView;
import io.vertebra.observe.Observer;
import io.vertebra.observe.Tap;
import io.vertebra.observe.TapOptions;
import io.vertebra.observe.TapRecord;
import io.vertx.core.Deployable;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.shareddata.LocalMap;
import io.vertx.core.shareddata.Shareable;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The node of one Vert.x instance. */
final class EngineNode implements Node, Shareable {
  private static final String KEY = "io.vertebra.node";
  /** Bytes of a frame that are kept for its header. */
  private static final int HEADER_ROOM = 1024;

  private static final long IDLE_LOOK_MILLIS = 10;

  private final VertxInternal vertx;
  private final NodeOptions options;
  private final Engine engine;
  private final HandlerThreads threads;
  private final NodeTaps taps;
  private final EngineView view;
  private final StallMonitor stalls;
  private final Idempotency idempotency;
  private final Set<String> deployments = ConcurrentHashMap.newKeySet();
  private final @Nullable ClusterLinks cluster;
  private final AtomicReference<@Nullable Future<Void>> closing = new AtomicReference<>();
  private volatile NodeState state = NodeState.READY;

  private EngineNode(
      VertxInternal vertx,
      NodeOptions options,
      Engine engine,
      NodeTaps taps,
      @Nullable ClusterLinks cluster) {
    this.vertx = vertx;
    this.options = options;
    this.engine = engine;
    this.taps = taps;
    this.cluster = cluster;
    this.stalls = new StallMonitor(
        engine.nodeId(),
        options.stalls(),
        engine.lanes(),
        engine.guard(),
        cluster == null ? () -> {} : cluster::loadChanged);
    this.threads = new HandlerThreads(engine, options, stalls);
    this.view = new EngineView(engine);
    options.callLimits().forEach((contract, most) -> engine.route(contract).limitCallsTo(most));
    this.idempotency =
        Idempotency.create(vertx, DedupStore.inMemory(IdempotencyOptions.defaults()));
  }

  static EngineNode single(Vertx vertx, NodeOptions options) {
    VertxInternal internal = (VertxInternal) vertx;
    Lanes lanes = new Lanes();
    Lane control = lanes.of(internal.nettyEventLoopGroup().next());
    Engine engine = new Engine(internal, settings(options, options.id()), lanes, control);
    NodeTaps taps = new NodeTaps(engine, options.isTappedBodies());
    return install(new EngineNode(internal, options, engine, taps, null));
  }

  static Future<Node> join(Vertx vertx, NodeOptions options) {
    VertxInternal internal = (VertxInternal) vertx;
    if (internal.clusterManager() == null) {
      throw NodeException.unusable(
          "its Vert.x instance is not clustered; use Node.create for a node of its own", null);
    }
    if (options.hasId()) {
      throw NodeException.unusable(
          "in a cluster the membership names it, so it cannot be called '" + options.id()
              + "'; leave out NodeOptions.withId",
          null);
    }
    Lanes lanes = new Lanes();
    EventLoop linkLoop = internal.nettyEventLoopGroup() instanceof LinkLoopTransport.Loops loops
        ? loops.linkLoop()
        : internal.nettyEventLoopGroup().next();
    EngineSettings settings = settings(options, internal.clusterManager().getNodeId());
    Engine engine = new Engine(internal, settings, lanes, lanes.of(linkLoop));
    NodeTaps taps = new NodeTaps(engine, options.isTappedBodies());
    ClusterLinks cluster = new ClusterLinks(engine, nextIncarnation(vertx), options, taps::wants);
    taps.announceBy(cluster::tap);
    EngineNode node = install(new EngineNode(internal, options, engine, taps, cluster));
    return cluster.join(linkLoop).map(node);
  }

  /** Counts the nodes that were made on the Vert.x instance, which all have its id. */
  private static long nextIncarnation(Vertx vertx) {
    LocalMap<String, Long> counts = vertx.sharedData().getLocalMap(KEY + "s");
    return counts.merge(KEY, 1L, Long::sum);
  }

  private static EngineSettings settings(NodeOptions options, String id) {
    return new EngineSettings(
        id,
        options.lostAfter().toNanos(),
        options.isLocalCheck(),
        options.format(),
        options.maxFrame() - HEADER_ROOM,
        options.peerCriticality());
  }

  private static EngineNode install(EngineNode node) {
    if (!CallLocal.isRegistered(node.vertx.getOrCreateContext())) {
      throw NodeException.unusable(
          "the framework's Vert.x service provider was not loaded before the Vert.x instance was built. "
              + "A shaded jar has to merge META-INF/services/io.vertx.core.spi.VertxServiceProvider",
          null);
    }
    if (nodes(node.vertx).putIfAbsent(KEY, node) != null) {
      throw NodeException.unusable("this Vert.x instance has a node already", null);
    }
    node.stalls.start();
    node.vertx.addCloseHook(closed -> {
      node.endThreads();
      closed.succeed();
    });
    Observer observer = node.options.observer();
    if (observer != null) {
      observer.watch(node.view);
    }
    return node;
  }

  static EngineNode of(Vertx vertx) {
    EngineNode node = nodes(vertx).get(KEY);
    if (node == null) {
      throw NodeException.missing();
    }
    return node;
  }

  private static LocalMap<String, EngineNode> nodes(Vertx vertx) {
    return vertx.sharedData().getLocalMap(KEY);
  }

  /** Ends the threads of the node that are none of Vert.x. */
  private void endThreads() {
    stalls.close();
    threads.cpu().close();
  }

  Engine engine() {
    return engine;
  }

  NodeOptions options() {
    return options;
  }

  HandlerThreads threads() {
    return threads;
  }

  void served(String contract) {
    view.served(contract);
  }

  /** Completes once every live node knows what is served here. */
  Future<Void> announced() {
    return engine.announce();
  }

  /** Makes handlers idempotent on the node's own store, which forgets with the process. */
  Idempotency idempotency() {
    return idempotency;
  }

  @Override
  public String id() {
    return engine.nodeId();
  }

  @Override
  public Vertx vertx() {
    return vertx;
  }

  @Override
  public Bus bus() {
    return engine.bus();
  }

  @Override
  public List<Stall> stalls() {
    return stalls.stalls();
  }

  @Override
  public CpuPool cpu() {
    return threads.cpu();
  }

  @Override
  public Runnable onGuardEvent(Consumer<? super GuardEvent> handler) {
    return GuardFeed.open(engine, handler);
  }

  @Override
  public NodeState state() {
    return state;
  }

  @Override
  public Future<String> deploy(Supplier<? extends Deployable> verticle, int instances) {
    return vertx.deployVerticle(verticle, new DeploymentOptions().setInstances(instances));
  }

  @Override
  public <T> Subscription subscribe(
      Topic<T> topic,
      Function<? super T, ? extends Future<?>> handler,
      SubscriptionOptions subscription) {
    return engine.topics().subscribe(topic, handler, subscription, vertx.getOrCreateContext());
  }

  @Override
  public Future<Tap> tap(TapOptions which, Consumer<? super TapRecord> handler) {
    return taps.open(which, handler);
  }

  @Override
  public NodeView view() {
    return view;
  }

  @Override
  public Future<Void> quiesce() {
    state = NodeState.QUIESCED;
    long patience = options.drainTimeout().toNanos();
    return changeState(ServingState.QUIESCED).compose(known -> idle(System.nanoTime() + patience));
  }

  /** Completes once no call runs, or at the deadline. */
  private Future<Void> idle(long deadlineNanos) {
    if (engine.inFlight() == 0 || System.nanoTime() - deadlineNanos >= 0) {
      return Future.succeededFuture();
    }
    return vertx.timer(IDLE_LOOK_MILLIS).compose(again -> idle(deadlineNanos));
  }

  @Override
  public Future<Void> resume() {
    state = NodeState.READY;
    return changeState(ServingState.READY);
  }

  private Future<Void> changeState(ServingState serving) {
    engine.setLeaving(serving != ServingState.READY);
    return cluster == null ? Future.succeededFuture() : cluster.changeState(serving);
  }

  @Override
  public Future<Void> close() {
    // Of no context: who closes the Vert.x instance next would not hear of it on one of its loops.
    Promise<Void> closed = Promise.promise();
    if (!closing.compareAndSet(null, closed.future())) {
      Future<Void> under = closing.get();
      return under == null ? closed.future() : under;
    }
    state = NodeState.DRAINING;
    changeState(ServingState.DRAINING)
        .eventually(taps::close)
        .eventually(engine::drainEdges)
        .eventually(this::undeployAll)
        .eventually(() -> cluster == null ? Future.succeededFuture() : cluster.leave())
        .eventually(() -> {
          state = NodeState.CLOSED;
          engine.close();
          nodes(vertx).remove(KEY);
          stalls.close();
          return threads.close();
        })
        .onComplete(closed);
    return closed.future();
  }

  /** Each verticle waits for its running calls. */
  private Future<Void> undeployAll() {
    List<Future<Void>> undeployed = new ArrayList<>();
    for (String id : deployments) {
      undeployed.add(vertx.undeploy(id));
    }
    return Future.join(undeployed).mapEmpty();
  }

  void deployed(String deploymentId) {
    deployments.add(deploymentId);
  }

  void undeployed(String deploymentId) {
    deployments.remove(deploymentId);
  }
}
