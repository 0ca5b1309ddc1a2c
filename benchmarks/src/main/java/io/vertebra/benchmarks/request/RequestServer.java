package io.vertebra.benchmarks.request;

import io.vertebra.benchmarks.cluster.Membership;
import io.vertebra.benchmarks.cluster.OurCluster;
import io.vertebra.benchmarks.orders.OurServer;
import io.vertebra.benchmarks.process.ParentLine;
import io.vertebra.benchmarks.process.Quiet;
import io.vertebra.benchmarks.raw.RawCluster;
import io.vertebra.benchmarks.raw.RawFormat;
import io.vertebra.benchmarks.raw.RawServer;
import io.vertebra.wire.Format;
import io.vertx.core.Future;

/** Main class of the child JVM that serves: {@code side loops format membership}. */
final class RequestServer {

  private RequestServer() {}

  /** Serves until the parent is gone. */
  public static void main(String[] args) {
    Quiet.logging();
    ParentLine.listen(line -> {});
    start(args[0].equals("ours"), Loops.valueOf(args[1]), args[2], Membership.parse(args[3]))
        .onComplete(v -> ParentLine.say("ready"), failure -> {
          failure.printStackTrace();
          System.exit(1);
        });
  }

  private static Future<?> start(boolean ours, Loops loops, String format, Membership own) {
    if (ours) {
      return OurCluster.start(own, Format.valueOf(format))
          .compose(node -> node.deploy(OurServer::new));
    }
    return RawCluster.start(loops.options(), own.cluster(), own.port(), own.ports())
        .compose(vertx -> {
          RawFormat.valueOf(format).register(vertx.eventBus());
          return vertx.deployVerticle(new RawServer());
        });
  }
}
