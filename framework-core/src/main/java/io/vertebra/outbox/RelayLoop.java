package io.vertebra.outbox;

import io.vertebra.error.ErrorCode;
import io.vertebra.error.VertebraException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.logging.Logger;
import io.vertx.core.internal.logging.LoggerFactory;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.DoubleSupplier;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Runs a relay on one context. What happens is queued; what is in the queue is handled at one time. */
final class RelayLoop implements RelayHost {
  private static final Logger LOG = LoggerFactory.getLogger(RelayLoop.class);
  private static final int MAX_TURN = 1_024;

  /** No attempt will change these: the message is none, or was refused for good. */
  private static final Set<ErrorCode> HOPELESS = EnumSet.of(
      ErrorCode.MESSAGE_INVALID,
      ErrorCode.MESSAGE_TOO_LARGE,
      ErrorCode.CONFLICT,
      ErrorCode.STEP_COMPENSATED);

  private final Vertx vertx;
  private final Context context;
  private final Outbox outbox;
  private final OutboxTarget target;
  private final RelayOptions options;
  private final String owner;
  private final RelayCore core;
  private final ConcurrentLinkedQueue<LongConsumer> queue = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean scheduled = new AtomicBoolean();
  private final Promise<Void> closed = Promise.promise();
  private Runnable unlisten = () -> {};
  private boolean over;
  private long timer = -1;
  private long timerAt = Long.MAX_VALUE;
  private volatile RelayCounts counts = new RelayCounts(0, 0, 0, 0, 0);
  private long sent;
  private long refused;
  private long unreachable;
  private long givenUp;

  RelayLoop(
      Context context, Outbox outbox, OutboxTarget target, RelayOptions options, Seams seams) {
    this.vertx = context.owner();
    this.context = context;
    this.outbox = outbox;
    this.target = target;
    this.options = options;
    this.owner = options.name() + "/" + seams.ownerId();
    Backoff backoff =
        new Backoff(options.firstBackoff().toMillis(), options.mostBackoff().toMillis());
    this.core = new RelayCore(
        this,
        new RelaySettings(
            List.copyOf(target.contracts()),
            OutboxMessage.PARTITIONS,
            options.lease().toMillis(),
            options.pollInterval().toMillis(),
            options.maxBatch(),
            options.maxInFlight(),
            options.maxAttempts(),
            options.maxStopped(),
            backoff,
            backoff,
            seams.random()));
  }

  /**
   * What comes from outside.
   *
   * @param ownerId makes the owner of leases unique
   * @param random numbers in [0, 1) for backoff
   */
  record Seams(String ownerId, DoubleSupplier random) {}

  void start() {
    unlisten = outbox.onAppended(partitions -> submit(now -> core.appended(partitions)));
    schedule();
  }

  Future<Void> close() {
    submit(now -> {
      unlisten.run();
      core.close(now + options.timeout().toMillis());
    });
    return closed.future();
  }

  RelayCounts counts() {
    return counts;
  }

  /** Has {@code work} done on the context, with the time. May be called from any thread. */
  private void submit(LongConsumer work) {
    queue.add(work);
    schedule();
  }

  private void schedule() {
    if (scheduled.compareAndSet(false, true)) {
      context.runOnContext(ignored -> turn());
    }
  }

  private void turn() {
    scheduled.set(false);
    long now = now();
    int done = 0;
    for (LongConsumer work = queue.poll(); work != null; work = queue.poll()) {
      run(work, now);
      if (++done == MAX_TURN) {
        break;
      }
    }
    if (!over) {
      if (core.nextTick() <= now) {
        run(core::tick, now);
      }
      run(core::flush, now);
      counts = new RelayCounts(sent, refused, unreachable, givenUp, core.size());
      arm(now);
    }
    if (!queue.isEmpty()) {
      schedule();
    }
  }

  /** Whatever goes wrong with one thing must not stop the others. */
  private static void run(LongConsumer work, long now) {
    try {
      work.accept(now);
    } catch (RuntimeException e) {
      LOG.error("The relay met a failure that it does not expect.", e);
    }
  }

  private void arm(long now) {
    long next = core.nextTick();
    if (next < timerAt) {
      vertx.cancelTimer(timer);
      timerAt = next;
      timer = vertx.setTimer(Math.max(1, next - now), id -> {
        timerAt = Long.MAX_VALUE;
        schedule();
      });
    }
  }

  private static long now() {
    return System.nanoTime() / 1_000_000;
  }

  /** What to do with an answer, at a time. */
  private interface Next<T> {
    void accept(T answer, long now);
  }

  private <T> void answer(Future<T> question, String what, Next<T> next, LongConsumer failed) {
    question.onComplete(result -> submit(now -> {
      if (result.succeeded()) {
        next.accept(result.result(), now);
      } else {
        LOG.warn("Cannot " + what + " the outbox; will try again.", result.cause());
        failed.accept(now);
      }
    }));
  }

  @Override
  public void acquire(int wanted) {
    long sentAt = now();
    answer(
        outbox.acquire(owner, wanted, options.lease()),
        "lease partitions of",
        (grant, now) -> core.granted(grant, sentAt),
        now -> {});
  }

  @Override
  public void renew(List<Outbox.Lease> leases) {
    long sentAt = now();
    answer(
        outbox.renew(owner, leases, options.lease()),
        "renew leases of",
        (kept, now) -> core.renewed(leases, kept, sentAt),
        now -> {});
  }

  @Override
  public void release(List<Outbox.Lease> leases) {
    outbox.release(owner, leases);
  }

  @Override
  public void leave() {
    outbox
        .leave(owner)
        .onComplete(left -> submit(now -> {
          over = true;
          vertx.cancelTimer(timer);
          closed.tryComplete();
        }));
  }

  @Override
  public void findStops(List<Outbox.Lease> leases) {
    answer(
        outbox.stopped(leases),
        "read the stopped keys of",
        (stops, now) -> core.stopsFound(leases, stops, now),
        now -> core.stopsNotFound(leases));
  }

  @Override
  public void fetch(List<Outbox.Lane> lanes, List<Integer> most) {
    answer(outbox.ready(lanes, most), "read", core::fetched, core::notFetched);
  }

  @Override
  public void fetchAside(Outbox.Lane lane, String key, int limit) {
    answer(
        outbox.aside(lane, key, limit),
        "read a stopped key of",
        (rows, now) -> core.asideFetched(lane, key, rows, limit, now),
        now -> core.asideNotFetched(lane, key, now));
  }

  @Override
  public void settle(List<Outbox.Lease> leases, List<Outbox.Change> changes) {
    answer(
        outbox.settle(leases, changes), "tell what was sent to", core::settled, core::notSettled);
  }

  @Override
  public void send(Outbox.Row row, int attempt, long until) {
    Future<Void> arrived;
    if (now() >= until) {
      submit(now -> core.sent(row, SendResult.NOT_SENT, now));
      return;
    }
    try {
      arrived = target.send(row.message(), attempt, options.timeout());
    } catch (RuntimeException e) {
      arrived = Future.failedFuture(e);
    }
    arrived.onComplete(result -> submit(now -> {
      SendResult outcome = outcome(result.cause());
      count(outcome.kind());
      core.sent(row, outcome, now);
    }));
  }

  private void count(SendResult.Kind kind) {
    switch (kind) {
      case SENT -> sent++;
      case UNREACHABLE -> unreachable++;
      default -> refused++;
    }
  }

  private static SendResult outcome(@Nullable Throwable failure) {
    if (failure == null) {
      return SendResult.SENT;
    }
    String cause = String.valueOf(failure.getMessage());
    if (!(failure instanceof VertebraException known)) {
      return new SendResult(SendResult.Kind.REFUSED, failure.getClass().getName() + ": " + cause);
    }
    if (HOPELESS.contains(known.code())) {
      return new SendResult(SendResult.Kind.HOPELESS, cause);
    }
    boolean wayIsClosed = known.isRetryable() && known.code() != ErrorCode.STILL_RUNNING;
    return new SendResult(
        wayIsClosed ? SendResult.Kind.UNREACHABLE : SendResult.Kind.REFUSED, cause);
  }

  @Override
  public void givenUp(Outbox.Row row, int attempts, String cause) {
    givenUp++;
    LOG.error(
        "Gave up message " + row.message().messageId() + " of '" + row.message().contract()
            + "' after " + attempts + " attempts; it is a dead letter now (" + row.id() + "): "
            + cause);
  }
}
