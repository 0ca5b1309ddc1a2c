package io.vertebra.link;

import io.vertebra.directory.NodeLoad;
import io.vertebra.directory.PendingCalls;
import io.vertebra.dispatch.Exchange;
import io.vertx.core.buffer.Buffer;

/** A request on its way to another node: an entry of the pending calls. */
final class RemoteCall<Q, R> extends PendingCalls.Entry implements Runnable {
  private final Links links;
  private final Exchange<Q, R> exchange;
  private final RemoteTarget target;
  private final long id;
  private final Buffer frame;

  RemoteCall(Links links, Exchange<Q, R> exchange, RemoteTarget target, long id, Buffer frame) {
    this.links = links;
    this.exchange = exchange;
    this.target = target;
    this.id = id;
    this.frame = frame;
  }

  /** Hands the frame to the link; on the link lane. */
  @Override
  public void run() {
    links.send(this);
  }

  Exchange<Q, R> exchange() {
    return exchange;
  }

  String node() {
    return target.node();
  }

  NodeLoad load() {
    return target.nodeLoad();
  }

  Refusals refusals() {
    return target.refusals();
  }

  long id() {
    return id;
  }

  Buffer frame() {
    return frame;
  }
}
