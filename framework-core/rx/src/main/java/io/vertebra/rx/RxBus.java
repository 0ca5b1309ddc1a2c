package io.vertebra.rx;

import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Single;
import io.vertebra.Node;
import io.vertebra.contract.Request;
import io.vertebra.contract.Topic;
import io.vertebra.messaging.Bus;
import io.vertebra.messaging.CallOptions;
import io.vertebra.messaging.Cancellation;
import io.vertebra.messaging.SubscriptionOptions;
import io.vertx.rxjava3.core.Vertx;

/**
 * A {@link Bus} whose calls are made when they are subscribed to, again for each subscriber, and end
 * when the subscriber disposes of them. Failures are those of {@link Bus}.
 */
public final class RxBus {
  private final Node node;
  private final Bus bus;

  private RxBus(Node node, Bus bus) {
    this.node = node;
    this.bus = bus;
  }

  /** The bus of a node. */
  public static RxBus on(Node node) {
    return new RxBus(node, node.bus());
  }

  /**
   * The bus of the node of a Vert.x instance.
   *
   * @throws io.vertebra.error.NodeException if it has none
   */
  public static RxBus on(Vertx vertx) {
    return on(Node.of(vertx.getDelegate()));
  }

  /**
   * The same, with {@code bus} making the calls: a handler's {@link io.vertebra.messaging.Call}, so
   * that they inherit its deadline on whatever thread RxJava subscribes, or a detached bus.
   */
  public RxBus through(Bus bus) {
    return new RxBus(node, bus);
  }

  /** The reply to a request, made with {@link CallOptions#defaults()}. */
  public <Q, R> Single<R> request(Request<Q, R> contract, Q message) {
    return request(contract, message, CallOptions.defaults());
  }

  /** The reply to a request. Disposing of it cancels the call. */
  public <Q, R> Single<R> request(Request<Q, R> contract, Q message, CallOptions options) {
    return Single.create(emitter -> {
      Cancellation disposal = Cancellation.create();
      emitter.setCancellable(disposal::cancel);
      Cancellation given = options.cancellation();
      Cancellation.Listener also = disposal::cancel;
      if (given != null) {
        given.add(also);
      }
      bus.request(contract, message, options.withCancellation(disposal))
          .onComplete((reply, failure) -> {
            if (given != null) {
              given.remove(also);
            }
            if (failure == null) {
              emitter.onSuccess(reply);
            } else {
              emitter.tryOnError(failure);
            }
          });
    });
  }

  /** Publishes when subscribed to, see {@link Bus#publish}. */
  public <T> Completable publish(Topic<T> topic, T message) {
    return Completable.create(emitter ->
        bus.publish(topic, message).onComplete(done -> emitter.onComplete(), emitter::tryOnError));
  }

  /** The messages of a topic, with {@link SubscriptionOptions#defaults()}. */
  public <T> Flowable<T> topic(Topic<T> topic) {
    return topic(topic, SubscriptionOptions.defaults());
  }

  /**
   * The messages of a topic from now on, without an end. Demand reaches the node: as long as the
   * subscriber has not asked for more, messages wait in the buffer of {@code options}, and when that
   * is full its policy decides which are dropped.
   */
  public <T> Flowable<T> topic(Topic<T> topic, SubscriptionOptions options) {
    return new TopicFlowable<>(node, topic, options);
  }
}
