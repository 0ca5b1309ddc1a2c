package io.vertebra;

import io.vertebra.contract.Request;
import io.vertebra.saga.Saga;
import io.vertebra.saga.SagaEngine;
import io.vertebra.saga.SagaLog;
import io.vertebra.saga.SagaOptions;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The class to extend for a verticle that hosts sagas. It says which in {@link #sagas}, and serves the
 * contracts that start them: a call is answered with the saga's outcome, and a second call with the
 * same business key attaches to the first.
 *
 * <p>Give the starting contract the business key as its key ({@code keyedBy}): with the log in memory
 * that is what brings both calls to the node that has the instance. The callers' deadline does not
 * end a saga.
 */
public abstract class SagaVerticle extends ServiceVerticle {
  private @Nullable SagaEngine engine;

  /** For subclasses. */
  protected SagaVerticle() {}

  /** The definitions to run. If there are several versions of one, the newest starts instances. */
  protected abstract List<Saga<?>> sagas();

  /** Where instances are kept; default one log in memory for all verticles of the Vert.x instance. */
  protected SagaLog log() {
    return SagaLog.inMemory(vertx);
  }

  /** How the engine works; default {@link SagaOptions#defaults()} with the node's name. */
  protected SagaOptions options() {
    return SagaOptions.defaults().withNode(node().id());
  }

  /** The engine, to look at instances and follow what happens to them. */
  protected final SagaEngine engine() {
    return Objects.requireNonNull(engine, "the verticle is not deployed yet");
  }

  @Override
  public void init(Vertx vertx, Context context) {
    super.init(vertx, context);
    engine = SagaEngine.create(vertx, node().bus(), log(), options(), sagas());
  }

  /** Serves the starting contracts. Subclasses that serve more call it. */
  @Override
  protected void services(Services on) {
    for (Request<?, ?> contract : engine().contracts()) {
      serve(on, contract);
    }
  }

  private <Q, R> void serve(Services on, Request<Q, R> contract) {
    on.request(contract, message -> engine().run(contract, message));
  }

  /** Starts the engine. Subclasses that prepare more call it. */
  @Override
  protected Future<?> prepare() {
    return engine().start();
  }

  /** Closes the engine: instances that have not ended go on elsewhere. Subclasses that dispose of more call it. */
  @Override
  protected Future<?> dispose() {
    return engine().close();
  }
}
