package io.vertebra.idempotency;

import io.vertebra.messaging.Deadline;
import io.vertx.core.internal.logging.Logger;
import io.vertx.core.internal.logging.LoggerFactory;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Extends the leases of deliveries that run, all at once every third of a lease. Those whose caller
 * gave up long ago count as lost: they are extended no more.
 */
final class RunningLeases {
  private static final Logger LOG = LoggerFactory.getLogger(RunningLeases.class);
  private static final long LOST_AFTER_NANOS = Duration.ofSeconds(30).toNanos();

  private final DedupStore store;
  private final Timers timers;
  private final Duration lease;
  private final ConcurrentHashMap<DedupStore.Token, Deadline> running = new ConcurrentHashMap<>();
  private final AtomicBoolean scheduled = new AtomicBoolean();

  RunningLeases(DedupStore store, Timers timers, Duration lease) {
    this.store = store;
    this.timers = timers;
    this.lease = lease;
  }

  Duration lease() {
    return lease;
  }

  void add(DedupStore.Token token, Deadline deadline) {
    running.put(token, deadline);
    schedule();
  }

  void remove(DedupStore.Token token) {
    running.remove(token);
  }

  private void schedule() {
    if (!running.isEmpty() && scheduled.compareAndSet(false, true)) {
      timers.after(lease.toMillis() / 3, this::extendAll);
    }
  }

  private void extendAll() {
    scheduled.set(false);
    running.forEach((token, deadline) -> {
      if (System.nanoTime() - deadline.nanoTime() > LOST_AFTER_NANOS) {
        running.remove(token);
      } else {
        store
            .extend(token, lease)
            .onComplete(result -> extended(token, result.succeeded() && !result.result()));
      }
    });
    schedule();
  }

  private void extended(DedupStore.Token token, boolean fenced) {
    if (fenced && running.remove(token) != null) {
      LOG.warn("An idempotent consumer lost the lease of a message that it still handles.");
    }
  }
}
