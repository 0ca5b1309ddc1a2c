package io.vertebra.benchmarks.backpressure;

import io.vertebra.ServiceVerticle;
import io.vertebra.Services;
import io.vertebra.benchmarks.cluster.Membership;
import io.vertebra.benchmarks.cluster.OurCluster;
import io.vertebra.benchmarks.guard.Work;
import io.vertebra.benchmarks.process.ParentLine;
import io.vertebra.benchmarks.process.Quiet;
import io.vertebra.benchmarks.raw.RawCluster;
import io.vertebra.wire.Format;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import java.util.concurrent.atomic.AtomicLong;

/** Main class of the JVM that consumes, {@code ours|bare membership}; says how much it has handled when it is asked. */
final class ConsumerMain {
  private static final AtomicLong HANDLED = new AtomicLong();

  private ConsumerMain() {}

  /** Consumes until the parent is gone. */
  public static void main(String[] args) {
    Quiet.logging();
    ParentLine.listen(asked -> ParentLine.say("handled " + HANDLED.get()));
    Membership own = Membership.parse(args[1]);
    (args[0].equals("ours") ? ours(own) : bare(own))
        .onComplete(v -> ParentLine.say("ready"), failure -> {
          failure.printStackTrace();
          System.exit(1);
        });
  }

  private static Future<?> ours(Membership own) {
    return OurCluster.start(own, Format.JSON)
        .compose(node -> node.deploy(() -> new ServiceVerticle() {
          @Override
          protected void services(Services on) {
            on.request(Parcels.STORE, parcel -> {
              handle();
              return Future.succeededFuture(new Parcels.Stored(parcel.number()));
            });
          }
        }));
  }

  private static Future<?> bare(Membership own) {
    return RawCluster.start(new VertxOptions(), own.cluster(), own.port(), own.ports())
        .compose(vertx -> vertx.deployVerticle(new VerticleBase() {
          @Override
          public Future<?> start() {
            return vertx
                .eventBus()
                .<Buffer>consumer(Parcels.ADDRESS, message -> handle())
                .completion();
          }
        }));
  }

  private static void handle() {
    Work.compute(Parcels.COST_NANOS);
    HANDLED.incrementAndGet();
  }
}
