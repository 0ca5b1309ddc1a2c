package io.vertebra.dispatch;

import io.vertebra.error.OverloadedException;
import io.vertebra.messaging.GuardEvent;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Keeps calls from nodes that would refuse them, or on which they fail. */
final class Caution {
  private static final Duration REMEMBERED_REFUSAL = Duration.ofSeconds(1);

  private Caution() {}

  /** The node to send to: the one that was picked, or another if nothing is to be sent there; null if the call has ended. */
  static @Nullable Target choose(Engine engine, Exchange<?, ?> exchange, Target picked) {
    int priority = exchange.envelope().priority();
    long now = exchange.lane().nanoTime();
    if (!holdsBack(picked, priority, now)) {
      return picked;
    }
    Target other = exchange.envelope().key() == null ? exchange.route().pickTarget(picked) : null;
    if (other != null && !holdsBack(other, priority, now)) {
      return other;
    }
    String contract = exchange.contract().id();
    long broken = picked.brokenFor(now);
    engine
        .guard()
        .count(GuardEvent.Kind.THROTTLED, contract, broken > 0 ? "breaker-open" : "unimportant");
    exchange.rejected(
        broken > 0
            ? OverloadedException.broken(contract, picked.node(), Duration.ofNanos(broken))
            : OverloadedException.unimportant(
                exchange.contract().name(), REMEMBERED_REFUSAL, priority));
    return null;
  }

  private static boolean holdsBack(Target target, int priority, long now) {
    return target.isRefusing(priority, now) || target.brokenFor(now) > 0;
  }
}
