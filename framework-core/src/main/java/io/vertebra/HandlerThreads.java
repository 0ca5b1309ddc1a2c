package io.vertebra;

import io.vertebra.dispatch.CallLocal;
import io.vertebra.dispatch.DispatchOwner;
import io.vertebra.dispatch.Engine;
import io.vertebra.dispatch.Handler;
import io.vertebra.dispatch.NotRun;
import io.vertebra.dispatch.Relocatable;
import io.vertebra.error.CallException;
import io.vertebra.error.NodeException;
import io.vertebra.error.VertebraException;
import io.vertebra.limit.CpuPool;
import io.vertebra.limit.StallMonitor;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.ThreadingModel;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.internal.WorkerExecutorInternal;
import java.util.concurrent.atomic.AtomicBoolean;

/** Where handlers run that do not run on their verticle's event loop. */
final class HandlerThreads {
  private static final int FIRST_WITH_VIRTUAL_THREADS = 21;

  private final Engine engine;
  private final long stallNanos;
  private final VertxInternal vertx;
  private final WorkerExecutor pool;
  private final CpuPool cpu;
  private final StallMonitor stalls;

  HandlerThreads(Engine engine, NodeOptions options, StallMonitor stalls) {
    this.engine = engine;
    this.stallNanos = options.stalls().threshold().toNanos();
    this.vertx = engine.vertx();
    String nodeId = engine.nodeId();
    this.stalls = stalls;
    this.pool =
        vertx.createSharedWorkerExecutor("vertebra-blocking-" + nodeId, options.blockingThreads());
    this.cpu = new CpuPool(vertx, nodeId, options.cpu(), engine.guard());
    stalls.onRound(cpu::loopCameRound);
  }

  /**
   * Each call on a thread of the pool, side by side; its context is that of the call. One that waited
   * for a thread until its caller gave up is not handled.
   */
  <Q, R> Handler<Q, R> blocking(Services.BlockingCallHandler<? super Q, ? extends R> handler) {
    return (message, call) -> pool.executeBlocking(
        () -> {
          if (call.isCancelled()) {
            throw CallException.cancelled(call.metadata().contract(), false);
          }
          return handler.handle(message, call);
        },
        false);
  }

  /**
   * Each call on a thread of the CPU pool, in the order that the pool's queue decides. What does not
   * begin there reaches the caller as not run.
   */
  <Q, R> Handler<Q, R> cpuBound(Services.BlockingCallHandler<? super Q, ? extends R> handler) {
    return (message, call) -> {
      AtomicBoolean begun = new AtomicBoolean();
      return cpu.<R>run(call, () -> {
            begun.set(true);
            call.checkpoint();
            return handler.handle(message, call);
          })
          .recover(failure -> Future.failedFuture(
              !begun.get() && failure instanceof VertebraException refusal
                  ? new NotRun(refusal)
                  : failure));
    };
  }

  /** On the verticle's event loop, or on one thread of the pool at a time. */
  <Q, R> Relocatable<Q, R> relocatable(
      String contract, Handler<Q, R> handler, ContextInternal verticle) {
    ContextInternal worker = vertx
        .contextBuilder()
        .withThreadingModel(ThreadingModel.WORKER)
        .withEventLoop(verticle.nettyEventLoop())
        .withClassLoader(verticle.classLoader())
        .withWorkerPool(((WorkerExecutorInternal) pool).pool())
        .build();
    return new Relocatable<>(engine, contract, handler, worker, stallNanos);
  }

  CpuPool cpu() {
    return cpu;
  }

  /**
   * Each call on a virtual thread of its own. A context runs its calls one after another even while
   * they wait, so each call gets a context of its own, on the loop of its verticle.
   */
  <Q, R> Handler<Q, R> virtual(
      String contract,
      Services.BlockingCallHandler<? super Q, ? extends R> handler,
      ContextInternal verticle) {
    if (Runtime.version().feature() < FIRST_WITH_VIRTUAL_THREADS) {
      throw NodeException.runtimeUnsupported(
          "The handler of '" + contract + "' is to run on virtual threads, which",
          FIRST_WITH_VIRTUAL_THREADS);
    }
    return (message, call) -> {
      ContextInternal own = vertx
          .contextBuilder()
          .withThreadingModel(ThreadingModel.VIRTUAL_THREAD)
          .withEventLoop(verticle.nettyEventLoop())
          .withClassLoader(verticle.classLoader())
          .build();
      CallLocal.inherit(own, call);
      Promise<R> promise = Promise.promise();
      own.emit(none -> {
        try {
          promise.complete(
              stalls.onVirtualThread(DispatchOwner.of(call), () -> handler.handle(message, call)));
        } catch (Exception | Error thrown) {
          promise.fail(thrown);
        }
      });
      return promise.future();
    };
  }

  Future<Void> close() {
    cpu.close();
    return pool.close();
  }
}
