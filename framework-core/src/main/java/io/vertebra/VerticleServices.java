package io.vertebra;

import io.vertebra.contract.Request;
import io.vertebra.contract.Topic;
import io.vertebra.dispatch.Engine;
import io.vertebra.dispatch.Handler;
import io.vertebra.dispatch.Instance;
import io.vertebra.dispatch.Relocatable;
import io.vertebra.dispatch.Scope;
import io.vertebra.gate.PlainAddress;
import io.vertebra.idempotency.DedupStore;
import io.vertebra.idempotency.Idempotency;
import io.vertebra.idempotency.IdempotentHandler;
import io.vertebra.limit.Limit;
import io.vertebra.messaging.Bus;
import io.vertebra.messaging.Call;
import io.vertebra.messaging.Subscription;
import io.vertebra.messaging.SubscriptionOptions;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.internal.ContextInternal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What one deployed verticle serves, from its registration to its end. Confined to the verticle's context. */
final class VerticleServices implements Services {
  private final EngineNode node;
  private final Engine engine;
  private final ContextInternal context;
  private final Scope scope;
  private final Bus bus;
  private final HandlerThreads threads;
  private final List<RequestService<?, ?>> requests = new ArrayList<>();
  private final List<TopicService<?>> topics = new ArrayList<>();

  VerticleServices(EngineNode node, Context context) {
    this.node = node;
    this.engine = node.engine();
    this.context = (ContextInternal) context;
    this.scope = new Scope(engine.lanes().of(this.context.nettyEventLoop()));
    this.bus = engine.busOf(scope);
    this.threads = node.threads();
  }

  Node node() {
    return node;
  }

  Bus bus() {
    return bus;
  }

  void deployed(String deploymentId) {
    node.deployed(deploymentId);
  }

  void undeployed(String deploymentId) {
    node.undeployed(deploymentId);
  }

  @Override
  public <Q, R> Serving request(
      Request<Q, R> contract, BiFunction<? super Q, ? super Call, Future<R>> handler) {
    if (handler instanceof IdempotentHandler<?, ?> idempotent) {
      return add(contract, bind(idempotent, contract)::apply, Kind.IDEMPOTENT);
    }
    return add(contract, handler::apply, Kind.ON_LOOP);
  }

  @SuppressWarnings(
      "unchecked") // it is a handler of this contract's messages, or it could not be passed here
  private static <Q, R> BiFunction<Q, Call, Future<R>> bind(
      IdempotentHandler<?, ?> handler, Request<Q, R> contract) {
    return ((IdempotentHandler<Q, R>) handler).of(contract);
  }

  @Override
  public <Q, R> Serving blocking(
      Request<Q, R> contract, BlockingCallHandler<? super Q, ? extends R> handler) {
    return add(contract, threads.blocking(handler));
  }

  @Override
  public <Q, R> Serving cpuBound(
      Request<Q, R> contract, BlockingCallHandler<? super Q, ? extends R> handler) {
    return add(contract, threads.cpuBound(handler));
  }

  @Override
  public <Q, R> Serving virtual(
      Request<Q, R> contract, BlockingCallHandler<? super Q, ? extends R> handler) {
    return add(contract, threads.virtual(contract.name(), handler, context));
  }

  @Override
  public <T> Subscribing topic(Topic<T> topic, Function<? super T, ? extends Future<?>> handler) {
    TopicService<T> service = new TopicService<>(topic, handler);
    topics.add(service);
    return service;
  }

  /** Kinds of handlers. */
  private enum Kind {
    ON_LOOP,
    IDEMPOTENT,
    ELSEWHERE
  }

  private <Q, R> Serving add(Request<Q, R> contract, Handler<Q, R> handler) {
    return add(contract, handler, Kind.ELSEWHERE);
  }

  private <Q, R> Serving add(Request<Q, R> contract, Handler<Q, R> handler, Kind kind) {
    RequestService<Q, R> service = new RequestService<>(contract, handler, kind);
    requests.add(service);
    return service;
  }

  /** Serves all that was registered; completes once every live node knows. */
  Future<Void> open() {
    List<Future<?>> addresses = new ArrayList<>();
    for (RequestService<?, ?> service : requests) {
      addresses.add(service.open());
    }
    for (TopicService<?> service : topics) {
      service.open();
    }
    return Future.join(addresses).compose(open -> node.announced());
  }

  /** Stops serving, waits for running calls, then ends the verticle's own calls. */
  Future<Void> close() {
    List<Future<?>> idle = new ArrayList<>();
    for (RequestService<?, ?> service : requests) {
      idle.add(service.close());
    }
    for (TopicService<?> service : topics) {
      idle.add(service.close());
    }
    return node.announced()
        .compose(known -> Future.join(idle))
        .timeout(Math.max(1, node.options().drainTimeout().toMillis()), TimeUnit.MILLISECONDS)
        .otherwiseEmpty()
        .map(over -> {
          scope.cancel();
          return null;
        });
  }

  /** The handler as one that fails where it throws. */
  private static <Q, R> BiFunction<Q, Call, Future<R>> quiet(Handler<Q, R> handler) {
    return (message, call) -> {
      try {
        return handler.handle(message, call);
      } catch (Exception thrown) {
        return Future.failedFuture(thrown);
      }
    };
  }

  private final class RequestService<Q, R> implements Serving {
    private final Request<Q, R> contract;
    private final Handler<Q, R> handler;
    private final Kind kind;
    private Limit limit = Limit.defaults();
    private @Nullable Relocatable<Q, R> relocatable;
    private @Nullable DedupStore store;
    private @Nullable String address;
    private @Nullable Instance<Q, R> instance;
    private @Nullable MessageConsumer<?> consumer;

    RequestService(Request<Q, R> contract, Handler<Q, R> handler, Kind kind) {
      this.contract = contract;
      this.handler = handler;
      this.kind = kind;
    }

    @Override
    public Serving limitedTo(Limit limit) {
      this.limit = limit;
      return this;
    }

    @Override
    public Serving deduplicatedBy(DedupStore store) {
      this.store = store;
      return this;
    }

    @Override
    public Serving alsoOn(String address) {
      this.address = address;
      return this;
    }

    @Override
    public Serving relocatable() {
      switch (kind) {
        case ON_LOOP -> relocatable = threads.relocatable(contract.id(), handler, context);
        case IDEMPOTENT ->
          throw new IllegalStateException("An idempotent handler of '" + contract.name()
              + "' cannot be moved off its event loop; serve a plain one deduplicatedBy(store)");
        case ELSEWHERE ->
          throw new IllegalStateException("The handler of '" + contract.name()
              + "' does not run on an event loop anyway; leave relocatable() out");
      }
      return this;
    }

    Future<?> open() {
      Limit configured = node.options().limit(contract.id());
      Limit chosen = configured == null ? limit : configured;
      Instance<Q, R> served = engine.serve(contract, filtered(), chosen.toAdmission(), context);
      instance = served;
      if (relocatable != null) {
        served.movesBy(relocatable);
      }
      node.served(contract.id());
      if (address == null) {
        return Future.succeededFuture();
      }
      consumer = PlainAddress.serve(engine, served, address);
      return consumer.completion();
    }

    private Handler<Q, R> filtered() {
      HandlerFilter filter = node.options().handlerFilter();
      Handler<Q, R> handles = deduplicated();
      if (filter == null) {
        return handles;
      }
      BiFunction<Q, Call, Future<R>> inner = quiet(handles);
      return (message, call) -> filter.handle(contract, message, call, inner);
    }

    /**
     * An idempotent contract always has a dedup store, its handler's own or the node's; any other
     * only if it was given one.
     */
    private Handler<Q, R> deduplicated() {
      Idempotency idempotency = store != null
          ? Idempotency.create(engine.vertx(), store)
          : contract.isIdempotent() && kind != Kind.IDEMPOTENT ? node.idempotency() : null;
      Handler<Q, R> handles = relocatable == null ? handler : relocatable;
      return idempotency == null
          ? handles
          : idempotency.wrap(contract, VerticleServices.<Q, R>quiet(handles))::apply;
    }

    Future<?> close() {
      Instance<Q, R> served = instance;
      if (served == null) {
        return Future.succeededFuture();
      }
      engine.unserve(served);
      Future<?> unregistered = consumer == null ? Future.succeededFuture() : consumer.unregister();
      return unregistered.eventually(served::retire);
    }
  }

  private final class TopicService<T> implements Subscribing {
    private final Topic<T> topic;
    private final Function<? super T, ? extends Future<?>> handler;
    private SubscriptionOptions options = SubscriptionOptions.defaults();
    private @Nullable Subscription subscription;

    TopicService(Topic<T> topic, Function<? super T, ? extends Future<?>> handler) {
      this.topic = topic;
      this.handler = handler;
    }

    @Override
    public Subscribing with(SubscriptionOptions options) {
      this.options = options;
      return this;
    }

    void open() {
      subscription = engine.topics().subscribe(topic, handler, options, context);
    }

    Future<Void> close() {
      return subscription == null ? Future.succeededFuture() : subscription.close();
    }
  }
}
