package io.vertebra.examples.orders;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Ends processes of the shop on the way, with nothing they could do about it. */
final class Killing implements AutoCloseable {
  private static final int KILL_ONE = 3;
  private static final int KILL_ONE_AFTER = 100;

  private final Options.Nodes nodes;
  private final ShopCluster cluster;
  private final Progress progress;
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final AtomicInteger kills = new AtomicInteger();
  private final @Nullable ScheduledFuture<?> repeated;
  private int last;

  /** Begins, if the options say so. */
  Killing(Options.Nodes nodes, ShopCluster cluster, Progress progress) {
    this.nodes = nodes;
    this.cluster = cluster;
    this.progress = progress;
    Duration every = nodes.killEvery();
    this.repeated = every == null
        ? null
        : timer.scheduleAtFixedRate(
            this::killNext, every.toMillis(), every.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** So many orders are final. */
  void onFinal(int done) {
    if (nodes.isKillOne() && done >= KILL_ONE_AFTER && kills.compareAndSet(0, 1)) {
      cluster.kill(KILL_ONE);
      progress.note("killed node " + KILL_ONE + " after " + done + " orders were final");
    }
  }

  /** In turn, those that are up; one of them stays, so that a slow machine gets on as well. */
  private void killNext() {
    for (int step = 1; step <= nodes.count() && cluster.ready() > 1; step++) {
      int node = (last + step - 1) % nodes.count() + 1;
      if (cluster.isReady(node)) {
        last = node;
        kills.incrementAndGet();
        cluster.restart(node);
        progress.note("killed node " + node + " and started it again");
        return;
      }
    }
  }

  int kills() {
    return kills.get();
  }

  /** Kills no more; what was begun is done. */
  @Override
  public void close() {
    boolean isBroken = repeated != null && !repeated.cancel(false);
    timer.shutdown();
    try {
      if (isBroken || !timer.awaitTermination(60, TimeUnit.SECONDS)) {
        throw new IllegalStateException("a process could not be killed or started again");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
