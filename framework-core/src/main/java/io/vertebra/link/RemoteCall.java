package io.vertebra.link;

import io.vertebra.directory.NodeLoad;
import io.vertebra.directory.PendingCalls;
import io.vertebra.dispatch.Exchange;
import io.vertebra.error.ErrorCode;
import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;

/** A request on its way to another node: an entry of the pending calls. */
final class RemoteCall<Q, R> extends PendingCalls.Entry implements Outgoing, Runnable {
  private final Links links;
  private final Exchange<Q, R> exchange;
  private final RemoteTarget target;
  private final long id;
  private final Buffer frame;
  private int term;

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

  /** What is known of refusals of calls like this. */
  Refusals.OfClass refusals() {
    return target.refusals().of(exchange.envelope().priority());
  }

  @Nullable
  PeerBreaker breaker() {
    return target.refusals().breaker();
  }

  /** A breaker let it through, in that term. */
  void passedIn(int itsTerm) {
    term = itsTerm;
  }

  /** It has come back, with this failure or none. On the link lane. */
  void answered(@Nullable ErrorCode failure, long now) {
    PeerBreaker breaker = breaker();
    if (breaker != null) {
      breaker.answered(term, failure, now);
    }
  }

  /** It has ended without an answer; a fault if its time was over or its node is gone. On the link lane. */
  void unanswered(boolean isFault, long now) {
    PeerBreaker breaker = breaker();
    if (breaker != null) {
      breaker.unanswered(term, isFault, now);
    }
  }

  long id() {
    return id;
  }

  @Override
  public Buffer frame() {
    return frame;
  }

  @Override
  public Room room() {
    return target.room();
  }

  @Override
  public void goesBy(PeerLink link) {
    link.stamp(this);
  }

  @Override
  public void dropped() {
    // It is one of the pending calls too, which tell its caller.
  }
}
