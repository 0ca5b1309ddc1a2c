package io.vertebra.benchmarks.request;

import io.vertebra.benchmarks.cluster.Membership;
import io.vertebra.benchmarks.process.ChildJvm;
import io.vertebra.benchmarks.process.Patience;
import io.vertebra.benchmarks.raw.RawCluster;
import io.vertebra.benchmarks.raw.RawFormat;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The bare bus between this JVM, which calls, and a child, which serves. */
final class RawRemote extends RawSide {
  private final Loops loops;
  private final String format;
  private @Nullable ChildJvm child;
  private @Nullable Vertx vertx;

  RawRemote(Loops loops, String format) {
    this.loops = loops;
    this.format = format;
  }

  @Override
  public String layout() {
    return loops.layout();
  }

  @Override
  public Future<Void> start() {
    List<Membership> members = Membership.cluster(2);
    Promise<Void> ready = Promise.promise();
    child = ChildJvm.start(
        RequestServer.class,
        List.of("raw", loops.name(), format, members.get(1).text()),
        line -> ready.complete());
    Membership own = members.get(0);
    return RawCluster.start(loops.options(), own.cluster(), own.port(), own.ports())
        .compose(started -> {
          vertx = started;
          RawFormat.valueOf(format).register(started.eventBus());
          return started.deployVerticle(caller);
        })
        .compose(id -> ready.future());
  }

  @Override
  public void close() {
    if (child != null) {
      child.close();
    }
    if (vertx != null) {
      Patience.await(vertx.close());
    }
  }
}
