package io.vertebra.outbox;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Sends what is in an outbox: a verticle. Deploy one on each node; they share the outbox's partitions.
 *
 * <p>Each message is sent at least once, with the same message id each time. Messages of one contract
 * and key are sent one after another in the order of their rows. A message that is refused stops its
 * key, and only that, and is tried again after a growing wait; after the last attempt it becomes a dead
 * letter and its key goes on. If nobody serves its contract, all messages of the contract wait, and no
 * attempt is used up.
 *
 * <p>A relay that was paused for longer than its lease sends nothing under it any more. What another
 * relay has sent meanwhile may be sent twice; receivers are idempotent consumers.
 *
 * <p>Undeploying waits for what is on its way, at most for {@link RelayOptions#timeout()}, and gives the
 * partitions back.
 */
public final class OutboxRelay extends VerticleBase {
  private final Outbox outbox;
  private final OutboxTarget target;
  private final RelayOptions options;
  private volatile @Nullable RelayLoop loop;

  private OutboxRelay(Outbox outbox, OutboxTarget target, RelayOptions options) {
    this.outbox = Objects.requireNonNull(outbox);
    this.target = Objects.requireNonNull(target);
    this.options = Objects.requireNonNull(options);
  }

  /** A relay that sends what it finds in {@code outbox} to {@code target} once it is deployed. */
  public static OutboxRelay create(Outbox outbox, OutboxTarget target, RelayOptions options) {
    return new OutboxRelay(outbox, target, options);
  }

  @Override
  public Future<?> start() {
    UUID id = UUID.randomUUID();
    SplittableRandom random = new SplittableRandom(id.getMostSignificantBits());
    RelayLoop started = new RelayLoop(
        context, outbox, target, options, new RelayLoop.Seams(id.toString(), random::nextDouble));
    loop = started;
    started.start();
    return Future.succeededFuture();
  }

  @Override
  public Future<?> stop() {
    RelayLoop running = loop;
    return running == null ? Future.succeededFuture() : running.close();
  }

  /** What it has done so far. May be called from any thread. */
  public RelayCounts counts() {
    RelayLoop running = loop;
    return running == null ? new RelayCounts(0, 0, 0, 0, 0) : running.counts();
  }
}
