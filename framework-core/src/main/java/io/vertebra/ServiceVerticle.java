package io.vertebra;

import io.vertebra.error.NodeException;
import io.vertebra.limit.CpuPool;
import io.vertebra.messaging.Bus;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import org.jspecify.annotations.Nullable;

/**
 * The class to extend for a verticle that serves contracts. It says what it serves in
 * {@link #services}; deploying completes once every live node can call it, undeploying lets running
 * calls end first.
 *
 * <p>Each instance has its own event loop context; handlers registered with {@link Services#request}
 * need no synchronization. Deploying it on a worker or a virtual thread fails: handlers that block are
 * registered as such.
 */
public abstract class ServiceVerticle extends VerticleBase {
  private @Nullable VerticleServices services;

  /** For subclasses. */
  protected ServiceVerticle() {}

  /** Registers what this verticle serves. Runs once, after {@link #prepare}. */
  protected abstract void services(Services on);

  /** Runs before anything is served, for instance to open a connection; default does nothing. */
  protected Future<?> prepare() {
    return Future.succeededFuture();
  }

  /**
   * Runs after the last call has ended, or when serving could not begin after {@link #prepare}, for
   * instance to close a connection; default does nothing.
   */
  protected Future<?> dispose() {
    return Future.succeededFuture();
  }

  /** The bus for calls outside of handlers; they end when the verticle is undeployed. */
  protected final Bus bus() {
    return deployed().bus();
  }

  /** The node that the verticle is deployed on. */
  protected final Node node() {
    return deployed().node();
  }

  /** The node's threads for work that needs the processor. */
  protected final CpuPool cpu() {
    return node().cpu();
  }

  @Override
  public void init(Vertx vertx, Context context) {
    super.init(vertx, context);
    if (!context.isEventLoopContext()) {
      throw NodeException.threadingUnsupported(
          getClass().getName(), context.threadingModel().name());
    }
    services = new VerticleServices(EngineNode.of(vertx), context);
  }

  /** Use {@link #prepare} instead. */
  @Override
  public final Future<?> start() {
    VerticleServices mine = deployed();
    return Future.succeededFuture()
        .compose(none -> prepare())
        .compose(ready ->
            serve(mine).recover(cause -> stop().transform(stopped -> Future.failedFuture(cause))));
  }

  private Future<?> serve(VerticleServices mine) {
    mine.deployed(context.deploymentID());
    return Future.succeededFuture().compose(none -> {
      services(mine);
      return mine.open();
    });
  }

  /** Use {@link #dispose} instead. */
  @Override
  public final Future<?> stop() {
    VerticleServices mine = deployed();
    mine.undeployed(context.deploymentID());
    return mine.close().compose(idle -> dispose());
  }

  private VerticleServices deployed() {
    VerticleServices mine = services;
    if (mine == null) {
      throw new IllegalStateException(
          "the verticle is not deployed yet; use prepare() instead of the constructor");
    }
    return mine;
  }
}
