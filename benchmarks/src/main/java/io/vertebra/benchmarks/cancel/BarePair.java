package io.vertebra.benchmarks.cancel;

import io.vertebra.benchmarks.cluster.Membership;
import io.vertebra.benchmarks.guard.Work;
import io.vertebra.benchmarks.process.Patience;
import io.vertebra.benchmarks.raw.RawCluster;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Two members of a bare clustered event bus. Nobody tells the one that works; what it does for a caller
 * that has given up is counted.
 */
final class BarePair implements AutoCloseable {
  private static final String WORK = "cancel.work";
  private static final String BUSY = "cancel.busy";
  private static final long TIMEOUT_MILLIS = 20;
  private static final long WORK_MILLIS = 100;

  private final Vertx caller;
  private final Vertx server;
  private final AtomicInteger done = new AtomicInteger();

  BarePair() {
    List<Membership> members = Membership.cluster(2);
    caller = start(members.get(0));
    server = start(members.get(1));
    Promise<Void> serving = Promise.promise();
    // Both on one event loop, so that one waits for the other.
    server.getOrCreateContext().runOnContext(v -> {
      Future<Void> work = server.eventBus().<Integer>consumer(WORK, this::work).completion();
      Future<Void> busy = server.eventBus().<Integer>consumer(BUSY, this::block).completion();
      Future.all(work, busy).<Void>mapEmpty().onComplete(serving);
    });
    Patience.await(serving.future());
  }

  private static Vertx start(Membership own) {
    return Patience.await(
        RawCluster.start(new VertxOptions(), own.cluster(), own.port(), own.ports()));
  }

  private void work(Message<Integer> message) {
    server.setTimer(WORK_MILLIS, late -> {
      done.incrementAndGet();
      message.reply(1);
    });
  }

  private void block(Message<Integer> message) {
    message.reply(Work.compute(TimeUnit.MILLISECONDS.toNanos(WORK_MILLIS)));
  }

  /** Gives up while a call waits, or runs; answers for how many of how many the work was done in full. */
  Given giveUp(Kind kind, Duration duration) {
    int before = done.get();
    int calls = 0;
    long end = System.nanoTime() + duration.toNanos();
    DeliveryOptions brief = new DeliveryOptions().setSendTimeout(TIMEOUT_MILLIS);
    while (System.nanoTime() - end < 0) {
      if (kind == Kind.QUEUED) {
        caller.eventBus().request(BUSY, 1);
      }
      Future<?> given = caller.eventBus().request(WORK, 1, brief).otherwiseEmpty();
      Patience.await(given);
      Patience.await(server.timer(2 * WORK_MILLIS, TimeUnit.MILLISECONDS));
      calls++;
    }
    Patience.await(server.timer(2 * WORK_MILLIS, TimeUnit.MILLISECONDS));
    return new Given(calls, done.get() - before);
  }

  @Override
  public void close() {
    Patience.await(caller.close());
    Patience.await(server.close());
  }

  /**
   * What became of calls whose callers gave up.
   *
   * @param calls how many there were
   * @param inFull for how many of them the work was done in full
   */
  record Given(int calls, int inFull) {}
}
