package io.vertebra.cluster;

import com.hazelcast.config.Config;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.NetworkConfig;
import io.vertebra.Node;
import io.vertebra.NodeState;
import io.vertebra.cluster.hazelcast.HazelcastDedupStore;
import io.vertebra.contract.Topic;
import io.vertebra.error.NodeException;
import io.vertebra.idempotency.DedupStore;
import io.vertebra.limit.CpuPool;
import io.vertebra.limit.Stall;
import io.vertebra.link.LinkLoopTransport;
import io.vertebra.messaging.Bus;
import io.vertebra.messaging.GuardEvent;
import io.vertebra.messaging.Subscription;
import io.vertebra.messaging.SubscriptionOptions;
import io.vertebra.observe.NodeView;
import io.vertebra.observe.Tap;
import io.vertebra.observe.TapOptions;
import io.vertebra.observe.TapRecord;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.internal.logging.Logger;
import io.vertx.core.internal.logging.LoggerFactory;
import io.vertx.core.transport.Transport;
import io.vertx.spi.cluster.hazelcast.ConfigUtil;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A node of a cluster, with a Vert.x instance of its own. Membership comes from Hazelcast, by
 * explicit members. Links, heartbeats and the gate have an event loop on which no verticle ever
 * runs, so a stalled verticle does not silence the node.
 */
public final class ClusterNode implements Node {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterNode.class);

  private final Node node;
  private final LinkBoundClusterManager cluster;

  private ClusterNode(Node node, LinkBoundClusterManager cluster) {
    this.node = node;
    this.cluster = cluster;
  }

  /**
   * Starts a node; completes, on one of its event loops, once it is a member. Fails with {@link NodeException} if it cannot
   * listen on its address or its TLS files cannot be read.
   */
  public static Future<ClusterNode> start(ClusterOptions options) {
    EventBusOptions bus =
        new EventBusOptions().setHost(options.host()).setClusterPublicHost(options.host());
    ClusterTls tls = options.tls();
    if (tls != null) {
      tls.applyTo(bus);
    }
    LinkBoundClusterManager cluster = new LinkBoundClusterManager(hazelcast(options));
    VertxOptions vertx =
        new VertxOptions().setEventLoopPoolSize(options.eventLoops()).setEventBusOptions(bus);
    return LinkLoopTransport.start(() -> Vertx.builder()
            .with(vertx)
            .withClusterManager(cluster)
            .withTransport(LinkLoopTransport.wrap(Transport.NIO))
            .buildClustered())
        .recover(cause -> Future.failedFuture(NodeException.unusable(
            "it cannot join on " + options.host() + ":" + options.port() + " (" + cause.getMessage()
                + ")",
            cause)))
        .compose(started -> join(started, cluster, options));
  }

  private static Future<ClusterNode> join(
      Vertx vertx, LinkBoundClusterManager cluster, ClusterOptions options) {
    VertxInternal internal = (VertxInternal) vertx;
    if (!(internal.nettyEventLoopGroup() instanceof LinkLoopTransport.Loops loops)) {
      return vertx
          .close()
          .compose(closed -> Future.failedFuture(NodeException.unusable(
              "Vert.x did not take its event loops from the node's transport", null)));
    }
    ContextInternal sockets =
        internal.contextBuilder().withEventLoop(loops.linkLoop()).build();
    sockets.exceptionHandler(ClusterNode::report);
    cluster.bindTo(sockets);
    // Begins with a future of no context: on the loops of a closed Vert.x instance nothing
    // completes.
    return Future.succeededFuture()
        .compose(bound -> Node.join(vertx, options.node()))
        .map(node -> new ClusterNode(node, cluster))
        .recover(cause -> vertx.close().compose(closed -> Future.failedFuture(cause)));
  }

  /**
   * What fails where nobody can hear it. When a write to a closed connection fails, Vert.x 5.0 reports
   * the failure and then complains that it did so.
   */
  private static void report(Throwable failure) {
    if (failure instanceof IllegalStateException
        && "Promise already completed".equals(failure.getMessage())) {
      LOG.debug("A write to a closed connection failed", failure);
    } else {
      LOG.error("Unhandled exception on the link loop", failure);
    }
  }

  private static Config hazelcast(ClusterOptions options) {
    Config config = ConfigUtil.loadConfig();
    config.setClusterName(options.clusterName());
    config.setProperty("hazelcast.phone.home.enabled", "false");
    config.setProperty("hazelcast.heartbeat.interval.seconds", "1");
    config.setProperty(
        "hazelcast.max.no.heartbeat.seconds",
        String.valueOf(options.heartbeatTimeout().toSeconds()));
    config.setProperty("hazelcast.wait.seconds.before.join", "0");
    config.setProperty("hazelcast.merge.first.run.delay.seconds", "5");
    config.setProperty("hazelcast.merge.next.run.delay.seconds", "5");
    NetworkConfig network = config.getNetworkConfig();
    network.setPort(options.port()).setPortAutoIncrement(false).setReuseAddress(true);
    network.getInterfaces().setEnabled(true).addInterface(options.host());
    network.setPublicAddress(options.host() + ":" + options.port());
    HazelcastDedupStore.configure(config);
    JoinConfig join = network.getJoin();
    join.getAutoDetectionConfig().setEnabled(false);
    join.getMulticastConfig().setEnabled(false);
    join.getTcpIpConfig().setEnabled(true).setMembers(options.members());
    return config;
  }

  @Override
  public String id() {
    return node.id();
  }

  @Override
  public Vertx vertx() {
    return node.vertx();
  }

  @Override
  public Bus bus() {
    return node.bus();
  }

  @Override
  public NodeState state() {
    return node.state();
  }

  @Override
  public Future<String> deploy(Supplier<? extends Deployable> verticle, int instances) {
    return node.deploy(verticle, instances);
  }

  @Override
  public <T> Subscription subscribe(
      Topic<T> topic,
      Function<? super T, ? extends Future<?>> handler,
      SubscriptionOptions options) {
    return node.subscribe(topic, handler, options);
  }

  @Override
  public Future<Tap> tap(TapOptions which, Consumer<? super TapRecord> handler) {
    return node.tap(which, handler);
  }

  @Override
  public List<Stall> stalls() {
    return node.stalls();
  }

  @Override
  public CpuPool cpu() {
    return node.cpu();
  }

  @Override
  public Runnable onGuardEvent(Consumer<? super GuardEvent> handler) {
    return node.onGuardEvent(handler);
  }

  @Override
  public NodeView view() {
    return node.view();
  }

  @Override
  public Future<Void> quiesce() {
    return node.quiesce();
  }

  @Override
  public Future<Void> resume() {
    return node.resume();
  }

  /**
   * A dedup store in the memory of all nodes: an idempotent contract is handled once a key, whichever
   * node it reaches. All stores of a cluster share their entries.
   *
   * @param window how long a reply is kept for duplicates
   */
  public DedupStore dedupStore(Duration window) {
    return HazelcastDedupStore.create(vertx(), cluster.getHazelcastInstance(), window);
  }

  /** Drains, leaves the cluster and closes the Vert.x instance. */
  @Override
  public Future<Void> close() {
    return node.close().eventually(() -> node.vertx().close());
  }
}
