package io.vertebra.link;

import io.vertebra.contract.Contract;
import io.vertebra.contract.Request;
import io.vertebra.contract.Topic;
import io.vertebra.directory.NodeLoad;
import io.vertebra.directory.NodeRoute;
import io.vertebra.directory.ServedContract;
import io.vertebra.dispatch.BusyKeys;
import io.vertebra.dispatch.Envelope;
import io.vertebra.dispatch.Exchange;
import io.vertebra.dispatch.TopicTarget;
import io.vertebra.error.OverloadedException;
import io.vertebra.error.VertebraException;
import io.vertebra.messaging.GuardEvent;
import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;

/** One contract on one other node; encodes on the caller's thread, before the link is touched. */
final class RemoteTarget implements TopicTarget {
  private final Links links;
  private final NodeRoute route;
  private final ServedContract served;
  private final Refusals refusals;
  private final Room room;
  /** The caller's contract that was found to fit last; a race costs another look, nothing else. */
  private @Nullable Contract fitting;

  RemoteTarget(Links links, NodeRoute route) {
    this.links = links;
    this.route = route;
    this.served = route.served();
    this.refusals = links.refusals(route.node(), served.id());
    this.room = links.room(route.node());
  }

  @Override
  public String node() {
    return route.node();
  }

  @Override
  public int load() {
    return route.load().current();
  }

  NodeLoad nodeLoad() {
    return route.load();
  }

  Refusals refusals() {
    return refusals;
  }

  Room room() {
    return room;
  }

  @Override
  public boolean isRefusing(int priority, long now) {
    return refusals.isBelowThreshold(priority, now);
  }

  @Override
  public long brokenFor(long now) {
    PeerBreaker breaker = refusals.breaker();
    return breaker == null ? 0 : breaker.remaining(now);
  }

  @Override
  public int instances() {
    return served.instances();
  }

  @Override
  public Fit fit(Request<?, ?> contract) {
    if (contract == fitting || isForNode(contract)) {
      return Fit.FITS;
    }
    Fit found = links.forms().fit(contract, served);
    if (found == Fit.FITS) {
      fitting = contract;
    }
    return found;
  }

  /** What every node answers about itself, whatever it serves. */
  private static boolean isForNode(Request<?, ?> contract) {
    return contract == ContractForms.FORM || contract == BusyKeys.ASK;
  }

  @Override
  public String obstacle(Request<?, ?> contract) {
    return links.forms().obstacle(contract, served);
  }

  @Override
  public void examine(Exchange<?, ?> exchange) {
    links.forms().examine(exchange, this, served);
  }

  @Override
  public void send(Exchange<?, ?> exchange) {
    sendTyped(exchange);
  }

  private <Q, R> void sendTyped(Exchange<Q, R> exchange) {
    Request<Q, R> contract = exchange.contract();
    long id = exchange.lane().nextSequence();
    long now = System.nanoTime();
    FrameWriter.Head head = new FrameWriter.Head(
        served.isTopic() ? FrameKind.PUBLISH_ACKNOWLEDGED : FrameKind.REQUEST,
        id,
        isForNode(contract) ? ServedContract.requestId(contract.id()) : served.id(),
        exchange.deadlineNanos() - now,
        now,
        exchange.instanceIndex());
    Buffer frame;
    try {
      frame = links
          .writer()
          .request(head, contract, contract.requestType(), exchange.message(), exchange.envelope());
    } catch (VertebraException unfit) {
      exchange.rejected(unfit);
      return;
    }
    if (!takeRoom(contract.id(), frame)) {
      exchange.rejected(OverloadedException.linkFull(contract.id(), route.node()));
      return;
    }
    RemoteCall<Q, R> call = new RemoteCall<>(links, exchange, this, id, frame);
    exchange.attach(call);
    links.lane().post(call);
  }

  @Override
  public void cancel(Exchange<?, ?> exchange) {
    if (exchange.attachment() instanceof RemoteCall<?, ?> call) {
      links.lane().post(() -> links.cancel(call));
    }
  }

  private boolean takeRoom(String contract, Buffer frame) {
    if (room.tryTake(frame.length())) {
      return true;
    }
    links.guard().count(GuardEvent.Kind.THROTTLED, contract, "link-full");
    return false;
  }

  @Override
  public <T> boolean publish(Topic<T> topic, T message, Envelope envelope) {
    FrameWriter.Head head = new FrameWriter.Head(
        FrameKind.PUBLISH, 0, served.id(), Long.MAX_VALUE, System.nanoTime(), -1);
    Buffer frame = links.writer().request(head, topic, topic.messageType(), message, envelope);
    if (!takeRoom(topic.id(), frame)) {
      return false;
    }
    links.lane().post(new OutgoingPublication(links, route.node(), topic.id(), frame, room));
    return true;
  }
}
