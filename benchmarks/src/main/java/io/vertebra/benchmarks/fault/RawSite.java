package io.vertebra.benchmarks.fault;

import io.vertebra.benchmarks.cluster.Membership;
import io.vertebra.benchmarks.process.Patience;
import io.vertebra.benchmarks.raw.RawCaller;
import io.vertebra.benchmarks.raw.RawCluster;
import io.vertebra.benchmarks.raw.RawFormat;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import org.jspecify.annotations.Nullable;

/** The bare bus. */
final class RawSite extends Site {
  private final RawCaller caller = new RawCaller();
  private @Nullable Vertx vertx;

  @Override
  String side() {
    return "raw";
  }

  @Override
  Future<?> join(Membership own) {
    return RawCluster.start(new VertxOptions(), own.cluster(), own.port(), own.ports())
        .compose(started -> {
          vertx = started;
          RawFormat.JSON.register(started.eventBus());
          return started.deployVerticle(caller);
        });
  }

  @Override
  Context callerContext() {
    return caller.context();
  }

  @Override
  Future<?> call(long id) {
    return caller.place(id);
  }

  @Override
  void leave() {
    if (vertx != null) {
      Patience.await(vertx.close());
    }
  }
}
