package io.vertebra.dispatch;

import io.vertebra.contract.Request;
import io.vertebra.contract.Topic;
import io.vertebra.error.CallException;
import io.vertebra.error.ContractException;
import io.vertebra.error.NodeException;
import io.vertebra.error.VertebraException;
import io.vertebra.messaging.Bus;
import io.vertebra.messaging.CallOptions;
import io.vertebra.messaging.Gather;
import io.vertebra.messaging.Publication;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The calls of one node: finds the handler of each, here or through a {@link Target}. Safe for use by any thread. */
public final class Engine {
  private static final int LOAD_OF_STALLED = 1 << 28;

  private final VertxInternal vertx;
  private final EngineSettings settings;
  private final Lanes lanes;
  private final Lane control;
  private final Map<String, Route> routes = new ConcurrentHashMap<>();
  private final Topics topics;
  private final CallStats stats = new CallStats();
  private final GuardLog guard = new GuardLog();
  private final Warnings warnings = new Warnings(System::nanoTime);
  private final Distrust distrust = new Distrust(guard, warnings);
  private final List<Supplier<Future<?>>> edges = new CopyOnWriteArrayList<>();
  private final long idPrefix = new SecureRandom().nextLong() | 1;
  private final AtomicLong looseSequence = new AtomicLong();
  private final Detour detour = new Detour(this);
  private final KeyMoves keyMoves;
  private final Bus bus = new BusFace(this, null, true);
  private final Bus detached = new BusFace(this, null, false);
  private volatile ServiceChanges changes = Future::succeededFuture;
  private volatile @Nullable CallTap tap;
  private volatile boolean leaving;
  private volatile boolean closed;

  /** An engine whose queues live on {@code control}. */
  public Engine(VertxInternal vertx, EngineSettings settings, Lanes lanes, Lane control) {
    this.vertx = vertx;
    this.settings = settings;
    this.lanes = lanes;
    this.control = control;
    this.topics = new Topics(this);
    this.keyMoves = new KeyMoves(this);
  }

  /** Hears when what this node serves or subscribes to has changed. Any thread. */
  @FunctionalInterface
  public interface ServiceChanges {
    /** Something was added or removed; completes once every live node knows. */
    Future<Void> changed();
  }

  /** Sets who hears of changes. */
  public void onServiceChange(ServiceChanges listener) {
    changes = listener;
  }

  void serviceChanged() {
    announce();
  }

  /** Tells other nodes what is served here now; completes once every live node knows. */
  public Future<Void> announce() {
    return changes.changed();
  }

  /**
   * The engine behind a bus of a node.
   *
   * @throws IllegalArgumentException if the bus is no node's, but a wrapper or a fake
   */
  public static Engine of(Bus bus) {
    if (bus instanceof BusFace face) {
      return face.engine();
    }
    if (bus instanceof ServedCall<?, ?> call) {
      return call.engine();
    }
    throw new IllegalArgumentException(
        bus.getClass().getName() + " is no bus of a node; use Node.bus()");
  }

  /**
   * Has {@code action} done when the node drains, after other nodes know and before services stop;
   * for what brings calls in from outside. Answers what takes it back. Any thread.
   */
  public Runnable onDrain(Supplier<Future<?>> action) {
    edges.add(action);
    return () -> edges.remove(action);
  }

  /** Stops what brings calls in; completes when all of it has stopped, and never fails. */
  public Future<Void> drainEdges() {
    List<Future<?>> stopped = new ArrayList<>();
    for (Supplier<Future<?>> edge : edges) {
      stopped.add(edge.get());
    }
    return Future.join(stopped).<Void>mapEmpty().otherwiseEmpty();
  }

  // --- making calls

  <Q, R> Future<R> request(
      @Nullable Scope parent, Request<Q, R> contract, Q message, CallOptions options) {
    if (closed) {
      return closedFailure();
    }
    if (options.isSingle()) {
      return exchange(parent, contract, message, options).begin();
    }
    options.fallback(contract);
    if (options.hedge() != null && !contract.isReadOnly()) {
      throw new IllegalArgumentException("'" + contract.name()
          + "' is not read-only, so a second call of it on another node could do harm"
          + (contract.isIdempotent()
              ? ", or would only wait for the first because it is idempotent"
              : "")
          + "; it cannot be hedged. Say readOnly() where the contract is made, if that is true");
    }
    return new Attempts<>(this, new Attempts.Call<>(parent, contract, message, options)).begin();
  }

  boolean isClosed() {
    return closed;
  }

  <T> Future<T> closedFailure() {
    return vertx.getOrCreateContext().failedFuture(NodeException.closed(settings.nodeId()));
  }

  <Q, R> Exchange<Q, R> exchange(
      @Nullable Scope parent, Request<Q, R> contract, Q message, CallOptions options) {
    return exchange(parent, contract, message, options, vertx.getOrCreateContext());
  }

  <Q, R> Exchange<Q, R> exchange(
      @Nullable Scope parent,
      Request<Q, R> contract,
      Q message,
      CallOptions options,
      ContextInternal context) {
    Lane lane = parent != null ? parent.lane : lanes.of(context.nettyEventLoop());
    long now = lane.isCurrent() ? lane.nanoTime() : System.nanoTime();
    return new Exchange<>(
        this, contract, message, options, new Exchange.Origins(context, lane, parent), now);
  }

  /** A fresh message id. */
  public MessageId nextMessageId() {
    return new MessageId(idPrefix, looseSequence.incrementAndGet());
  }

  /** The call whose handler runs on the current context, or null. */
  @Nullable
  Scope currentCall() {
    ContextInternal current = ContextInternal.current();
    return current == null || current.owner() != vertx ? null : CallLocal.find(current);
  }

  <Q, R> Envelope seal(
      Request<Q, R> contract, Q message, CallOptions options, @Nullable Scope origin, Lane lane) {
    String chosen = options.messageId();
    MessageId id =
        chosen == null ? new MessageId(idPrefix, lane.nextSequence()) : new MessageId(chosen);
    Envelope cause = origin == null ? null : origin.envelope();
    String idempotencyKey = contract.idempotencyKeyOf(message);
    return new Envelope(
        id,
        cause == null ? id : cause.correlation(),
        cause == null ? null : cause.id(),
        routingKey(contract, message, idempotencyKey),
        idempotencyKey,
        options.attempt(),
        settings.nodeId(),
        cause == null
            ? Priority.of(options.criticality(), id)
            : Priority.inherit(cause.priority(), options.criticality()),
        options.attempt() > 1 || (cause != null && cause.repeated()));
  }

  /** The envelope of a message that came in without one, from {@code caller}. */
  public <Q> Envelope seal(
      Request<Q, ?> contract, Q message, @Nullable String chosenId, String caller) {
    MessageId id = chosenId == null ? nextMessageId() : new MessageId(chosenId);
    String idempotencyKey = contract.idempotencyKeyOf(message);
    String key = routingKey(contract, message, idempotencyKey);
    int priority = Priority.of(null, id);
    return new Envelope(id, id, null, key, idempotencyKey, 1, caller, priority, false);
  }

  /**
   * The key of a keyed contract. An idempotent one goes by its idempotency key, so that duplicates
   * meet at the node whose memory has the first reply.
   */
  private static <Q> @Nullable String routingKey(
      Request<Q, ?> contract, Q message, @Nullable String idempotencyKey) {
    return contract.isKeyed() ? contract.keyOf(message) : idempotencyKey;
  }

  /** Finds somebody to run the exchange's message. On the exchange's lane. */
  <Q, R> void dispatch(Exchange<Q, R> exchange) {
    Route route = exchange.route();
    String key = exchange.envelope().key();
    KeyOwners owners = route.owners();
    if (key != null) {
      if (owners.isHeldUp(key)) {
        exchange.hold();
        return;
      }
      Target owner = owners.ownerOf(key, exchange.avoided());
      if (owner != null) {
        sendIfFit(exchange, owner);
        return;
      }
    }
    Instance<?, ?> instance = route.pickInstance(key);
    if (instance != null && instance.as(exchange.contract()) == null) {
      detour.find(exchange);
      return;
    }
    boolean elsewhere = exchange.avoidsHere() || leaving;
    if (instance != null && (key != null || (!elsewhere && instance.hasRoom()))) {
      dispatchTo(exchange, instance);
      return;
    }
    Target target = key == null ? route.pickTarget(exchange.avoided()) : null;
    if (target != null) {
      sendIfFit(exchange, target);
    } else if (instance != null) {
      dispatchTo(exchange, instance);
    } else if (key != null && owners.isServedHere()) {
      // The last instance has left at this moment; who owns its keys is about to be known.
      exchange.resume();
    } else {
      exchange.rejected(CallException.notServed(route.contract()));
    }
  }

  private void sendIfFit(Exchange<?, ?> exchange, Target picked) {
    Target target = Caution.choose(this, exchange, picked);
    if (target == null) {
      return;
    }
    if (target.fit(exchange.contract()) == Target.Fit.FITS) {
      exchange.sendTo(target);
    } else {
      detour.find(exchange);
    }
  }

  /**
   * Asks one node on behalf of this one, whatever the node serves; completes on the control lane's
   * loop. Any thread.
   */
  public <Q, R> Future<R> ask(Target node, Request<Q, R> contract, Q message, CallOptions options) {
    ContextInternal context =
        vertx.contextBuilder().withEventLoop(control.loop()).build();
    Exchange<Q, R> exchange = exchange(null, contract, message, options, context);
    exchange.pinTo(node, -1);
    return exchange.begin();
  }

  /** Runs the exchange's message on an instance of this process, as soon as it has a permit. */
  <Q, R> void dispatchTo(Exchange<Q, R> exchange, Instance<?, ?> instance) {
    Instance<Q, R> own = instance.as(exchange.contract());
    if (own == null) {
      exchange.rejected(ContractException.mismatch(
          exchange.contract().name(), "it is served in this process with other Java types"));
      return;
    }
    ServedCall.Body<Q> body = exchange::message;
    Origin<R> origin = exchange;
    if (settings.localCheck()) {
      try {
        body = checked(exchange.contract(), exchange.message());
      } catch (VertebraException unfit) {
        exchange.rejected(unfit);
        return;
      }
      origin = new CheckedOrigin<>(this, exchange);
    }
    ServedCall<Q, R> call =
        new ServedCall<>(this, own, origin, body, exchange.envelope(), exchange.deadlineNanos());
    exchange.serveBy(call);
    admit(call);
  }

  /** Starts a call on its instance, or lets it wait for a permit. Any thread. */
  public void admit(ServedCall<?, ?> call) {
    Instance<?, ?> instance = call.instance();
    if (instance.queue().size() == 0 && instance.admission().tryAcquire()) {
      call.lane.post(call);
    } else {
      instance.queue().add(call);
    }
  }

  private <Q, R> ServedCall.Body<Q> checked(Request<Q, R> contract, Q message) {
    Buffer bytes = Buffer.buffer(128);
    int length =
        settings.format().encodeInto(bytes, contract.requestType(), message, contract.name());
    if (length > settings.maxBody()) {
      throw ContractException.tooLarge(contract.name(), length, settings.maxBody());
    }
    return () -> settings.format().decode(contract.requestType(), bytes, contract.name());
  }

  <T> Future<Void> publish(@Nullable Scope parent, Topic<T> topic, T message) {
    return topics.publish(parent, topic, message);
  }

  <T> Future<Publication> publishAcknowledged(
      @Nullable Scope parent, Topic<T> topic, T message, CallOptions options) {
    return topics.publishAcknowledged(parent, topic, message, options);
  }

  <Q, R> Gather<R> gather(@Nullable Scope parent, Request<Q, R> contract, Q message) {
    return new GatherOperation<>(this, parent, contract, message);
  }

  // --- serving

  /** Serves a contract on a verticle's context. */
  public <Q, R> Instance<Q, R> serve(
      Request<Q, R> contract, Handler<Q, R> handler, Admission admission, ContextInternal context) {
    Route route = route(contract.id());
    for (Instance<?, ?> other : route.localInstances()) {
      if (!other.contract().fingerprint().equals(contract.fingerprint())) {
        throw ContractException.invalid(
            contract.name(),
            "this node already serves another form of it; give one of them another name or version");
      }
    }
    Instance<Q, R> instance = new Instance<>(this, contract, handler, admission, context);
    route.add(instance);
    announce();
    return instance;
  }

  /** Stops routing to the instance and turns away what waits for it. It finishes what it has. */
  public void unserve(Instance<?, ?> instance) {
    Route route = instance.route();
    if (route.remove(instance)) {
      instance.queue().turnAwayAll();
      announce();
    }
  }

  /** The route of a contract's id; made when first asked for. */
  public Route route(String contract) {
    Route known = routes.get(contract);
    return known != null ? known : routes.computeIfAbsent(contract, id -> new Route(id, this));
  }

  /** Calls that hold a permit on this node now. */
  public int inFlight() {
    int sum = 0;
    for (Route route : routes.values()) {
      sum += route.inFlight();
    }
    return sum;
  }

  /**
   * How busy the node is, for the others to compare: the calls in flight, and more than there can be of
   * those while one of its event loops stands still.
   */
  public int load() {
    return inFlight() + (lanes.isAnyStalled() ? LOAD_OF_STALLED : 0);
  }

  /** Whether messages rather go elsewhere, because this node is leaving. */
  public void setLeaving(boolean leaving) {
    this.leaving = leaving;
    routes.values().forEach(Route::ownHere);
  }

  /** Lets {@code tap} see calls end from now on, or nobody. */
  public void tap(@Nullable CallTap tap) {
    this.tap = tap;
  }

  /** Who wants to see calls end, or null. */
  @Nullable
  CallTap tap() {
    return tap;
  }

  boolean isLeaving() {
    return leaving;
  }

  KeyMoves keyMoves() {
    return keyMoves;
  }

  /** The keys of a contract that this node is busy with though they belong to others. On the control lane. */
  public Future<BusyKeys> busyKeys(BusyKeys.Wanted wanted) {
    Route route = routes.get(wanted.contract());
    return route == null
        ? Future.succeededFuture(BusyKeys.of(List.of()))
        : keyMoves.findBusy(route, wanted.nodes());
  }

  /** Every route that was ever asked for. */
  public Collection<Route> routes() {
    return routes.values();
  }

  Warnings warnings() {
    return warnings;
  }

  /** Refuses new calls from now on. */
  public void close() {
    closed = true;
  }

  /** The bus whose calls have the running handler's call as parent. */
  public Bus bus() {
    return bus;
  }

  /** A bus for code outside of handlers, whose calls end with {@code scope}. */
  public Bus busOf(Scope scope) {
    return new BusFace(this, scope, true);
  }

  /** The bus whose calls have no parent. */
  public Bus detachedBus() {
    return detached;
  }

  /** The topics. */
  public Topics topics() {
    return topics;
  }

  /** What became of calls made here. */
  public CallStats stats() {
    return stats;
  }

  /** What the guard did. */
  public GuardLog guard() {
    return guard;
  }

  /** What other nodes sent that was clamped or refused. */
  public Distrust distrust() {
    return distrust;
  }

  /** What it was told. */
  public EngineSettings settings() {
    return settings;
  }

  /** Its lanes. */
  public Lanes lanes() {
    return lanes;
  }

  /** The lane of queues, links and gate. */
  public Lane control() {
    return control;
  }

  /** Id of this node. */
  public String nodeId() {
    return settings.nodeId();
  }

  /** The Vert.x instance. */
  public VertxInternal vertx() {
    return vertx;
  }
}
