package io.vertebra.dispatch;

import io.vertx.core.internal.logging.Logger;
import io.vertx.core.internal.logging.LoggerFactory;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What the engine warns of for each contract. The first warning of a kind is logged at once, later
 * ones at most every 10 s, with the number of those in between, which are logged as DEBUG. Any thread.
 */
final class Warnings {
  private static final Logger LOG = LoggerFactory.getLogger(Warnings.class);
  private static final long QUIET_NANOS = 10_000_000_000L;

  private final LongSupplier clock;
  private final Map<String, Kind> failed = new ConcurrentHashMap<>();
  private final Map<String, Kind> lost = new ConcurrentHashMap<>();

  /** Warnings by a clock as {@link System#nanoTime()}. */
  Warnings(LongSupplier clock) {
    this.clock = clock;
  }

  /** Warnings of one kind about one contract. */
  private static final class Kind {
    final AtomicLong nextAt;
    final AtomicInteger suppressed = new AtomicInteger();

    Kind(long now) {
      this.nextAt = new AtomicLong(now);
    }

    boolean isDue(long now) {
      long next = nextAt.get();
      return now - next >= 0 && nextAt.compareAndSet(next, now + QUIET_NANOS);
    }
  }

  /** A handler, or a subscriber, has failed in a way that its contract does not declare. */
  void handlerFailed(String contract, Throwable cause) {
    warn(failed, contract, "The handler of '" + contract + "' failed", cause);
  }

  /** A call runs on long after its caller gave up. */
  void callLost(String contract, String details) {
    warn(lost, contract, "A call to '" + contract + "' still runs " + details, null);
  }

  private void warn(
      Map<String, Kind> kinds, String contract, String text, @Nullable Throwable cause) {
    long now = clock.getAsLong();
    Kind kind = kinds.computeIfAbsent(contract, fresh -> new Kind(now));
    if (!kind.isDue(now)) {
      kind.suppressed.incrementAndGet();
      LOG.debug(text, cause);
      return;
    }
    int suppressed = kind.suppressed.getAndSet(0);
    LOG.warn(
        suppressed == 0
            ? text
            : text + "; " + suppressed + " warnings like this one were left out before it",
        cause);
  }
}
