package io.vertebra.benchmarks.stall;

import io.vertebra.benchmarks.guard.Work;
import io.vertebra.benchmarks.process.Patience;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.internal.VertxInternal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The thread checker of Vert.x, which names threads. */
final class BareSuspects implements Suspects {
  private static final DeliveryOptions PATIENT = new DeliveryOptions().setSendTimeout(30_000);

  private final Vertx vertx;
  private final Context caller;
  private final LinkedBlockingQueue<Suspect> named = new LinkedBlockingQueue<>();
  private final AtomicReference<@Nullable Holding> next = new AtomicReference<>();

  private BareSuspects(VertxOptions options) {
    vertx = Vertx.vertx(options.setEventLoopPoolSize(4));
    VertxInternal internal = (VertxInternal) vertx;
    caller = internal.createEventLoopContext();
    Patience.await(vertx.deployVerticle(new VerticleBase() {
      @Override
      public Future<?> start() {
        List<Future<Void>> served = new ArrayList<>();
        for (int i = 0; i < CONTRACTS; i++) {
          served.add(vertx
              .eventBus()
              .<Boolean>consumer(Suspects.name(i), BareSuspects.this::answer)
              .completion());
        }
        return Future.all(served);
      }
    }));
    internal
        .blockedThreadChecker()
        .setThreadBlockedHandler(blocked -> named.add(new Suspect(System.nanoTime(), "", "")));
  }

  /** As it comes: a look each second, for what takes 2 s. */
  static BareSuspects asItComes() {
    return new BareSuspects(new VertxOptions());
  }

  /** As fine as our defaults: a look each millisecond, for what takes 10 ms. */
  static BareSuspects atItsFinest() {
    return new BareSuspects(new VertxOptions()
        .setBlockedThreadCheckInterval(1)
        .setBlockedThreadCheckIntervalUnit(TimeUnit.MILLISECONDS)
        .setMaxEventLoopExecuteTime(10)
        .setMaxEventLoopExecuteTimeUnit(TimeUnit.MILLISECONDS));
  }

  private void answer(Message<Boolean> message) {
    long begunAt = System.nanoTime();
    Holding holding = message.body() ? next.getAndSet(null) : null;
    if (holding == null) {
      Work.compute(SMALL_NANOS);
    } else {
      holding.hold();
    }
    message.reply(begunAt);
  }

  @Override
  public Context caller() {
    return caller;
  }

  @Override
  public Future<?> small(int contract) {
    return vertx.eventBus().request(Suspects.name(contract), false, PATIENT);
  }

  @Override
  public Future<Long> hold(int contract, Holding holding) {
    next.set(holding);
    return vertx
        .eventBus()
        .<Long>request(Suspects.name(contract), true, PATIENT)
        .map(Message::body);
  }

  @Override
  public String watcher() {
    return "vertx-blocked-thread-checker";
  }

  @Override
  public List<Suspect> named() {
    List<Suspect> all = new ArrayList<>();
    named.drainTo(all);
    return all;
  }

  @Override
  public void close() {
    Patience.await(vertx.close());
  }
}
