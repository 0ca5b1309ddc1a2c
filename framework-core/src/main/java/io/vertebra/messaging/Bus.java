package io.vertebra.messaging;

import io.vertebra.contract.Request;
import io.vertebra.contract.Topic;
import io.vertx.core.Future;

/**
 * Sends messages of typed contracts to whoever serves them, in this process or on another node.
 *
 * <p>Each call ends in exactly one way: the reply, a {@link io.vertebra.error.DeclaredFailure}, or
 * another {@link io.vertebra.error.VertebraException}. Nothing waits longer than its deadline.
 *
 * <p>A call made while a handler runs is a child of the handler's call: it ends no later, and is
 * cancelled with it. The parent is found through the Vert.x context; periodic timers and threads of
 * your own lose it, so pass the {@link Call} on where you have one.
 */
public interface Bus {

  /** Sends a request with {@link CallOptions#defaults()} and completes with the reply. */
  default <Q, R> Future<R> request(Request<Q, R> contract, Q message) {
    return request(contract, message, CallOptions.defaults());
  }

  /**
   * Sends a request and completes with the reply. Order is kept between two calls from one context
   * to the same instance, unless they are of different criticality or have to wait in an overloaded
   * queue; a keyed contract keeps it then, too.
   */
  <Q, R> Future<R> request(Request<Q, R> contract, Q message, CallOptions options);

  /** A writer of messages of one contract, which sends them as fast as they are taken, with {@link CallOptions#defaults()}. */
  default <Q, R> MessageWriter<Q, R> writer(Request<Q, R> contract) {
    return writer(contract, CallOptions.defaults());
  }

  /**
   * A writer of messages of one contract, which sends them as fast as they are taken; {@code options}
   * are those of each of its calls. Belongs to the context on which it is made, and ends with the
   * handler that makes it.
   */
  <Q, R> MessageWriter<Q, R> writer(Request<Q, R> contract, CallOptions options);

  /**
   * Publishes to every subscriber in the cluster; completes when the message is handed to the local
   * subscribers' buffers and the links to other nodes. It does not wait for handlers. Fails with
   * {@code OVERLOADED} if the link to a node has no room; all others get the message all the same.
   */
  <T> Future<Void> publish(Topic<T> topic, T message);

  /**
   * Publishes, and completes when each node with a subscriber has taken the message or the deadline
   * has passed. {@link Publication} says how far it reached.
   */
  <T> Future<Publication> publishAcknowledged(Topic<T> topic, T message, CallOptions options);

  /** Starts asking every instance that serves the contract, on all nodes. */
  <Q, R> Gather<R> gather(Request<Q, R> contract, Q message);

  /**
   * A face of this bus whose calls have no parent: they keep their own deadline and are not
   * cancelled with the handler that makes them. For compensation and other work that has to finish.
   */
  Bus detached();
}
