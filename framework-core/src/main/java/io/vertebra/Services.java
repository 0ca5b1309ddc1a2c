package io.vertebra;

import io.vertebra.contract.Request;
import io.vertebra.contract.Topic;
import io.vertebra.messaging.Call;
import io.vertx.core.Future;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * What a verticle serves. There is a verb for each way to run a handler; each takes a function of
 * the message, or of the message and its {@link Call}.
 */
public interface Services {

  /** Runs the handler on the verticle's event loop. It must not block; it may answer later. */
  default <Q, R> Serving request(Request<Q, R> contract, Function<? super Q, Future<R>> handler) {
    return request(contract, (message, call) -> handler.apply(message));
  }

  /** See {@link #request(Request, Function)}. */
  <Q, R> Serving request(
      Request<Q, R> contract, BiFunction<? super Q, ? super Call, Future<R>> handler);

  /**
   * Runs the handler on the node's pool of threads for blocking work. Handlers of one verticle run
   * concurrently there, not on the verticle's thread.
   */
  default <Q, R> Serving blocking(
      Request<Q, R> contract, BlockingHandler<? super Q, ? extends R> handler) {
    return blocking(contract, (message, call) -> handler.handle(message));
  }

  /** See {@link #blocking(Request, BlockingHandler)}. */
  <Q, R> Serving blocking(
      Request<Q, R> contract, BlockingCallHandler<? super Q, ? extends R> handler);

  /**
   * Runs the handler on the node's {@link io.vertebra.limit.CpuPool}, for what computes longer than
   * about 50 µs. Handlers of one verticle run concurrently there, not on the verticle's thread; they
   * must not block. A call that waits in the pool's queue until nobody wants it any more is not handled,
   * and one that could not end in time is refused with OVERLOADED. {@link Call#checkpoint()} in its
   * loops ends a call early.
   */
  default <Q, R> Serving cpuBound(
      Request<Q, R> contract, BlockingHandler<? super Q, ? extends R> handler) {
    return cpuBound(contract, (message, call) -> handler.handle(message));
  }

  /** See {@link #cpuBound(Request, BlockingHandler)}. */
  <Q, R> Serving cpuBound(
      Request<Q, R> contract, BlockingCallHandler<? super Q, ? extends R> handler);

  /**
   * Runs each call on a virtual thread of its own, where {@link Future#await()} suspends. Handlers of
   * one verticle run concurrently, not on the verticle's thread.
   *
   * @throws io.vertebra.error.NodeException on Java runtimes older than 21
   */
  default <Q, R> Serving virtual(
      Request<Q, R> contract, BlockingHandler<? super Q, ? extends R> handler) {
    return virtual(contract, (message, call) -> handler.handle(message));
  }

  /** See {@link #virtual(Request, BlockingHandler)}. */
  <Q, R> Serving virtual(
      Request<Q, R> contract, BlockingCallHandler<? super Q, ? extends R> handler);

  /**
   * Subscribes the verticle: its handler gets each message of the topic on its event loop, one at a
   * time in the publisher's order; the next comes when the handler's future has completed.
   */
  <T> Subscribing topic(Topic<T> topic, Function<? super T, ? extends Future<?>> handler);

  /**
   * A handler that may block and throw.
   *
   * @param <Q> the message
   * @param <R> the reply
   */
  @FunctionalInterface
  interface BlockingHandler<Q, R> {
    /** Answers a message. */
    R handle(Q message) throws Exception;
  }

  /**
   * A handler that may block and throw, and looks at its call.
   *
   * @param <Q> the message
   * @param <R> the reply
   */
  @FunctionalInterface
  interface BlockingCallHandler<Q, R> {
    /** Answers a message. */
    R handle(Q message, Call call) throws Exception;
  }
}
