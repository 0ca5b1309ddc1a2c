package io.vertebra.benchmarks.request;

import io.vertebra.benchmarks.process.Patience;
import io.vertebra.benchmarks.raw.RawFormat;
import io.vertebra.benchmarks.raw.RawServer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;

/** The bare bus within one JVM. */
public final class RawLocal extends RawSide {
  private final Loops loops;
  private final Vertx vertx;

  RawLocal(Loops loops) {
    this.loops = loops;
    this.vertx = Vertx.vertx(loops.options());
  }

  /** Caller and server on one event loop. */
  public static RawLocal onOneLoop() {
    return new RawLocal(Loops.ONE);
  }

  @Override
  public String layout() {
    return loops.layout();
  }

  @Override
  public Future<Void> start() {
    RawFormat.JSON.register(vertx.eventBus());
    return vertx.deployVerticle(caller).compose(id -> deployServer());
  }

  private Future<Void> deployServer() {
    RawServer server = new RawServer();
    return vertx
        .deployVerticle(server)
        .compose(id -> loops == Loops.SPLIT && server.loop() == caller.loop()
            ? vertx.undeploy(id).compose(v -> deployServer())
            : Future.succeededFuture());
  }

  @Override
  public void close() {
    Patience.await(vertx.close());
  }
}
