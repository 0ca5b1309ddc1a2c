package io.vertebra.benchmarks.request;

import io.vertebra.benchmarks.process.ParentLine;
import io.vertebra.benchmarks.process.Quiet;
import io.vertebra.benchmarks.raw.RawCluster;
import io.vertebra.benchmarks.raw.RawFormat;
import io.vertebra.benchmarks.raw.RawServer;
import io.vertx.core.Future;

/** Main class of the child JVM that serves: {@code side loops format membership}. */
final class RequestServer {

  private RequestServer() {}

  /** Serves until the parent is gone. */
  public static void main(String[] args) {
    Quiet.logging();
    ParentLine.listen(line -> {});
    Loops loops = Loops.valueOf(args[1]);
    Membership own = Membership.parse(args[3]);
    start(loops, args[2], own).onComplete(v -> ParentLine.say("ready"), failure -> {
      failure.printStackTrace();
      System.exit(1);
    });
  }

  private static Future<?> start(Loops loops, String format, Membership own) {
    return RawCluster.start(loops.options(), own.cluster(), own.port(), own.ports())
        .compose(vertx -> {
          RawFormat.valueOf(format).register(vertx.eventBus());
          return vertx.deployVerticle(new RawServer());
        });
  }
}
