package io.vertebra.benchmarks.overload;

import io.vertebra.benchmarks.cluster.Membership;
import io.vertebra.benchmarks.cluster.OurCluster;
import io.vertebra.benchmarks.process.ParentLine;
import io.vertebra.benchmarks.process.Quiet;
import io.vertebra.benchmarks.raw.RawCluster;
import io.vertebra.wire.Format;
import io.vertx.core.Future;
import io.vertx.core.VertxOptions;

/** Main class of a child JVM that computes for others: {@code side nanoseconds membership}. */
final class OverloadServer {
  private OverloadServer() {}

  /** Says {@code ready}, and serves until the parent is gone. */
  public static void main(String[] args) {
    Quiet.logging();
    long costNanos = Long.parseLong(args[1]);
    Membership own = Membership.parse(args[2]);
    Future<?> started = args[0].equals("ours") ? ours(costNanos, own) : bare(costNanos, own);
    started.onComplete(
        serving -> {
          ParentLine.say("ready");
          ParentLine.listen(line -> {});
        },
        failure -> {
          failure.printStackTrace();
          Runtime.getRuntime().halt(1);
        });
  }

  private static Future<?> ours(long costNanos, Membership own) {
    return OurCluster.start(own, Format.JSON)
        .compose(node -> node.deploy(() -> OurService.verticle(() -> costNanos)));
  }

  private static Future<?> bare(long costNanos, Membership own) {
    return RawCluster.start(new VertxOptions(), own.cluster(), own.port(), own.ports())
        .compose(vertx -> vertx.deployVerticle(BareService.verticle(() -> costNanos)));
  }
}
