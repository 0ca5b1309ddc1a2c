package io.vertebra;

import io.vertebra.contract.Topic;
import io.vertebra.limit.CpuPool;
import io.vertebra.limit.Stall;
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
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A member of the system: the place where verticles serve contracts and from which calls are made.
 * There is one on each Vert.x instance that uses the framework.
 */
public interface Node {

  /** Makes a node that is a system of its own, with {@link NodeOptions#defaults()}. */
  static Node create(Vertx vertx) {
    return create(vertx, NodeOptions.defaults());
  }

  /**
   * Makes a node that is a system of its own on a Vert.x instance, which stays the caller's to close.
   *
   * @throws io.vertebra.error.NodeException if the instance has a node already, or cannot have one
   */
  static Node create(Vertx vertx, NodeOptions options) {
    return EngineNode.single(vertx, options);
  }

  /**
   * Makes a node of a system of several, on a clustered Vert.x instance that stays the caller's to
   * close; completes once the other nodes can be told about it. {@code ClusterNode.start} of
   * vertebra-cluster does this and more: it keeps user code off the event loop that links and
   * heartbeats need.
   *
   * @throws io.vertebra.error.NodeException if the instance is not clustered, has a node already, or cannot have one, or if the options have an id
   */
  static Future<Node> join(Vertx vertx, NodeOptions options) {
    return EngineNode.join(vertx, options);
  }

  /**
   * The node of a Vert.x instance.
   *
   * @throws io.vertebra.error.NodeException if it has none
   */
  static Node of(Vertx vertx) {
    return EngineNode.of(vertx);
  }

  /** Name of the node. */
  String id();

  /** The Vert.x instance. */
  Vertx vertx();

  /** The bus; a call made while a handler runs is a child of the handler's call. */
  Bus bus();

  /** Whether it takes calls, and why not. */
  NodeState state();

  /** Deploys one instance of a verticle; completes with its deployment id once every node that is alive can call it. */
  default Future<String> deploy(Supplier<? extends Deployable> verticle) {
    return deploy(verticle, 1);
  }

  /** Deploys instances of a verticle. */
  Future<String> deploy(Supplier<? extends Deployable> verticle, int instances);

  /**
   * Lets {@code handler} have each message of a topic, one at a time, on the current context, until
   * the subscription is closed. Verticles rather use {@link Services#topic}.
   */
  <T> Subscription subscribe(
      Topic<T> topic,
      Function<? super T, ? extends Future<?>> handler,
      SubscriptionOptions options);

  /**
   * Shows {@code handler} how calls end on every node, until the tap is closed; completes once each
   * node that is alive knows. The handler runs on the current context, one record at a time. Nodes
   * record calls only while somebody wants to see them, at most about 10,000 a second each; what is
   * too much is dropped and counted. Fails with {@link
   * io.vertebra.error.NodeException} if the node is closed.
   */
  Future<Tap> tap(TapOptions which, Consumer<? super TapRecord> handler);

  /** What has held up event loops of this node so far, the costliest first. */
  List<Stall> stalls();

  /** The threads for work that needs the processor; handlers are better registered with {@link Services#cpuBound}. */
  CpuPool cpu();

  /**
   * Tells {@code handler} what the node does to protect itself and others: each rejection, expiry,
   * cancellation, stall, retry and change of a breaker. It runs on the current context, one event at a
   * time; what comes while 1,024 events wait is left out and counted in the next. Running the answer
   * ends it.
   */
  Runnable onGuardEvent(Consumer<? super GuardEvent> handler);

  /** The node's counts. */
  NodeView view();

  /**
   * Takes no new calls but stays alive and reachable for inspection; completes once all nodes know
   * and running calls have ended, or the drain timeout has passed.
   */
  Future<Void> quiesce();

  /** Takes calls again after {@link #quiesce()}. */
  Future<Void> resume();

  /**
   * Drains and leaves: completes when other nodes know, running calls have ended or the drain timeout
   * has passed, and the node is closed.
   */
  Future<Void> close();
}
