package io.vertebra.dispatch;

import io.vertebra.contract.Request;
import io.vertebra.contract.Topic;
import io.vertebra.error.ContractException;
import io.vertebra.error.NodeException;
import io.vertebra.error.OverloadedException;
import io.vertebra.error.VertebraException;
import io.vertebra.messaging.CallOptions;
import io.vertebra.messaging.Publication;
import io.vertebra.messaging.Subscription;
import io.vertebra.messaging.SubscriptionOptions;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.ContextInternal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Publishing and subscribing. Safe for use by any thread. */
public final class Topics {
  private final Engine engine;
  private final Map<String, TopicRoute<?>> routes = new ConcurrentHashMap<>();
  private final Map<String, Topic<?>> subscribed = new ConcurrentHashMap<>();

  Topics(Engine engine) {
    this.engine = engine;
  }

  /** Lets {@code handler} have each message of the topic, one at a time, on {@code context}. */
  public <T> Subscription subscribe(
      Topic<T> topic,
      Function<? super T, ? extends Future<?>> handler,
      SubscriptionOptions options,
      ContextInternal context) {
    if (engine.isClosed()) {
      throw NodeException.closed(engine.nodeId());
    }
    Topic<?> other = subscribed.putIfAbsent(topic.id(), topic);
    if (other != null && !isSame(other, topic)) {
      throw ContractException.invalid(
          topic.name(),
          "this node already subscribes to another form of it; give one of them another name or version");
    }
    TopicRoute<T> route = route(topic);
    TopicSubscription<T> subscription =
        new TopicSubscription<>(engine, route, handler, options, context);
    route.add(subscription);
    return subscription;
  }

  <T> Future<Void> publish(@Nullable Scope parent, Topic<T> topic, T message) {
    if (engine.isClosed()) {
      return engine.closedFailure();
    }
    TopicRoute<T> route = route(topic);
    try {
      Envelope envelope = seal(parent, topic, message);
      TopicTarget full = null;
      for (TopicTarget target : route.targets()) {
        full = target.publish(topic, message, envelope) ? full : target;
      }
      route.fanOut(bodyOf(topic, message), envelope);
      return full == null
          ? Future.succeededFuture()
          : Future.failedFuture(OverloadedException.linkFull(topic.id(), full.node()));
    } catch (VertebraException unfit) {
      return Future.failedFuture(unfit);
    }
  }

  <T> Future<Publication> publishAcknowledged(
      @Nullable Scope parent, Topic<T> topic, T message, CallOptions options) {
    if (engine.isClosed()) {
      return engine.closedFailure();
    }
    TopicRoute<T> route = route(topic);
    Reached here;
    try {
      here = route.fanOut(bodyOf(topic, message), seal(parent, topic, message));
    } catch (VertebraException unfit) {
      return Future.failedFuture(unfit);
    }
    List<TopicTarget> targets = route.targets();
    if (targets.isEmpty()) {
      return Future.succeededFuture(publication(here, List.of()));
    }
    List<Future<Reached>> answers = new ArrayList<>(targets.size());
    Request<T, Reached> asRequest =
        Request.of(topic.name(), topic.messageType(), Reached.class).withVersion(topic.version());
    for (TopicTarget target : targets) {
      Exchange<T, Reached> exchange = engine.exchange(parent, asRequest, message, options);
      exchange.pinTo(target, -1);
      answers.add(exchange.begin());
    }
    return Future.join(answers).transform(joined -> outcome(here, answers));
  }

  /** A message that no node can take is the publisher's fault; everything else is a matter of reach. */
  private static Future<Publication> outcome(Reached here, List<Future<Reached>> answers) {
    for (Future<Reached> answer : answers) {
      if (answer.cause() instanceof ContractException unfit) {
        return Future.failedFuture(unfit);
      }
    }
    return Future.succeededFuture(publication(here, answers));
  }

  private static Publication publication(Reached here, List<Future<Reached>> answers) {
    int nodes = answers.size() + (here.subscribers() > 0 ? 1 : 0);
    int acknowledged = here.subscribers() > 0 ? 1 : 0;
    int subscribers = here.subscribers();
    int discarded = here.discarded();
    for (Future<Reached> answer : answers) {
      if (answer.succeeded()) {
        Reached there = answer.result();
        acknowledged++;
        subscribers += there.subscribers();
        discarded += there.discarded();
      }
    }
    return new Publication(nodes, acknowledged, subscribers, discarded);
  }

  private <T> ServedCall.Body<T> bodyOf(Topic<T> topic, T message) {
    Topic<?> here = subscribed.get(topic.id());
    if (here != null && here.messageType() != topic.messageType()) {
      throw ContractException.mismatch(
          topic.name(), "it is subscribed to in this process with other Java types");
    }
    if (!engine.settings().localCheck()) {
      return () -> message;
    }
    Buffer bytes = Buffer.buffer(128);
    int length =
        engine.settings().format().encodeInto(bytes, topic.messageType(), message, topic.name());
    if (length > engine.settings().maxBody()) {
      throw ContractException.tooLarge(topic.name(), length, engine.settings().maxBody());
    }
    return () -> engine.settings().format().decode(topic.messageType(), bytes, topic.name());
  }

  private static boolean isSame(Topic<?> one, Topic<?> other) {
    return one == other
        || (one.messageType() == other.messageType()
            && one.fingerprint().equals(other.fingerprint()));
  }

  private <T> Envelope seal(@Nullable Scope parent, Topic<T> topic, T message) {
    Objects.requireNonNull(message, "message");
    Envelope cause = parent == null ? null : parent.envelope();
    MessageId id = engine.nextMessageId();
    return new Envelope(
        id,
        cause == null ? id : cause.correlation(),
        cause == null ? null : cause.id(),
        topic.keyOf(message),
        null,
        1,
        engine.nodeId(),
        cause == null ? Priority.of(null, id) : cause.priority(),
        // Who publishes waits for no subscriber, so what those do multiplies nobody's attempts.
        false);
  }

  /** The route of a topic; made when first asked for. */
  @SuppressWarnings("unchecked")
  public <T> TopicRoute<T> route(Topic<T> topic) {
    return (TopicRoute<T>) route(topic.id());
  }

  /** The route of a topic's name; made when first asked for. */
  public TopicRoute<?> route(String topic) {
    TopicRoute<?> known = routes.get(topic);
    return known != null
        ? known
        : routes.computeIfAbsent(topic, name -> new TopicRoute<>(name, engine));
  }

  /** Every route that was ever asked for. */
  public Collection<TopicRoute<?>> routes() {
    return routes.values();
  }

  /** The topic of this id to which something here has subscribed, or null. */
  public @Nullable Topic<?> subscribedTopic(String id) {
    return subscribed.get(id);
  }
}
