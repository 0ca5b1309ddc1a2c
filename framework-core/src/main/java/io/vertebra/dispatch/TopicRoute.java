package io.vertebra.dispatch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Where the messages of one topic go: the subscribers in this process and the nodes with others.
 *
 * @param <T> the message
 */
public final class TopicRoute<T> {
  private final String topic;
  private final Engine engine;
  private final Shared<List<TopicSubscription<T>>> subscriptions = new Shared<>(List.of());
  private volatile TopicTarget[] targets = {};

  TopicRoute(String topic, Engine engine) {
    this.topic = topic;
    this.engine = engine;
  }

  void add(TopicSubscription<T> subscription) {
    subscriptions.replace(before -> {
      List<TopicSubscription<T>> after = new ArrayList<>(before);
      after.add(subscription);
      return List.copyOf(after);
    });
    engine.serviceChanged();
  }

  void remove(TopicSubscription<T> subscription) {
    subscriptions.replace(before -> {
      List<TopicSubscription<T>> after = new ArrayList<>(before);
      after.remove(subscription);
      return List.copyOf(after);
    });
    engine.serviceChanged();
  }

  /** Offers a message to every subscriber of this process. Any thread. */
  public Reached fanOut(ServedCall.Body<T> body, Envelope envelope) {
    List<TopicSubscription<T>> here = subscriptions.get();
    int discarded = 0;
    for (TopicSubscription<T> subscription : here) {
      if (!subscription.offer(body, envelope)) {
        discarded++;
      }
    }
    return new Reached(here.size(), discarded);
  }

  /** Replaces the other nodes that have subscribers. */
  public void setTargets(List<? extends TopicTarget> nodes) {
    targets = nodes.toArray(TopicTarget[]::new);
  }

  List<TopicTarget> targets() {
    return Arrays.asList(targets);
  }

  /** Subscribers in this process. */
  public int subscribers() {
    return subscriptions.get().size();
  }

  /** Id of the topic. */
  public String topic() {
    return topic;
  }
}
