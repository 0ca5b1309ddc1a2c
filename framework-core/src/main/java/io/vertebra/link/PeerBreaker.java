package io.vertebra.link;

import io.vertebra.dispatch.GuardLog;
import io.vertebra.error.ErrorCode;
import io.vertebra.messaging.GuardEvent;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * The breaker of one contract on one other node. Confined to the link lane but for {@link #remaining},
 * by which callers choose another node.
 */
final class PeerBreaker {
  private final Breaker breaker = new Breaker();
  private final GuardLog guard;
  private final String contract;
  private final String node;
  private final SplittableRandom random;
  private volatile boolean blocking;
  private volatile long until;

  PeerBreaker(GuardLog guard, String contract, String node) {
    this.guard = guard;
    this.contract = contract;
    this.node = node;
    this.random = new SplittableRandom(31L * node.hashCode() + contract.hashCode());
  }

  /** For how many nanoseconds nothing is to be sent; 0 if something may be. Any thread. */
  long remaining(long now) {
    return blocking ? Math.max(0, until - now) : 0;
  }

  /** Lets a call through, answering the term to end it with; negative if not. */
  int tryPass(long now) {
    Breaker.State before = breaker.state();
    int term = breaker.tryPass(now);
    show(before, now);
    return term;
  }

  /** A call has come back, with this failure or none. */
  void answered(int term, @Nullable ErrorCode failure, long now) {
    ended(term, failed(failure), now);
  }

  /** A call has ended without an answer, because its time was over or its node is gone, or for other reasons. */
  void unanswered(int term, boolean isFault, long now) {
    ended(term, isFault ? Boolean.TRUE : null, now);
  }

  private void ended(int term, @Nullable Boolean failed, long now) {
    Breaker.State before = breaker.state();
    breaker.ended(term, failed, now, random.nextDouble());
    show(before, now);
  }

  private static @Nullable Boolean failed(@Nullable ErrorCode failure) {
    return failure == null
        ? Boolean.FALSE
        : switch (failure) {
          case DEADLINE_EXCEEDED, PEER_GONE, HANDLER_FAILED, REPLY_INVALID -> Boolean.TRUE;
          case OVERLOADED, DRAINING, CANCELLED, NOT_SERVED -> null;
          default -> Boolean.FALSE;
        };
  }

  private void show(Breaker.State before, long now) {
    boolean blocks = breaker.blocks(now);
    if (blocks) {
      until = breaker.until();
    }
    blocking = blocks;
    if (breaker.state() != before) {
      guard.count(GuardEvent.Kind.BREAKER, contract, breaker.state().reason(), () -> node);
    }
  }
}
