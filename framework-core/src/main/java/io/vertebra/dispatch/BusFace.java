package io.vertebra.dispatch;

import io.vertebra.contract.Request;
import io.vertebra.contract.Topic;
import io.vertebra.messaging.Bus;
import io.vertebra.messaging.CallOptions;
import io.vertebra.messaging.Gather;
import io.vertebra.messaging.MessageWriter;
import io.vertebra.messaging.Publication;
import io.vertx.core.Future;
import org.jspecify.annotations.Nullable;

/**
 * The bus as code outside of a {@link ServedCall} sees it.
 *
 * @param scope ends calls that have no running handler as parent
 * @param inherits whether the running handler's call becomes the parent
 */
record BusFace(Engine engine, @Nullable Scope scope, boolean inherits) implements Bus {

  private @Nullable Scope parent() {
    Scope running = inherits ? engine.currentCall() : null;
    return running != null ? running : scope;
  }

  @Override
  public <Q, R> Future<R> request(Request<Q, R> contract, Q message, CallOptions options) {
    return engine.request(parent(), contract, message, options);
  }

  @Override
  public <Q, R> MessageWriter<Q, R> writer(Request<Q, R> contract, CallOptions options) {
    return new RequestWriter<>(engine, parent(), contract, options);
  }

  @Override
  public <T> Future<Void> publish(Topic<T> topic, T message) {
    return engine.publish(parent(), topic, message);
  }

  @Override
  public <T> Future<Publication> publishAcknowledged(
      Topic<T> topic, T message, CallOptions options) {
    return engine.publishAcknowledged(parent(), topic, message, options);
  }

  @Override
  public <Q, R> Gather<R> gather(Request<Q, R> contract, Q message) {
    return engine.gather(parent(), contract, message);
  }

  @Override
  public Bus detached() {
    return engine.detachedBus();
  }
}
