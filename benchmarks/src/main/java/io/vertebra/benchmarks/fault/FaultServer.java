package io.vertebra.benchmarks.fault;

import io.vertebra.benchmarks.cluster.Membership;
import io.vertebra.benchmarks.cluster.OurCluster;
import io.vertebra.benchmarks.orders.Orders;
import io.vertebra.benchmarks.orders.OurServer;
import io.vertebra.benchmarks.process.ParentLine;
import io.vertebra.benchmarks.process.Patience;
import io.vertebra.benchmarks.process.Quiet;
import io.vertebra.benchmarks.raw.RawCluster;
import io.vertebra.benchmarks.raw.RawFormat;
import io.vertebra.benchmarks.raw.RawServer;
import io.vertebra.wire.Format;
import io.vertx.core.Future;
import io.vertx.core.VertxOptions;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Main class of a child JVM that serves and may have to die: {@code side membership}. */
final class FaultServer {

  private FaultServer() {}

  /** Serves until it is told to {@code drain} or the parent is gone; says how many it {@code served}. */
  public static void main(String[] args) {
    Quiet.logging();
    Membership own = Membership.parse(args[1]);
    Future<Serving> start = args[0].equals("ours") ? ours(own) : raw(own);
    start.onComplete(
        serving -> {
          ParentLine.say("ready");
          ParentLine.listen(line -> obey(line, serving));
        },
        failure -> {
          failure.printStackTrace();
          Runtime.getRuntime().halt(1);
        });
  }

  private static void obey(String line, Serving serving) {
    switch (line) {
      case "drain" -> {
        Patience.await(serving.drain().get());
        Runtime.getRuntime().halt(0);
      }
      case "served" -> ParentLine.say(Long.toString(serving.served().getAsLong()));
      default -> throw new IllegalArgumentException(line);
    }
  }

  private static Future<Serving> ours(Membership own) {
    return OurCluster.start(own, Format.JSON)
        .compose(node -> node.deploy(OurServer::new)
            .map(id -> new Serving(
                node::close, () -> node.view().contract(Orders.PLACE.name()).replied())));
  }

  private static Future<Serving> raw(Membership own) {
    return RawCluster.start(new VertxOptions(), own.cluster(), own.port(), own.ports())
        .compose(vertx -> {
          RawFormat.JSON.register(vertx.eventBus());
          return vertx
              .deployVerticle(new RawServer())
              .map(id -> new Serving(vertx::close, () -> 0));
        });
  }

  private record Serving(Supplier<Future<Void>> drain, LongSupplier served) {}
}
