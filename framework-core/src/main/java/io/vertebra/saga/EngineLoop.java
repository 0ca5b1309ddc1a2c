package io.vertebra.saga;

import io.vertebra.contract.Request;
import io.vertebra.error.DeclaredFailure;
import io.vertebra.error.SagaException;
import io.vertebra.error.VertebraException;
import io.vertebra.messaging.Bus;
import io.vertebra.messaging.CallOptions;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.logging.Logger;
import io.vertx.core.internal.logging.LoggerFactory;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs an owner on one context. What happens is queued; what is in the queue is handled at one time,
 * then what changed is written together.
 */
final class EngineLoop implements SagaHost {
  private static final Logger LOG = LoggerFactory.getLogger(EngineLoop.class);
  private static final int MAX_TURN = 1_024;
  private static final int PURGE_BATCH = 1_000;
  private static final long FIRST_WATCH_MILLIS = 5;

  private final Vertx vertx;
  private final Context context;
  private final Bus bus;
  private final SagaLog log;
  private final SagaOptions options;
  private final OwnerSettings settings;
  private final SagaOwner owner;
  private final ConcurrentLinkedQueue<LongConsumer> queue = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean scheduled = new AtomicBoolean();
  private final CopyOnWriteArrayList<Consumer<SagaEvent>> listeners = new CopyOnWriteArrayList<>();
  private @Nullable Promise<Void> closing;
  private Runnable unlisten = () -> {};
  private boolean started;
  private boolean left;
  private long timer = -1;
  private long timerAt = Long.MAX_VALUE;

  EngineLoop(Vertx vertx, Bus bus, SagaLog log, SagaOptions options, Supplier<String> ids) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.bus = bus.detached();
    this.log = log;
    this.options = options;
    this.settings = new OwnerSettings(
        options.node() + "/" + ids.get(),
        SagaLog.PARTITIONS,
        options.lease().toMillis(),
        options.pollInterval().toMillis(),
        Math.max(1_000, Math.min(10_000, options.keyRetention().toMillis())),
        options.maxBatch(),
        options.maxActive(),
        InstantSource.system());
    this.owner = new SagaOwner(this, settings, ids);
  }

  /** For adding definitions before the start, and for looking them up. */
  SagaOwner owner() {
    return owner;
  }

  /** Has {@code work} done on the context, with the time. May be called from any thread. */
  void submit(LongConsumer work) {
    queue.add(work);
    schedule();
  }

  Future<Void> start() {
    Promise<Void> promise = Promise.promise();
    submit(now -> {
      started = true;
      unlisten = log.onUnowned(partition -> submit(later -> owner.unowned(partition, later)));
      promise.complete();
    });
    return promise.future();
  }

  Future<Void> close() {
    Promise<Void> promise = Promise.promise();
    submit(now -> {
      started = false;
      unlisten.run();
      vertx.cancelTimer(timer);
      closing = promise;
      owner.close();
      closeIfDone();
    });
    return promise.future();
  }

  Runnable onEvent(Consumer<SagaEvent> listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  /** Watches an instance that another engine runs, until it needs no engine any more. */
  void watch(String saga, String key, Waiter waiter) {
    watch(saga, key, waiter, FIRST_WATCH_MILLIS);
  }

  private void watch(String saga, String key, Waiter waiter, long wait) {
    log.find(saga, key)
        .onComplete(result -> submit(now -> {
          SagaLog.Row row = result.succeeded() ? result.result().orElse(null) : null;
          SagaMachine<?> machine = row == null ? null : owner.machine(row.definition());
          String unreadable = row == null || machine == null ? null : machine.whyUnreadable(row);
          if (result.succeeded() && row == null) {
            waiter.failed(SagaException.logUnavailable(saga, key));
          } else if (row != null && machine == null) {
            waiter.failed(SagaException.stalled(saga, key, "its definition is not here"));
          } else if (unreadable != null) {
            waiter.failed(SagaException.stalled(saga, key, unreadable));
          } else if (row != null && machine != null && !row.status().isActive()) {
            end(machine, row, waiter, now);
          } else if (closing == null) {
            vertx.setTimer(
                wait, id -> watch(saga, key, waiter, Math.min(2 * wait, settings.pollMillis())));
          } else {
            waiter.failed(SagaException.fenced(saga, key));
          }
        }));
  }

  private static <S> void end(SagaMachine<S> machine, SagaLog.Row row, Waiter waiter, long now) {
    waiter.ended(machine, machine.read(row, now));
  }

  private void schedule() {
    if (scheduled.compareAndSet(false, true)) {
      context.runOnContext(ignored -> turn());
    }
  }

  private void turn() {
    long now = now();
    int done = 0;
    for (LongConsumer work = queue.poll(); work != null; work = queue.poll()) {
      run(work, now);
      if (queue.isEmpty()) {
        run(owner::flush, now);
      }
      if (++done == MAX_TURN) {
        break;
      }
    }
    if (started) {
      run(owner::tick, now);
      run(owner::flush, now);
      arm(now);
    }
    closeIfDone();
    scheduled.set(false);
    if (!queue.isEmpty()) {
      schedule();
    }
  }

  /** Whatever goes wrong with one thing must not stop the others. */
  private static void run(LongConsumer work, long now) {
    try {
      work.accept(now);
    } catch (RuntimeException e) {
      LOG.error("The saga engine met a failure that it does not expect.", e);
    }
  }

  private void arm(long now) {
    long next = owner.nextTick();
    if (next < timerAt) {
      vertx.cancelTimer(timer);
      timerAt = next;
      timer = vertx.setTimer(Math.max(1, next - now), id -> {
        timerAt = Long.MAX_VALUE;
        schedule();
      });
    }
  }

  private void closeIfDone() {
    if (closing != null && !owner.isWriting() && left) {
      closing.tryComplete();
    }
  }

  private static long now() {
    return System.nanoTime() / 1_000_000;
  }

  @Override
  public void acquire(int wanted) {
    long sentAt = now();
    log.acquire(settings.owner(), wanted, options.lease())
        .onComplete(result -> submit(now -> {
          if (result.succeeded()) {
            owner.granted(result.result(), sentAt, now);
          } else {
            LOG.warn("Cannot lease saga partitions; will try again.", result.cause());
          }
        }));
  }

  @Override
  public void renew(List<SagaLog.Lease> leases) {
    long sentAt = now();
    log.renew(settings.owner(), leases, options.lease())
        .onComplete(result -> submit(now -> {
          if (result.succeeded()) {
            owner.renewed(leases, result.result(), sentAt);
          } else {
            LOG.warn("Cannot renew saga leases; will try again.", result.cause());
          }
        }));
  }

  @Override
  public void release(List<SagaLog.Lease> leases) {
    log.release(settings.owner(), leases);
  }

  @Override
  public void leave() {
    log.leave(settings.owner())
        .onComplete(result -> submit(now -> {
          left = true;
          closeIfDone();
        }));
  }

  @Override
  public void write(List<SagaLog.Transition> batch) {
    log.write(batch)
        .onComplete(result -> submit(now -> {
          if (result.succeeded()) {
            owner.written(result.result(), now);
          } else {
            LOG.warn(
                "A write to the saga log has an unknown outcome; reading again.", result.cause());
            owner.writeFailed(now);
          }
        }));
  }

  @Override
  public void load(List<SagaLog.Lease> leases, @Nullable String after, int limit) {
    log.load(leases, after, limit)
        .timeout(options.lease().toMillis(), TimeUnit.MILLISECONDS)
        .onComplete(result -> submit(now -> {
          if (result.succeeded()) {
            owner.loaded(result.result(), limit, now);
          } else {
            LOG.warn("Cannot read sagas of new partitions; will try again.", result.cause());
            owner.loadFailed();
          }
        }));
  }

  @Override
  public void due(List<SagaLog.Lease> leases, int limit) {
    log.due(leases, limit)
        .timeout(options.lease().toMillis(), TimeUnit.MILLISECONDS)
        .onComplete(result -> submit(now -> {
          if (result.succeeded()) {
            owner.dueFound(result.result(), now);
          } else {
            LOG.warn("Cannot ask which sagas are due; will try again.", result.cause());
            owner.dueFailed();
          }
        }));
  }

  @Override
  public void find(Entry.Key key) {
    log.find(key.saga(), key.key())
        .onComplete(result -> submit(now -> {
          if (result.succeeded()) {
            owner.found(key, result.result().orElse(null), now);
          } else {
            owner.findFailed(key, now);
          }
        }));
  }

  @Override
  public void purge() {
    log.purge(options.keyRetention(), PURGE_BATCH).onSuccess(purged -> {
      if (purged == PURGE_BATCH) {
        submit(now -> purge());
      }
    });
  }

  @Override
  @SuppressWarnings("unchecked") // contract and body were written together
  public void send(Order order) {
    Request<Object, Object> contract = (Request<Object, Object>) order.contract();
    Future<Object> reply;
    try {
      Object message =
          MessageCodec.JSON.decode(contract.requestType(), order.body(), contract.name());
      reply = bus.request(contract, message, options(order));
    } catch (RuntimeException e) {
      reply = Future.failedFuture(e);
    }
    reply.onComplete(result -> submit(now -> owner.happened(
        order.key(), order.instance(), input(order.messageId(), order.attempt(), result), now)));
  }

  private static CallOptions options(Order order) {
    Duration timeout = order.timeout();
    return CallOptions.defaults()
        .withTimeout(timeout)
        .withMessageId(order.messageId())
        .withAttempt(order.attempt());
  }

  /** What the end of an attempt tells the machine. */
  static Input input(String messageId, int attempt, AsyncResult<?> result) {
    Throwable failure = result.cause();
    if (failure == null) {
      return new Input.Replied(messageId, result.result());
    } else if (failure instanceof DeclaredFailure declared) {
      return new Input.Refused(messageId, declared.failure());
    } else if (failure instanceof VertebraException known) {
      boolean again = known.isRetryable() || known.mayHaveRun();
      String code = known.code().name();
      return new Input.Failed(messageId, attempt, code, again, known.mayHaveRun());
    }
    return new Input.Failed(messageId, attempt, failure.getClass().getName(), true, true);
  }

  @Override
  public void tell(SagaEvent event) {
    for (Consumer<SagaEvent> listener : listeners) {
      try {
        listener.accept(event);
      } catch (RuntimeException e) {
        LOG.error("A listener of saga events failed.", e);
      }
    }
  }

  @Override
  public void stalled(SagaLog.Row row, String reason) {
    LOG.warn(SagaException.stalled(row.saga(), row.key(), reason).getMessage());
  }
}
