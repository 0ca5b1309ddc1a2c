package io.vertebra.link;

import io.vertebra.contract.Topic;
import io.vertebra.directory.NodeRoute;
import io.vertebra.dispatch.Envelope;
import io.vertebra.dispatch.Exchange;
import io.vertebra.dispatch.TopicTarget;
import io.vertebra.error.VertebraException;
import io.vertx.core.buffer.Buffer;

/** One contract on one other node; encodes on the caller's thread, before the link is touched. */
final class RemoteTarget implements TopicTarget {
  private final Links links;
  private final NodeRoute route;

  RemoteTarget(Links links, NodeRoute route) {
    this.links = links;
    this.route = route;
  }

  @Override
  public String node() {
    return route.node();
  }

  @Override
  public int load() {
    return route.load().current();
  }

  @Override
  public int instances() {
    return route.served().instances();
  }

  @Override
  public void send(Exchange<?, ?> exchange) {
    sendTyped(exchange);
  }

  private <Q, R> void sendTyped(Exchange<Q, R> exchange) {
    long id = exchange.lane().nextSequence();
    long now = System.nanoTime();
    byte kind = route.served().isTopic() ? FrameKind.PUBLISH_ACKNOWLEDGED : FrameKind.REQUEST;
    FrameWriter.Head head = new FrameWriter.Head(
        kind, id, exchange.deadlineNanos() - now, now, exchange.instanceIndex());
    Buffer frame;
    try {
      frame = links
          .writer()
          .request(
              head,
              exchange.contract(),
              exchange.contract().requestType(),
              exchange.message(),
              exchange.envelope());
    } catch (VertebraException unfit) {
      exchange.rejected(unfit);
      return;
    }
    RemoteCall<Q, R> call =
        new RemoteCall<>(links, exchange, route.node(), route.load(), id, frame);
    exchange.attach(call);
    links.lane().post(call);
  }

  @Override
  public void cancel(Exchange<?, ?> exchange) {
    if (exchange.attachment() instanceof RemoteCall<?, ?> call) {
      links.lane().post(() -> links.cancel(call));
    }
  }

  @Override
  public <T> void publish(Topic<T> topic, T message, Envelope envelope) {
    FrameWriter.Head head =
        new FrameWriter.Head(FrameKind.PUBLISH, 0, Long.MAX_VALUE, System.nanoTime(), -1);
    Buffer frame = links.writer().request(head, topic, topic.messageType(), message, envelope);
    links.lane().post(() -> links.sendData(route.node(), frame));
  }
}
