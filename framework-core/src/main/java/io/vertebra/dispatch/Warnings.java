package io.vertebra.dispatch;

import io.vertx.core.internal.logging.Logger;
import io.vertx.core.internal.logging.LoggerFactory;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the engine warns of for each contract, or each other node. The first warning of a kind is logged
 * at once, later ones about a contract at most every 10 s and about a node at most once a minute, with
 * the number of those in between, which are logged as DEBUG. Any thread.
 */
final class Warnings {
  private static final Logger LOG = LoggerFactory.getLogger(Warnings.class);
  private static final long QUIET_NANOS = 10_000_000_000L;
  private static final long QUIET_ABOUT_NODES_NANOS = 60_000_000_000L;

  private final LongSupplier clock;
  private final Map<String, Kind> failed = new ConcurrentHashMap<>();
  private final Map<String, Kind> lost = new ConcurrentHashMap<>();
  private final Map<String, Map<String, Kind>> distrusted = new ConcurrentHashMap<>();

  /** Warnings by a clock as {@link System#nanoTime()}. */
  Warnings(LongSupplier clock) {
    this.clock = clock;
  }

  /** Warnings of one kind about one contract or node. */
  private static final class Kind {
    final AtomicLong nextAt;
    final AtomicInteger suppressed = new AtomicInteger();

    final long quiet;

    Kind(long now, long quiet) {
      this.nextAt = new AtomicLong(now);
      this.quiet = quiet;
    }

    boolean isDue(long now) {
      long next = nextAt.get();
      return now - next >= 0 && nextAt.compareAndSet(next, now + quiet);
    }
  }

  /** A handler, or a subscriber, has failed in a way that its contract does not declare. */
  void handlerFailed(String contract, Throwable cause) {
    long now = clock.getAsLong();
    Kind kind = failed.computeIfAbsent(contract, fresh -> new Kind(now, QUIET_NANOS));
    warn(kind, now, () -> "The handler of '" + contract + "' failed", cause);
  }

  /** A call runs on long after its caller gave up. */
  void callLost(String contract, String details) {
    long now = clock.getAsLong();
    Kind kind = lost.computeIfAbsent(contract, fresh -> new Kind(now, QUIET_NANOS));
    warn(kind, now, () -> "A call to '" + contract + "' still runs " + details, null);
  }

  /** Another node sent what was clamped or refused; reasons are few. */
  void distrusted(String node, String reason, Supplier<String> detail) {
    long now = clock.getAsLong();
    Kind kind = distrusted
        .computeIfAbsent(reason, fresh -> new ConcurrentHashMap<>())
        .computeIfAbsent(node, fresh -> new Kind(now, QUIET_ABOUT_NODES_NANOS));
    warn(kind, now, () -> "Node " + node + " sent what is not trusted: " + detail.get(), null);
  }

  private static void warn(Kind kind, long now, Supplier<String> text, @Nullable Throwable cause) {
    if (!kind.isDue(now)) {
      kind.suppressed.incrementAndGet();
      if (LOG.isDebugEnabled()) {
        LOG.debug(text.get(), cause);
      }
      return;
    }
    int suppressed = kind.suppressed.getAndSet(0);
    LOG.warn(
        suppressed == 0
            ? text.get()
            : text.get() + "; " + suppressed + " warnings like this one were left out before it",
        cause);
  }
}
