package io.vertebra.benchmarks.request;

import io.vertebra.benchmarks.cluster.Membership;
import io.vertebra.benchmarks.cluster.OurCluster;
import io.vertebra.benchmarks.orders.OurCaller;
import io.vertebra.benchmarks.process.ChildJvm;
import io.vertebra.benchmarks.process.Patience;
import io.vertebra.cluster.ClusterNode;
import io.vertebra.wire.Format;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The framework between this JVM, which calls, and a child, which serves. */
final class OurRemote extends OurSide {
  private final String format;
  private @Nullable ChildJvm child;
  private @Nullable ClusterNode node;

  OurRemote(String format) {
    super(new OurCaller());
    this.format = format;
  }

  @Override
  public String layout() {
    return "link-loop";
  }

  @Override
  public Future<Void> start() {
    List<Membership> members = Membership.cluster(2);
    Promise<Void> ready = Promise.promise();
    child = ChildJvm.start(
        RequestServer.class,
        List.of("ours", Loops.ASSIGNED.name(), format, members.get(1).text()),
        line -> ready.complete());
    return OurCluster.start(members.get(0), Format.valueOf(format))
        .compose(started -> {
          node = started;
          return started.deploy(() -> caller);
        })
        .compose(id -> ready.future());
  }

  @Override
  public void close() {
    if (child != null) {
      child.close();
    }
    if (node != null) {
      Patience.await(node.close());
    }
  }
}
