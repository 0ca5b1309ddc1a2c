package io.vertebra.rx;

import io.reactivex.rxjava3.core.Flowable;
import io.vertebra.Node;
import io.vertebra.contract.Topic;
import io.vertebra.error.VertebraException;
import io.vertebra.messaging.SubscriptionOptions;
import io.vertx.core.Context;
import org.reactivestreams.Subscriber;

/** A topic as a stream; each subscriber has a subscription of its own. */
final class TopicFlowable<T> extends Flowable<T> {
  private final Node node;
  private final Topic<T> topic;
  private final SubscriptionOptions options;

  TopicFlowable(Node node, Topic<T> topic, SubscriptionOptions options) {
    this.node = node;
    this.topic = topic;
    this.options = options;
  }

  @Override
  protected void subscribeActual(Subscriber<? super T> downstream) {
    Context context = node.vertx().getOrCreateContext();
    TopicFeed<T> feed = new TopicFeed<>(downstream, context);
    downstream.onSubscribe(feed);
    try {
      feed.begin(node.subscribe(topic, feed::handle, options));
    } catch (VertebraException refused) {
      feed.fail(refused);
    }
  }
}
